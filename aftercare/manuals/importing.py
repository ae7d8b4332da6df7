"""Imports a file step by step, with its progress in the database for whoever waits."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.errors import NotFound, UnusableFile
from aftercare.manuals.readers import read_file
from aftercare.manuals.structure import structured
from aftercare.manuals.versions import (
    ManualIdentity,
    VersionRefused,
    check_version_is_free,
    store_draft,
)
from aftercare.settings import Settings
from aftercare.tables.catalogue import Product
from aftercare.tables.manuals import ImportState, ManualImport

_log = logging.getLogger(__name__)

FOLDER = "manuals"
#: A file is stored a moment before it is read, and removed when it was.
_LEFT_ALONE = timedelta(hours=1)
_SECONDS_BETWEEN_NOTES = 1.0
_LONGEST_PROBLEM = 500

Clock = Callable[[], datetime]


def file_of(var_dir: Path, import_id: int, file_name: str) -> Path:
    """Where the file of an import lies; nothing of the name but its ending is used."""
    ending = Path(file_name).suffix.lower()
    safe = ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 10 else ""
    return var_dir / FOLDER / f"{import_id}{safe}"


def remove_left_files(settings: Settings, now: datetime) -> int:
    """Remove uploads that nobody reads any more, as after a stop in the middle; how many."""
    oldest = now - timedelta(seconds=settings.manual_reading_timeout) - _LEFT_ALONE
    removed = 0
    for file in (settings.var_dir / FOLDER).glob("*"):
        try:
            if file.stat().st_mtime < oldest.timestamp():
                file.unlink()
                removed += 1
        except FileNotFoundError:
            # Another process was quicker.
            continue
    return removed


def plan_import(
    session: Session,
    identity: ManualIdentity,
    file_name: str,
    now: datetime,
    staff_id: int | None = None,
) -> ManualImport:
    """Note an import that is about to begin.

    Raises VersionRefused where the product is unknown or the version is in use.
    """
    if session.get(Product, identity.product) is None:
        raise VersionRefused(f"There is no product '{identity.product}' in the catalogue.")
    check_version_is_free(session, identity)
    planned = ManualImport(
        product_id=identity.product,
        language=identity.language,
        title=identity.title,
        version=identity.version,
        published_on=identity.published_on,
        models=identity.models,
        source=identity.source or Path(file_name).name[:300],
        licence=identity.licence,
        file_name=Path(file_name).name[-200:],
        state=ImportState.WAITING,
        staff_id=staff_id,
        created_at=now,
        changed_at=now,
    )
    session.add(planned)
    session.flush()
    return planned


def run_import(sessions: SessionFactory, import_id: int, path: Path, clock: Clock) -> ManualImport:
    """Read the file of an import and store what was read as a draft.

    What keeps it from being read is noted in the import. Raises NotFound, StorageUnavailable.
    """
    with writing(sessions) as session:
        row = _find(session, import_id)
        row.state, row.changed_at = ImportState.READING, clock()
        identity = _identity(row)
    try:
        document = read_file(path, _Notes(sessions, import_id, clock))
        read = structured(document, identity.language)
        with writing(sessions) as session:
            manual = store_draft(session, identity, read)
            row = _find(session, import_id)
            row.manual_id, row.state = manual.id, ImportState.DONE
            row.pages = row.pages_done = document.pages
            row.changed_at = clock()
            return row
    except (UnusableFile, VersionRefused) as error:
        return fail_import(sessions, import_id, str(error), clock())


def fail_import(
    sessions: SessionFactory, import_id: int, problem: str, now: datetime
) -> ManualImport:
    """Note that an import ended without a manual, unless it had ended before."""
    with writing(sessions) as session:
        row = _find(session, import_id)
        if row.state in (ImportState.WAITING, ImportState.READING):
            row.state, row.problem = ImportState.FAILED, problem[:_LONGEST_PROBLEM]
            row.changed_at = now
        return row


class _Notes:
    """Writes the progress down, but not more often than somebody looks."""

    def __init__(self, sessions: SessionFactory, import_id: int, clock: Clock) -> None:
        self._sessions = sessions
        self._import_id = import_id
        self._clock = clock
        self._next = 0.0

    def __call__(self, done: int, of: int) -> None:
        if time.monotonic() < self._next:
            return
        with writing(self._sessions) as session:
            row = _find(session, self._import_id)
            row.pages_done, row.pages, row.changed_at = done, of, self._clock()
        self._next = time.monotonic() + _SECONDS_BETWEEN_NOTES


def _find(session: Session, import_id: int) -> ManualImport:
    row = session.get(ManualImport, import_id)
    if row is None:
        raise NotFound("no such import")
    return row


def _identity(row: ManualImport) -> ManualIdentity:
    return ManualIdentity.model_validate(
        {
            "product": row.product_id,
            "language": row.language,
            "version": row.version,
            "published_on": row.published_on,
            "title": row.title,
            "models": row.models,
            "source": row.source,
            "licence": row.licence,
        }
    )
