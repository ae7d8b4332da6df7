"""What a file would do: worked out against the database first, then written in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from aftercare.exchange.sheets import Column, Mistake, Row
from aftercare.tables.base import Base
from aftercare.tickets.history import Actor

#: So many values fit into one question to either database.
_AT_ONCE = 500


@dataclass(frozen=True)
class Setting:
    """What taking a file in depends on; `today` is the company's."""

    today: date
    now: datetime
    language: str
    by: Actor


@dataclass
class Plan:
    """Rows to add and to change by their table, with what is wrong."""

    mistakes: list[Mistake] = field(default_factory=list)
    adding: list[tuple[type[Base], list[dict[str, Any]]]] = field(default_factory=list)
    changing: list[tuple[type[Base], list[dict[str, Any]]]] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Kind:
    """A kind of file: its columns, and how its rows become a plan.

    `finish` writes what needs the keys of the rows that were just added.
    """

    columns: Sequence[Column]
    plan: Callable[[Session, Sequence[Row], Setting], Plan]
    finish: Callable[[Session, Sequence[Row], Setting], None] = lambda _session, _rows, _setting: (
        None
    )


def carry_out(session: Session, plan: Plan) -> None:
    """Write what is planned. The caller commits."""
    for table, rows in plan.adding:
        if rows:
            session.execute(insert(table), rows)
    for table, rows in plan.changing:
        if rows:
            # Rows that change the same columns travel together.
            session.execute(update(table), rows)
    session.flush()


def in_pieces[Value](values: Iterable[Value]) -> Iterator[list[Value]]:
    """The different values, as many at a time as one question may hold."""
    listed = list(dict.fromkeys(values))
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
