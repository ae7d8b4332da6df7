"""The rows of the bot's trackers: one a conversation, found and replaced by its id."""

from __future__ import annotations

import threading
from typing import Any, Dict, Iterable, List, Optional, Tuple

import sqlalchemy as sa

_metadata = sa.MetaData()
_trackers = sa.Table(
    "trackers",
    _metadata,
    sa.Column("sender_id", sa.String(100), primary_key=True),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)
# Built once: SQLAlchemy takes longer to build a statement than SQLite takes to carry it out.
_find = sa.select(_trackers.c.events).where(_trackers.c.sender_id == sa.bindparam("sender"))
_replace = (
    _trackers.update()
    .where(_trackers.c.sender_id == sa.bindparam("sender"))
    .values(events=sa.bindparam("kept"), saved_at=sa.bindparam("now"))
)
_add = _trackers.insert().values(
    sender_id=sa.bindparam("sender"), events=sa.bindparam("kept"), saved_at=sa.bindparam("now")
)


class TrackerRows:
    """The rows in any database that SQLAlchemy knows."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine
        _metadata.create_all(engine)

    def find(self, sender_id: str) -> Optional[str]:
        """The events as they were put, None for an unknown conversation."""
        with self._engine.connect() as connection:
            found: Optional[str] = connection.execute(_find, {"sender": sender_id}).scalar()
        return found

    def put(self, sender_id: str, kept: str, now: float) -> None:
        """In the place of what there was."""
        row = {"sender": sender_id, "kept": kept, "now": now}
        with self._engine.begin() as connection:
            if not connection.execute(_replace, row).rowcount:
                connection.execute(_add, row)

    def keys(self) -> Iterable[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(_trackers.c.sender_id)).scalars())


class SqliteRows(TrackerRows):
    """The rows in SQLite, whose own work is a fifth of what SQLAlchemy puts around it."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        super().__init__(engine)
        self._lent = threading.local()
        self._find, self._replace, self._add = map(self._written, (_find, _replace, _add))

    def find(self, sender_id: str) -> Optional[str]:
        found = self._execute(self._find, {"sender": sender_id}).fetchone()
        return found[0] if found else None

    def put(self, sender_id: str, kept: str, now: float) -> None:
        row = {"sender": sender_id, "kept": kept, "now": now}
        try:
            if not self._execute(self._replace, row).rowcount:
                self._execute(self._add, row)
            self._connection().commit()
        except BaseException:
            self._connection().rollback()
            raise

    def _connection(self) -> Any:
        """This thread's connection, which stays lent: the pool asks a lot at each return."""
        lent = getattr(self._lent, "connection", None)
        if lent is None:
            lent = self._lent.connection = self._engine.raw_connection()
        return lent

    def _written(self, statement: Any) -> Tuple[str, List[str]]:
        """The statement as SQLite reads it, and which value goes where."""
        compiled = statement.compile(dialect=self._engine.dialect)
        return str(compiled), list(compiled.positiontup)

    def _execute(self, written: Tuple[str, List[str]], values: Dict[str, Any]) -> Any:
        statement, names = written
        cursor = self._connection().cursor()
        cursor.execute(statement, [values[name] for name in names])
        return cursor


def open_rows(engine: sa.engine.Engine) -> TrackerRows:
    """The quickest way to the rows of this database."""
    return SqliteRows(engine) if engine.dialect.name == "sqlite" else TrackerRows(engine)
