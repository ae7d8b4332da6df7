"""Reaches into the bot's own record of conversations, to read it out and to erase from it.

The bot writes it (bot/tracker_store.py): one row a conversation, with the last turns as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    NullPool,
    column,
    create_engine,
    delete,
    func,
    inspect,
    select,
    table,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from aftercare.errors import StorageUnavailable
from aftercare.privacy.traces import empty_log, overwrite_removed
from aftercare.settings import Settings

#: The bot may save a conversation between our look at it and our change.
_TRIES = 3

_TRACKERS = table("trackers", column("sender_id"), column("events"), column("saved_at"))


class Trackers:
    """Every call opens the store anew: it is the bot's, and may not be there yet.

    Each call raises StorageUnavailable where the store cannot be read or is locked.
    """

    def __init__(self, url: URL, lock_seconds: float) -> None:
        self._url = url
        self._lock_seconds = lock_seconds

    def read(self, conversations: Sequence[str]) -> dict[str, Any]:
        """The events that the bot remembers, by conversation."""
        rows = select(_TRACKERS.c.sender_id, _TRACKERS.c.events).where(
            _TRACKERS.c.sender_id.in_(conversations)
        )
        with self._opened() as connection:
            if connection is None:
                return {}
            return {sender: json.loads(events) for sender, events in connection.execute(rows)}

    def count(self, conversations: Sequence[str]) -> int:
        """How many of these conversations the bot remembers."""
        known = select(func.count()).where(_TRACKERS.c.sender_id.in_(conversations))
        with self._opened() as connection:
            return connection.execute(known).scalar_one() if connection else 0

    def remove(self, conversations: Sequence[str]) -> int:
        """Let the bot forget these conversations; how many it knew."""
        with self._opened(to_change=True) as connection:
            if connection is None:
                return 0
            return connection.execute(
                delete(_TRACKERS).where(_TRACKERS.c.sender_id.in_(conversations))
            ).rowcount

    def rewrite(self, conversations: Sequence[str], rewritten: Callable[[Any], Any]) -> int:
        """Change what the bot remembers of these; in how many there was something to change."""
        with self._opened(to_change=True) as connection:
            if connection is None:
                return 0
            return sum(_rewrite(connection, one, rewritten) for one in conversations)

    def count_older(self, moment: datetime) -> int:
        """How many were written last before a moment."""
        old = select(func.count()).where(_TRACKERS.c.saved_at < moment.timestamp())
        with self._opened() as connection:
            return connection.execute(old).scalar_one() if connection else 0

    def remove_older(self, moment: datetime) -> int:
        """Let the bot forget those; how many they were."""
        with self._opened(to_change=True) as connection:
            if connection is None:
                return 0
            return connection.execute(
                delete(_TRACKERS).where(_TRACKERS.c.saved_at < moment.timestamp())
            ).rowcount

    @contextmanager
    def _opened(self, *, to_change: bool = False) -> Iterator[Connection | None]:
        """A transaction on the store; None where the bot has not made it yet."""
        is_sqlite = self._url.get_backend_name() == "sqlite"
        if is_sqlite and not Path(self._url.database or "").exists():
            yield None
            return
        options = {"timeout": self._lock_seconds} if is_sqlite else {}
        engine = create_engine(
            self._url, poolclass=NullPool, connect_args=options, hide_parameters=True
        )
        try:
            with engine.begin() as connection:
                if not inspect(connection).has_table("trackers"):
                    yield None
                    return
                overwrite_removed(connection)
                yield connection
            if to_change:
                empty_log(engine)
        except DatabaseError as error:
            raise StorageUnavailable(str(error.orig)) from error
        finally:
            engine.dispose()


def _rewrite(connection: Connection, conversation: str, rewritten: Callable[[Any], Any]) -> bool:
    this = _TRACKERS.c.sender_id == conversation
    for _ in range(_TRIES):
        before = connection.execute(select(_TRACKERS.c.events).where(this)).scalar()
        if before is None:
            return False
        known = json.loads(before)
        changed = rewritten(known)
        if changed == known:
            return False
        done = connection.execute(
            update(_TRACKERS)
            .where(this, _TRACKERS.c.events == before)
            .values(events=json.dumps(changed))
        )
        if done.rowcount:
            return True
    return False


def open_trackers(settings: Settings) -> Trackers:
    """The store that the settings name; nothing is opened yet."""
    return Trackers(
        URL.create("sqlite", database=str(settings.tracker_path)), settings.database_timeout
    )
