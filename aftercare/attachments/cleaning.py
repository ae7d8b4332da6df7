"""Removes files that belong to nothing: what an upload left that was cut off before its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched

from sqlalchemy import select

from aftercare.attachments.stores import FileStore
from aftercare.database import SessionFactory, reading
from aftercare.tables.attachments import Attachment, TicketFile

#: A file is stored seconds before its message or its ticket knows of it.
_LEFT_ALONE = timedelta(hours=1)
_BATCH = 200


def remove_strays(sessions: SessionFactory, store: FileStore, now: datetime) -> int:
    """How many were removed. Raises FilesUnavailable, StorageUnavailable."""
    return sum(store.remove(batch) for batch in _strays(sessions, store, now - _LEFT_ALONE))


def _strays(sessions: SessionFactory, store: FileStore, before: datetime) -> Iterator[set[str]]:
    for batch in batched(store.older_than(before), _BATCH):
        with reading(sessions) as session:
            known = [
                name
                for table in (Attachment, TicketFile)
                for name in session.scalars(select(table.id).where(table.id.in_(batch)))
            ]
            yield set(batch).difference(known)
