"""What a file would do: worked out against the database first, then written in one go.

Working it out takes long and holds nobody up. What is written is written in a few statements of
many rows, after a quick look that what it was worked out from is still so: on SQLite every customer
who writes waits for the whole of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from aftercare.exchange.sheets import MOST_ROWS, Column, Mistake, Row
from aftercare.tables.base import Base
from aftercare.tickets.history import Actor

#: So many values fit into one question to either database.
_AT_ONCE = 5000
#: So many lines are read between two words about how far it is.
_TELL_EVERY = 250
#: Hears what is done and what there is to do.
Tell = Callable[[int, int], None]
#: Rows of a table, by the names of its columns.
Rows = list[dict[str, Any]]


def silent(_done: int, _of: int) -> None:
    """Tells nobody how far it is."""


@dataclass(frozen=True)
class Setting:
    """What taking a file in depends on; `today` is the company's."""

    today: date
    now: datetime
    language: str
    by: Actor
    tell: Tell = silent

    def each(self, rows: Sequence[Row]) -> Iterator[Row]:
        """The rows one after the other, telling how far it is."""
        for done, row in enumerate(rows):
            if done % _TELL_EVERY == 0:
                self.tell(done, len(rows))
            yield row


@dataclass
class Plan:
    """Rows to add and to change by their table, with what is wrong.

    `stands` looks again, quickly, whether what the plan was worked out from is unchanged. `finish`
    writes what needs the keys of the rows that were just added.
    """

    mistakes: list[Mistake] = field(default_factory=list)
    adding: list[tuple[type[Base], Rows]] = field(default_factory=list)
    changing: list[tuple[type[Base], Rows]] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    stands: Callable[[Session], bool] = lambda _session: True
    finish: Callable[[Session], None] = lambda _session: None


@dataclass(frozen=True)
class Kind:
    """A kind of file: its columns, and how its rows become a plan."""

    columns: Sequence[Column]
    plan: Callable[[Session, Sequence[Row], Setting], Plan]
    most_rows: int = MOST_ROWS


def carry_out(session: Session, plan: Plan) -> None:
    """Write what is planned. The caller commits."""
    for table, rows in plan.adding:
        add_rows(session, table, rows)
    for table, rows in plan.changing:
        change_rows(session, table, rows)
    plan.finish(session)


def add_rows(session: Session, table: type[Base], rows: Rows) -> None:
    """Insert rows without making an object of each."""
    if rows:
        session.connection().execute(insert(_table(table)), rows)


def change_rows(session: Session, table: type[Base], rows: Rows) -> None:
    """Update rows by their `id`; those that change the same columns travel together."""
    alike: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        alike.setdefault(tuple(row), []).append(row)
    found = _table(table)
    for names, group in alike.items():
        # No more than what changes, so that no index is written for nothing.
        statement = (
            update(found)
            .where(found.c.id == bindparam("row_id"))
            .values({name: bindparam(name) for name in names if name != "id"})
        )
        session.connection().execute(
            statement,
            [{"row_id" if name == "id" else name: row[name] for name in names} for row in group],
        )


def in_pieces[Value](values: Iterable[Value]) -> Iterator[list[Value]]:
    """The different values, as many at a time as one question may hold."""
    listed = list(dict.fromkeys(values))
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]


def _table(table: type[Base]) -> Table:
    return cast(Table, table.__table__)
