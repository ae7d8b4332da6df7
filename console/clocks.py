"""The clocks of a ticket in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare.clocks.figures import Phase, Reading, read_clocks
from aftercare.clocks.plan import read_plan
from aftercare.tables.clocks import ClockKind
from aftercare.tables.tickets import Ticket
from console.access import Visit
from console.formats import english

_TITLES = {ClockKind.RESPONSE: "First answer", ClockKind.SOLUTION: "Solution"}
_DONE = {ClockKind.RESPONSE: "Answered", ClockKind.SOLUTION: "Resolved"}
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class ClockLine:
    """One clock; `due_at` is given while it runs, `since` otherwise."""

    title: str
    phase: Phase
    done: str
    due_at: datetime | None
    since: datetime
    late: bool
    used: str
    target: str
    hours: str
    """Which hours count."""
    percent: int


@dataclass(frozen=True)
class ClockView:
    lines: tuple[ClockLine, ...]
    region: str
    """The name of the region whose business hours count; empty: the company's own."""
    region_id: str
    regions: tuple[tuple[str, str], ...]
    """Id and name of each region that could be chosen."""


def read_clock_view(visit: Visit, ticket: Ticket) -> ClockView:
    """The clocks of the ticket as its page shows them."""
    plan = read_plan(visit.session)
    names = {one.id: english(one.name.model_dump()) for one in plan.file.regions} if plan else {}
    return ClockView(
        tuple(map(_line, read_clocks(visit.session, ticket, visit.now))),
        names.get(ticket.region or "", ""),
        ticket.region or "",
        tuple(names.items()),
    )


def work_words(seconds: int) -> str:
    """Working time as staff read it: 6 h 30 min."""
    hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
    return f"{hours} h" + (f" {minutes} min" if minutes else "") if hours else f"{minutes} min"


def _line(reading: Reading) -> ClockLine:
    return ClockLine(
        title=_TITLES[reading.kind],
        phase=reading.phase,
        done=_DONE[reading.kind],
        due_at=reading.due_at if reading.phase is Phase.RUNNING else None,
        since=reading.since,
        late=reading.late,
        used=work_words(reading.used_seconds),
        target=work_words(reading.target_minutes * _MINUTE),
        hours="around the clock" if reading.around_the_clock else "in business hours",
        percent=reading.percent,
    )
