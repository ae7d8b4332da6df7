"""Backups are made while others write, and bring back exactly what was there."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from getpass import getuser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from aftercare.attachments.stores import open_store
from aftercare.backup import __main__ as command
from aftercare.backup.archive import make_backup, restore_backup
from aftercare.backup.databases import BackupFailed
from aftercare.backup.files import check_files
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.migrate import migrate
from aftercare.settings import Settings
from aftercare.tables.conversations import Conversation, Message
from tests.conftest import settings_in
from tests.factories import make_conversation, make_message
from tests.postgresql import own_database


@pytest.fixture
def on_sqlite(settings: Settings) -> Settings:
    return settings


@pytest.fixture
def on_postgresql(tmp_path: Path) -> Iterator[Settings]:
    with own_database() as url:
        yield settings_in(tmp_path, database_url=url)


@pytest.fixture(params=["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.postgresql)])
def used(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """An installation with one message, and with Rasa's record beside it."""
    settings: Settings = request.getfixturevalue(request.param)
    with at_work(settings) as sessions:
        say(sessions, "Olá, a máquina não liga")
    with sqlite3.connect(settings.tracker_path) as tracker:
        tracker.execute("CREATE TABLE kept (value TEXT)")
        tracker.execute("INSERT INTO kept VALUES ('open intake')")
    tracker.close()
    yield settings


@contextmanager
def at_work(settings: Settings) -> Iterator[SessionFactory]:
    """Sessions on a migrated database."""
    engine = open_engine(settings)
    migrate(engine)
    yield open_sessions(engine)
    engine.dispose()


def say(sessions: SessionFactory, text: str) -> None:
    with writing(sessions) as session:
        make_message(session, make_conversation(session), text)


def texts(settings: Settings) -> list[str]:
    with at_work(settings) as sessions, reading(sessions) as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def nothing_there() -> Path:
    raise AssertionError("an empty database needs no copy")


def test_restore_brings_back_what_was_there_and_keeps_what_came_since(
    used: Settings, tmp_path: Path, now: datetime
) -> None:
    file, kept = tmp_path / "one.tar.gz", tmp_path / "kept.tar.gz"
    make_backup(used, file, now)
    with at_work(used) as sessions:
        say(sessions, "written after the backup")
    with sqlite3.connect(used.tracker_path) as tracker:
        tracker.execute("DELETE FROM kept")
    tracker.close()

    def keep_present() -> Path:
        make_backup(used, kept, now)
        return kept

    assert restore_backup(used, file, keep_present) == kept
    assert texts(used) == ["Olá, a máquina não liga"]
    tracker = sqlite3.connect(used.tracker_path)
    assert tracker.execute("SELECT value FROM kept").fetchall() == [("open intake",)]
    tracker.close()
    restore_backup(used, kept, lambda: file)
    assert texts(used) == ["Olá, a máquina não liga", "written after the backup"]


