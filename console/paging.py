"""Pages through long lists by the last row seen, so that no row is lost or shown twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import Request
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from console.forms import query_value

PAGE_SIZE = 25
_LARGEST_KEY = 2**63 - 1
#: So many rows are looked at one by one, and then as many as a page should take, where one of a
#: hundred fits.
_LOOKED_AT = 300
_COMMON = 0.01
_AMPLY = 1.5


@dataclass(frozen=True)
class Edge:
    """Where a page ends: time, day or another number, and key of the row there."""

    at: datetime | date | int
    key: int | str

    def written(self) -> str:
        at = self.at if isinstance(self.at, int) else self.at.isoformat()
        return f"{at}~{self.key}"


@dataclass(frozen=True)
class Place:
    """Which page is asked for: the rows older or newer than an edge, or else the newest."""

    older_than: Edge | None = None
    newer_than: Edge | None = None


@dataclass(frozen=True)
class Page[Row]:
    """Rows, newest first; the edges are None where the list ends."""

    rows: Sequence[Row]
    older: str | None
    newer: str | None


def read_place(
    request: Request, key_type: type[int | str], at_type: type[datetime | date | int] = datetime
) -> Place:
    """The page named in the address; a mangled name gives the newest page."""
    older_than = _read_edge(query_value(request, "older_than"), key_type, at_type)
    if older_than:
        return Place(older_than=older_than)
    return Place(newer_than=_read_edge(query_value(request, "newer_than"), key_type, at_type))


def fetch_page[Row](
    session: Session,
    statement: Select[Row],
    place: Place,
    at: InstrumentedAttribute[Any],
    key: InstrumentedAttribute[Any],
    size: int = PAGE_SIZE,
    *,
    rising: bool = False,
    parts: Sequence[ColumnElement[bool]] | None = None,
    looks: Callable[[Any], ColumnElement[bool]] | None = None,
) -> Page[Row]:
    """One page of the statement's rows, ordered by `at`, then `key`, which makes it unique.

    `rising`: the smallest comes first, and what follows it is called older all the same. `parts`:
    only rows of which one of these conditions holds; the database looks the first rows of each up
    by itself, for which it needs an index that begins with the condition. `looks` gives the same
    condition for an alias of the rows, to be looked at on each: what is common fills a page from
    the list's first rows sooner than an index has told all that there are.
    """
    edge = place.older_than or place.newer_than
    upwards = rising != bool(place.newer_than)
    order = (at.asc(), key.asc()) if upwards else (at.desc(), key.desc())
    if edge:
        # The first condition alone lets the database enter its index at the right place.
        if upwards:
            beyond = and_(at >= edge.at, or_(at > edge.at, key > edge.key))
        else:
            beyond = and_(at <= edge.at, or_(at < edge.at, key < edge.key))
        statement = statement.where(beyond)
    near = _by_looking(session, statement, looks, at, key, upwards, size + 1) if looks else None
    if near is not None:
        statement = statement.where(key.in_(near))
    elif parts is not None:
        statement = statement.where(_among_first(statement, parts, key, order, size + 1))
    found = list(session.scalars(statement.order_by(*order).limit(size + 1)))
    rows, more = found[:size], len(found) > size
    if place.newer_than:
        rows.reverse()
    has_older = bool(rows) and (more or bool(place.newer_than))
    has_newer = bool(rows) and (more if place.newer_than else bool(place.older_than))
    return Page(
        rows,
        older=_edge_of(rows[-1], at, key) if has_older else None,
        newer=_edge_of(rows[0], at, key) if has_newer else None,
    )


def _among_first[Row](
    statement: Select[Row],
    parts: Sequence[ColumnElement[bool]],
    key: InstrumentedAttribute[Any],
    order: Sequence[ColumnElement[Any]],
    most: int,
) -> ColumnElement[bool]:
    """Whether a row is among the first of one of the parts."""
    if not parts:
        return false()
    plain = statement.with_only_columns(key)
    firsts = (plain.where(part).order_by(*order).limit(most).subquery() for part in parts)
    return key.in_(union_all(*(select(first.c[key.key]) for first in firsts)))


def _by_looking[Row](
    session: Session,
    statement: Select[Row],
    looks: Callable[[Any], ColumnElement[bool]],
    at: InstrumentedAttribute[Any],
    key: InstrumentedAttribute[Any],
    upwards: bool,
    most: int,
) -> Sequence[int | str] | None:
    """The keys of the rows to show, from the list's first ones; None where these may not be all."""

    def ordered(entity: Any) -> tuple[ColumnElement[Any], ...]:
        columns = (getattr(entity, at.key), getattr(entity, key.key))
        return tuple(column.asc() if upwards else column.desc() for column in columns)

    rows = _LOOKED_AT
    while True:
        first = statement.order_by(*ordered(key.class_)).limit(rows).subquery()
        row = aliased(key.class_, first)
        fits = select(getattr(row, key.key)).where(looks(row)).order_by(*ordered(row)).limit(most)
        found = session.scalars(fits).all()
        if len(found) == most:
            return found
        if (session.scalar(select(func.count()).select_from(first)) or 0) < rows:
            return found
        share = len(found) / rows
        if rows > _LOOKED_AT or share < _COMMON:
            return None
        rows = round(_AMPLY * most / share)


def _edge_of(row: object, at: InstrumentedAttribute[Any], key: InstrumentedAttribute[Any]) -> str:
    return Edge(getattr(row, at.key), getattr(row, key.key)).written()


def _read_edge(
    text: str, key_type: type[int | str], at_type: type[datetime | date | int]
) -> Edge | None:
    written_at, _, written_key = text.partition("~")
    try:
        at = _read_at(written_at, at_type)
        key = key_type(written_key)
    except ValueError:
        return None
    if isinstance(at, datetime) and (at.tzinfo is None or not 2000 <= at.year <= 2100):
        return None
    if not written_key.isprintable():
        return None
    if any(isinstance(one, int) and not 0 <= one <= _LARGEST_KEY for one in (at, key)):
        return None
    return Edge(at, key)


def _read_at(text: str, at_type: type[datetime | date | int]) -> datetime | date | int:
    """Raises ValueError."""
    if at_type is datetime:
        return datetime.fromisoformat(text)
    return int(text) if at_type is int else date.fromisoformat(text)
