"""One archive holds databases and files of one moment, with sums that tell whether it is whole."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from aftercare.attachments.stores import open_store
from aftercare.backup.databases import (
    BackupFailed,
    check_dump,
    check_sqlite,
    copy_sqlite,
    dump_postgresql,
    restore_postgresql,
)
from aftercare.backup.files import check_files, pack_files, unpack_files
from aftercare.database import open_engine
from aftercare.migrate import migrate, migration_config
from aftercare.settings import Settings

_FORMAT = 1
_MANIFEST = "manifest.json"
_SQLITE, _DUMP, _TRACKER = "aftercare.db", "aftercare.dump", "rasa-tracker.db"
_FILES = "attachments.tar"
_LONGEST_MANIFEST = 100_000


def make_backup(settings: Settings, file: Path, now: datetime) -> None:
    """Write the archive, readable by its owner only. Raises BackupFailed; then there is no file."""
    url = make_url(settings.sqlalchemy_url)
    file.parent.mkdir(parents=True, exist_ok=True)
    with _workplace(file.parent) as folder:
        with _engine(settings) as engine:
            revision = _revision(engine)
        if revision is None:
            raise BackupFailed("There is nothing to back up: the database has no tables yet.")
        if url.get_backend_name() == "sqlite":
            copied = folder / _SQLITE
            copy_sqlite(Path(url.database or ""), copied, lock_seconds=settings.database_timeout)
            check_sqlite(copied)
        else:
            dump_postgresql(url, folder / _DUMP)
        if settings.tracker_path.exists():
            copied = folder / _TRACKER
            copy_sqlite(settings.tracker_path, copied, lock_seconds=settings.database_timeout)
            check_sqlite(copied)
        if not settings.files_in_bucket:
            # After the database: whatever it names is there.
            pack_files(settings.file_folder, folder / _FILES)
        files = sorted(folder.iterdir())
        manifest = {
            "format": _FORMAT,
            "made_at": now.isoformat(timespec="seconds"),
            "revision": revision,
            "files": {copied.name: _sum(copied) for copied in files},
        }
        part = folder / "archive.part"
        with tarfile.open(part, "w:gz", compresslevel=6) as archive:
            content = json.dumps(manifest, indent=2).encode()
            head = tarfile.TarInfo(_MANIFEST)
            head.size, head.mode, head.mtime = len(content), 0o600, int(now.timestamp())
            archive.addfile(head, io.BytesIO(content))
            for copied in files:
                archive.add(copied, copied.name, filter=_owner_only)
        part.chmod(0o600)
        part.replace(file)


def restore_backup(settings: Settings, file: Path, keep_present: Callable[[], Path]) -> Path | None:
    """Bring an archive's content back and migrate it; the archive of what was there before.

    Everything is checked before anything is changed. Nothing else may be using the databases.
    Raises BackupFailed.
    """
    url = make_url(settings.sqlalchemy_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with _workplace(settings.var_dir) as folder, _engine(settings) as engine:
        revision = _unpack(file, folder)
        _require_known(engine, revision)
        database = folder / (_SQLITE if is_sqlite else _DUMP)
        if not database.exists():
            raise BackupFailed(
                f"{file} was made of another kind of database than AFTERCARE_DATABASE_URL names."
            )
        (check_sqlite if is_sqlite else check_dump)(database)
        tracker = folder / _TRACKER
        if tracker.exists():
            check_sqlite(tracker)
        sent = folder / _FILES
        if sent.exists():
            check_files(sent)
        present = _revision(engine)
        if not is_sqlite and present not in (None, revision):
            raise BackupFailed(
                f"The database is at revision {present}, the backup at {revision}: tables that "
                "only one of them has would be left. Name an empty database in "
                "AFTERCARE_DATABASE_URL and restore into that."
            )
        kept = keep_present() if present else None
        # A connection that looks on would keep the file from being written.
        engine.dispose()
        try:
            if is_sqlite:
                target = Path(url.database or "")
                copy_sqlite(database, target, lock_seconds=settings.database_timeout)
            else:
                restore_postgresql(url, database)
            if tracker.exists():
                copy_sqlite(tracker, settings.tracker_path, lock_seconds=settings.database_timeout)
            if sent.exists():
                unpack_files(sent, open_store(settings))
        except BackupFailed as error:
            before = f"\nWhat was there before is in {kept}." if kept else ""
            raise BackupFailed(f"{error}{before}") from error
        migrate(engine)
    return kept


def _unpack(file: Path, folder: Path) -> str:
    """Write out what the manifest lists, checked by its sums; the schema's revision."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            head = archive.extractfile(_MANIFEST)
            manifest = json.loads(head.read(_LONGEST_MANIFEST) if head else b"")
            if manifest["format"] != _FORMAT:
                raise BackupFailed(f"{file} was made by a version of Aftercare that is newer.")
            for name in (_SQLITE, _DUMP, _TRACKER, _FILES):
                if name not in manifest["files"]:
                    continue
                content = archive.extractfile(name)
                if content is None:
                    raise KeyError(name)
                with (folder / name).open("wb") as written:
                    shutil.copyfileobj(content, written)
                if _sum(folder / name) != manifest["files"][name]:
                    raise BackupFailed(f"{file} is damaged: {name} has another sum than noted.")
            return str(manifest["revision"])
    except FileNotFoundError:
        raise BackupFailed(f"{file} does not exist.") from None
    except (OSError, EOFError, tarfile.TarError, KeyError, TypeError, ValueError) as error:
        raise BackupFailed(f"{file} is not a backup of Aftercare, or is damaged.") from error


def _require_known(engine: Engine, revision: str) -> None:
    try:
        ScriptDirectory.from_config(migration_config(engine)).get_revision(revision)
    except CommandError:
        raise BackupFailed(
            f"The backup is of a newer Aftercare (schema {revision}). Install that version first."
        ) from None


def _revision(engine: Engine) -> str | None:
    """The schema's revision; None for an empty database."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise BackupFailed(f"The database cannot be read: {type(error).__name__}.") from error


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=parent, prefix=".backup-") as folder:
        yield Path(folder)


def _owner_only(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _sum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
