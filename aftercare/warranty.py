"""Until when a product is covered, and why: terms by law and by contract, of parts, with repairs.

Days are whole: the last day of a term still counts.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any


class TermKind(StrEnum):
    STATUTORY = "statutory"
    COMMERCIAL = "commercial"


class Begins(StrEnum):
    """With what a term begins; where that day is not known, with the purchase."""

    PURCHASE = "purchase"
    DELIVERY = "delivery"
    INSTALLATION = "installation"


class CoverState(StrEnum):
    IN_FORCE = "in_force"
    OVER = "over"
    NONE = "none"
    """No term covers it at all."""


@dataclass(frozen=True)
class Term:
    """One promise: so many months and days from a beginning, for the product or some parts."""

    id: str
    kind: TermKind
    months: int = 0
    days: int = 0
    begins: Begins = Begins.PURCHASE
    within_days: int | None = None
    """So many days after the purchase it begins at the latest; None: however late."""
    parts: frozenset[str] = frozenset()
    """Parts and features that it is for; empty: the whole product."""
    extended_by: frozenset[str] = frozenset()
    """Services whose time with the desk is added to the term."""
    name: Mapping[str, str] = field(default_factory=dict)
    """Empty: as its kind is called."""


@dataclass(frozen=True)
class Rules:
    """What a product's file says of its warranty."""

    terms: tuple[Term, ...]
    wear_parts: frozenset[str] = frozenset()
    """Parts that wear by use: only the law covers those."""
    exclusions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_months(cls, months: int) -> Rules:
        """A single commercial term, as files without rules have it."""
        return cls((Term("commercial", TermKind.COMMERCIAL, months=months),) if months else ())

    @classmethod
    def from_json(cls, value: Mapping[str, Any], months: int) -> Rules:
        """The rules as the tables keep them; `months` count where there are none."""
        if not value.get("terms"):
            return cls.of_months(months)
        return cls(
            terms=tuple(
                Term(
                    id=term["id"],
                    kind=TermKind(term["kind"]),
                    months=term.get("months", 0),
                    days=term.get("days", 0),
                    begins=Begins(term.get("begins", Begins.PURCHASE)),
                    within_days=term.get("within_days"),
                    parts=frozenset(term.get("parts", ())),
                    extended_by=frozenset(term.get("extended_by", ())),
                    name=term.get("name") or {},
                )
                for term in value["terms"]
            ),
            wear_parts=frozenset(value.get("wear_parts", ())),
            exclusions=value.get("exclusions") or {},
        )


@dataclass(frozen=True)
class Dates:
    """When terms may begin; what is not known is None."""

    bought: date
    delivered: date | None = None
    installed: date | None = None


@dataclass(frozen=True)
class Repair:
    """Time that a product spent with the desk: from the request until it was solved."""

    service: str
    received: date
    returned: date | None
    """None: it is not solved yet."""


@dataclass(frozen=True)
class Cover:
    """A term with its days."""

    term: Term
    begun: date
    begun_with: Begins
    until: date
    extended_days: int


@dataclass(frozen=True)
class Coverage:
    """`cover` is the term that lasts longest, None where there is none; `others` follow it."""

    state: CoverState
    cover: Cover | None
    others: tuple[Cover, ...] = ()

    @property
    def in_force(self) -> bool:
        return self.state is CoverState.IN_FORCE


def coverage(
    rules: Rules,
    dates: Dates,
    today: date,
    repairs: Iterable[Repair] = (),
    part: str | None = None,
) -> Coverage:
    """How the product, or one part or feature of it, is covered on a day.

    A repair counts where it began while the term was running; two at a time count once.
    """
    known = sorted(repairs, key=lambda repair: repair.received)
    covers = sorted(
        (_cover(term, dates, today, known) for term in terms_for(rules, part)),
        key=lambda cover: cover.until,
        reverse=True,
    )
    if not covers:
        return Coverage(CoverState.NONE, None)
    state = CoverState.IN_FORCE if today <= covers[0].until else CoverState.OVER
    return Coverage(state, covers[0], tuple(covers[1:]))


def terms_for(rules: Rules, part: str | None = None) -> list[Term]:
    """The terms of the whole product and those of the part."""
    return [
        term
        for term in rules.terms
        if (not term.parts or part in term.parts)
        and (part not in rules.wear_parts or term.kind is TermKind.STATUTORY)
    ]


def covered_until(begin: date, months: int) -> date:
    """The last day of a warranty of so many months; a missing day becomes the month's last one."""
    years, month = divmod(begin.month - 1 + months, 12)
    year = begin.year + years
    last_day = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(begin.day, last_day))


def _cover(term: Term, dates: Dates, today: date, repairs: Sequence[Repair]) -> Cover:
    begun, begun_with = _beginning(term, dates)
    until = covered_until(begun, term.months) + timedelta(days=term.days)
    promised = counted = until
    since = begun
    for repair in repairs:
        if repair.service not in term.extended_by or not begun <= repair.received <= counted:
            continue
        since = max(since, repair.received)
        days = max(0, ((repair.returned or today) - since).days)
        counted += timedelta(days=days)
        since += timedelta(days=days)
    return Cover(term, begun, begun_with, counted, (counted - promised).days)


def _beginning(term: Term, dates: Dates) -> tuple[date, Begins]:
    told = {Begins.DELIVERY: dates.delivered, Begins.INSTALLATION: dates.installed}
    begun = told.get(term.begins)
    if begun is None or begun < dates.bought:
        return dates.bought, Begins.PURCHASE
    if term.within_days is not None:
        begun = min(begun, dates.bought + timedelta(days=term.within_days))
    return begun, term.begins
