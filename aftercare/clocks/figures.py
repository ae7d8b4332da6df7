"""How many tickets are due soon or late, and what the clocks of one ticket show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.clocks.clock import used_seconds
from aftercare.clocks.keeping import hours_of
from aftercare.clocks.plan import read_plan
from aftercare.tables.clocks import ClockKind, DueState
from aftercare.tables.tickets import Ticket

#: More than so many are not counted for a page: nobody needs to know how many more.
MOST_COUNTED = 999


class Phase(StrEnum):
    """What a clock does."""

    RUNNING = "running"
    PAUSED = "paused"  # while the customer is waited for
    STOPPED = "stopped"


@dataclass(frozen=True)
class Reading:
    """What one clock of a ticket shows at a moment."""

    kind: ClockKind
    phase: Phase
    since: datetime
    """When that began."""
    used_seconds: int
    target_minutes: int
    around_the_clock: bool
    due_at: datetime | None
    """None where it is paused or no business hours are known."""
    late: bool

    @property
    def percent(self) -> int:
        """The share of the target that is used up, 100 at most."""
        return min(100, self.used_seconds * 100 // (self.target_minutes * 60))


def count_due(session: Session, state: DueState) -> int:
    """How many open tickets are in that state, up to one more than MOST_COUNTED."""
    some = (
        select(Ticket.id)
        .where(Ticket.due_state == state, Ticket.due_at.is_not(None))
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0


def count_late(session: Session) -> int:
    """How many open tickets are late, all of them."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Ticket)
            .where(Ticket.due_state == DueState.LATE, Ticket.due_at.is_not(None))
        )
        or 0
    )


def answer_due(session: Session, ticket: Ticket) -> datetime | None:
    """When the first answer is due, local to whose business hours count; None: not promised."""
    plan = read_plan(session)
    due = next((one.due_at for one in ticket.clocks if one.kind == ClockKind.RESPONSE), None)
    return due.astimezone(plan.hours_of(ticket.region).zone) if plan and due else None


def read_clocks(session: Session, ticket: Ticket, now: datetime) -> tuple[Reading, ...]:
    """What the clocks of a ticket show; none where nothing was promised."""
    plan = read_plan(session)
    if plan is None:
        return ()
    readings = []
    for clock in sorted(ticket.clocks, key=lambda one: list(ClockKind).index(ClockKind(one.kind))):
        used = used_seconds(clock, hours_of(clock, ticket, plan), now)
        if since := clock.running_since:
            phase, late = Phase.RUNNING, clock.due_at is not None and clock.due_at <= now
        elif since := clock.paused_at:
            phase, late = Phase.PAUSED, False
        else:
            phase, since = Phase.STOPPED, clock.stopped_at or ticket.updated_at
            late = used > clock.target_minutes * 60
        readings.append(
            Reading(
                kind=ClockKind(clock.kind),
                phase=phase,
                since=since,
                used_seconds=used,
                target_minutes=clock.target_minutes,
                around_the_clock=clock.around_the_clock,
                due_at=clock.due_at,
                late=late,
            )
        )
    return tuple(readings)
