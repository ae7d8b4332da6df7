"""Tries a rule on past tickets beside the one that counts, without changing any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.evaluation.in_sql import score_of
from aftercare.evaluation.rule import Band, Rule, precedence
from aftercare.tables.tickets import Ticket

#: A trial looks at so many of the newest tickets, which is a second's work.
TRIED = 100_000
_MOVERS = 10


@dataclass(frozen=True)
class Move:
    """Tickets that are alike to both rules; places count from 1, the most urgent first."""

    example: str
    """The number of the newest of them."""
    tickets: int
    danger: bool
    score: int
    score_then: int
    band: Band
    band_then: Band
    place: int
    place_then: int

    @property
    def sooner(self) -> int:
        """By how many places; below 0: later."""
        return self.place - self.place_then


@dataclass(frozen=True)
class Trial:
    tickets: int
    bands: dict[tuple[Band, Band], int]
    """How many tickets are in the first band now and would be in the second."""
    movers: tuple[Move, ...]
    """Those that would move by the most places, in either direction, the farthest first."""

    def now(self, band: Band) -> int:
        return sum(count for (before, _), count in self.bands.items() if before is band)

    def then(self, band: Band) -> int:
        return sum(count for (_, after), count in self.bands.items() if after is band)

    @property
    def changed(self) -> int:
        """How many would change their band."""
        return sum(count for (before, after), count in self.bands.items() if before is not after)


@dataclass(frozen=True)
class _Alike:
    """Tickets that are alike to both rules."""

    danger: bool
    score: int
    score_then: int
    tickets: int
    newest: int
    """The key of the newest of them."""

    @property
    def rank(self) -> int:
        return precedence(self.score, danger=self.danger)

    @property
    def rank_then(self) -> int:
        return precedence(self.score_then, danger=self.danger)


def try_rule(session: Session, current: Rule, draft: Rule, newest: int = TRIED) -> Trial:
    """What the draft would make of the newest tickets, open or not."""
    groups = _alike(session, current, draft, newest)
    places = _places((group.rank, group.tickets) for group in groups)
    places_then = _places((group.rank_then, group.tickets) for group in groups)
    bands: Counter[tuple[Band, Band]] = Counter()
    for group in groups:
        before = current.band(group.score, danger=group.danger)
        bands[before, draft.band(group.score_then, danger=group.danger)] += group.tickets

    def way(group: _Alike) -> int:
        return abs(places[group.rank] - places_then[group.rank_then])

    farthest = sorted(filter(way, groups), key=way, reverse=True)[:_MOVERS]
    examples = select(Ticket.id, Ticket.number).where(Ticket.id.in_(g.newest for g in farthest))
    numbers = {key: number for key, number in session.execute(examples)}
    return Trial(
        tickets=sum(bands.values()),
        bands=dict(bands),
        movers=tuple(
            Move(
                example=numbers[group.newest],
                tickets=group.tickets,
                danger=group.danger,
                score=group.score,
                score_then=group.score_then,
                band=current.band(group.score, danger=group.danger),
                band_then=draft.band(group.score_then, danger=group.danger),
                place=places[group.rank],
                place_then=places_then[group.rank_then],
            )
            for group in farthest
        ),
    )


def _alike(session: Session, current: Rule, draft: Rule, newest: int) -> list[_Alike]:
    tried = (
        select(
            Ticket.id,
            Ticket.danger,
            score_of(current).label("score"),
            score_of(draft).label("score_then"),
        )
        .order_by(Ticket.id.desc())
        .limit(newest)
        .subquery()
    )
    alike = (tried.c.danger, tried.c.score, tried.c.score_then)
    counted = select(*alike, func.count(), func.max(tried.c.id)).group_by(*alike)
    return [_Alike(*row) for row in session.execute(counted)]


def _places(counted: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The place of each rank, given how many tickets have it; equal ones share the first place."""
    tickets: Counter[int] = Counter()
    for rank, number in counted:
        tickets[rank] += number
    places, place = {}, 1
    for rank in sorted(tickets):
        places[rank] = place
        place += tickets[rank]
    return places