def test_backup_fits_into_an_empty_installation(
    used: Settings, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "one.tar.gz"
    make_backup(used, file, now)
    fresh_folder = tmp_path / "fresh"
    fresh_folder.mkdir()
    if not used.database_url:
        fresh = settings_in(fresh_folder)
        assert restore_backup(fresh, file, nothing_there) is None
        assert texts(fresh) == ["Olá, a máquina não liga"]
        return
    with own_database() as url:
        fresh = settings_in(fresh_folder, database_url=url)
        assert restore_backup(fresh, file, nothing_there) is None
        assert texts(fresh) == ["Olá, a máquina não liga"]


def test_backup_is_one_moment_while_others_write(
    used: Settings, tmp_path: Path, now: datetime
) -> None:
    """Each write adds a conversation and its message: no copy may hold one without the other."""
    stopping, written = threading.Event(), threading.Event()

    def write() -> None:
        with at_work(used) as sessions:
            while not stopping.is_set():
                say(sessions, "more")
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(20)
        for number in range(3):
            make_backup(used, tmp_path / f"{number}.tar.gz", now)
    finally:
        stopping.set()
        writer.join(20)
    total = len(texts(used))
    restore_backup(used, tmp_path / "2.tar.gz", lambda: tmp_path / "kept.tar.gz")
    with at_work(used) as sessions, reading(sessions) as session:
        conversations = session.scalar(select(func.count()).select_from(Conversation))
        messages = session.scalar(select(func.count()).select_from(Message)) or 0
    assert conversations == messages
    assert 1 < messages <= total


def test_only_the_owner_reads_a_backup(used: Settings, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "folder" / "one.tar.gz"
    make_backup(used, file, now)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["one.tar.gz"]


def test_empty_database_has_nothing_to_back_up(
    settings: Settings, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(BackupFailed, match="nothing to back up"):
        make_backup(settings, tmp_path / "one.tar.gz", now)
    assert not (tmp_path / "one.tar.gz").exists()


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same archive with its members changed."""
    with tarfile.open(file) as archive:
        members = {
            name: stream.read()
            for name in archive.getnames()
            if (stream := archive.extractfile(name))
        }
    change(members)
    changed = file.with_name("changed.tar.gz")
    with tarfile.open(changed, "w:gz") as archive:
        for name, content in members.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            archive.addfile(head, io.BytesIO(content))
    return changed


def damage(members: dict[str, bytes]) -> None:
    content = bytearray(members["aftercare.db"])
    content[5000] ^= 0xFF
    members["aftercare.db"] = bytes(content)


def from_the_future(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps({**manifest, "revision": "9999"}).encode()


def other_database(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    del manifest["files"]["aftercare.db"]
    members["manifest.json"] = json.dumps(manifest).encode()


def without_manifest(members: dict[str, bytes]) -> None:
    del members["manifest.json"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (damage, "another sum"),
        (from_the_future, "newer Aftercare"),
        (other_database, "another kind of database"),
        (without_manifest, "not a backup"),
    ],
)
def test_unusable_archive_changes_nothing(
    on_sqlite: Settings,
    tmp_path: Path,
    now: datetime,
    change: Callable[[dict[str, bytes]], None],
    reason: str,
) -> None:
    with at_work(on_sqlite) as sessions:
        say(sessions, "before")
    make_backup(on_sqlite, tmp_path / "one.tar.gz", now)
    with at_work(on_sqlite) as sessions:
        say(sessions, "since")
    changed = rewritten(tmp_path / "one.tar.gz", change)
    with pytest.raises(BackupFailed, match=reason):
        restore_backup(on_sqlite, changed, nothing_there)
    assert texts(on_sqlite) == ["before", "since"]


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_file_that_is_no_archive_is_named(
    settings: Settings, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "file.tar.gz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BackupFailed, match=r"file\.tar\.gz"):
        restore_backup(settings, file, nothing_there)


@pytest.mark.postgresql
def test_missing_client_programs_are_named_with_the_remedy(
    on_postgresql: Settings, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_work(on_postgresql):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BackupFailed, match="postgresql-client"):
            make_backup(on_postgresql, tmp_path / "one.tar.gz", now)


@pytest.mark.postgresql
def test_dump_goes_only_over_the_same_tables(
    on_postgresql: Settings, tmp_path: Path, now: datetime
) -> None:
    with at_work(on_postgresql) as sessions:
        make_backup(on_postgresql, tmp_path / "one.tar.gz", now)
        with writing(sessions) as session:
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num='0001'")
    with pytest.raises(BackupFailed, match="empty database"):
        restore_backup(on_postgresql, tmp_path / "one.tar.gz", nothing_there)


@pytest.fixture
def chosen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The command's settings, with a port where nothing answers."""
    quiet = settings.model_copy(update={"port": 1})
    monkeypatch.setattr(command, "settings", lambda: quiet)
    return quiet


def test_commands_make_and_restore(chosen: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with at_work(chosen) as sessions:
        say(sessions, "before")
    assert command.main(["make"]) == 0
    file = capsys.readouterr().out.strip()
    assert Path(file).parent == chosen.var_dir / "backups"
    with at_work(chosen) as sessions:
        say(sessions, "since")
    assert command.main(["restore", file]) == 0
    assert "before-restore" in capsys.readouterr().out
    assert texts(chosen) == ["before"]
    assert inspect(open_engine(chosen)).get_table_names()


def test_command_never_writes_over_a_file(
    chosen: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.tar.gz").write_text("precious")
    assert command.main(["make", str(tmp_path / "mine.tar.gz")]) == 1
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "mine.tar.gz").read_text() == "precious"


def test_nothing_is_restored_under_a_running_website(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_work(chosen) as sessions:
        say(sessions, "before")
    assert command.main(["make"]) == 0
    file = capsys.readouterr().out.strip()
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as website:
        threading.Thread(target=website.handle_request, daemon=True).start()
        running = chosen.model_copy(update={"port": website.server_port})
        monkeypatch.setattr(command, "settings", lambda: running)
        assert command.main(["restore", file]) == 1
    assert "Stop it" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["restore"], ["remove", "x"]])
def test_unknown_commands_are_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


#: In the place of pg_dump, notes how it was called.
NOTING_DUMP = r"""#!/bin/sh
folder=$(dirname "$0")
echo "$@" > "$folder/called"
for argument in "$@"; do
  case $argument in
    --file=*) echo x > "${argument#--file=}" ;;
    --dbname=*) cat "$(echo "$argument" | sed 's/.*passfile=//; s/ .*//')" > "$folder/passwords" ;;
  esac
done
"""


@pytest.mark.postgresql
def test_password_is_kept_out_of_the_programs_arguments(
    on_postgresql: Settings, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "pg_dump").write_text(NOTING_DUMP)
    (programs / "pg_dump").chmod(0o700)
    with at_work(on_postgresql):
        monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
        url = f"{on_postgresql.database_url}?application_name=x"
        secret = url.replace("///", f"//{getuser()}:se:cr\\et@/")
        make_backup(settings_in(tmp_path, database_url=secret), tmp_path / "one.tar.gz", now)
    assert "cr" + "\\" not in (programs / "called").read_text()
    assert (programs / "passwords").read_text() == "*:*:*:*:se\\:cr\\\\et\n"


def test_files_of_customers_come_back_with_the_database(
    on_sqlite: Settings, tmp_path: Path, now: datetime
) -> None:
    with at_work(on_sqlite) as sessions:
        say(sessions, "with a photo")
    store, name = open_store(on_sqlite), "a" * 32
    store.put(name, io.BytesIO(b"photo"), 5, "image/png")
    (on_sqlite.file_folder / "aa" / "notes.txt").write_text("not one of ours")
    file = tmp_path / "one.tar.gz"
    make_backup(on_sqlite, file, now)
    store.remove([name])
    restore_backup(on_sqlite, file, lambda: file)
    assert b"".join(store.read(name)) == b"photo"
    (on_sqlite.file_folder / "aa" / name).write_bytes(b"changed")
    restore_backup(on_sqlite, file, lambda: file)
    assert b"".join(store.read(name)) == b"photo"


def test_files_in_a_bucket_are_left_to_the_bucket(
    on_sqlite: Settings, tmp_path: Path, now: datetime
) -> None:
    with at_work(on_sqlite):
        pass
    file = tmp_path / "one.tar.gz"
    make_backup(on_sqlite.model_copy(update={"file_store": "s3://desk"}), file, now)
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["manifest.json", "aftercare.db"]


@pytest.mark.parametrize("name", ["../escaped", "a" * 31, "link"])
def test_archive_with_strange_files_is_refused(tmp_path: Path, name: str) -> None:
    packed = tmp_path / "attachments.tar"
    with tarfile.open(packed, "w") as archive:
        entry = tarfile.TarInfo("b" * 32 if name == "link" else name)
        if name == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(BackupFailed, match="no file of a customer"):
        check_files(packed)
