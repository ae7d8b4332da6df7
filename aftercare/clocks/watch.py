"""Looks after all clocks: gives them to tickets that have none yet, warns, and escalates."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from aftercare.clocks.clock import next_due, plan_next_look
from aftercare.clocks.keeping import follow_priority
from aftercare.clocks.plan import Plan, read_plan
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.clocks import ClockKind, TicketClock
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, is_open
from aftercare.tickets.assignment import give_to_team, team_of_role
from aftercare.tickets.history import DESK, record

_log = logging.getLogger(__name__)

#: How often to look.
EVERY_SECONDS = 60.0

#: Kinds of lines of history.
DUE_SOON, LATE = "due_soon", "late"
#: Tickets of one step: written in well under a second, so that nobody else has to wait for long.
_BATCH = 200

_OWED = {ClockKind.RESPONSE: "The first answer", ClockKind.SOLUTION: "The solution"}


class ClockWatch:
    """Does what is due now; several processes may do it at once, and nothing is done twice."""

    def __init__(self, sessions: SessionFactory, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    def look(self) -> None:
        """Raises StorageUnavailable; what was done before stays done."""
        self._each(_stale, _renew_one)
        self._each(_to_look_at, _look_at_one)

    def _each(
        self,
        find: Callable[[Session, datetime, int], list[int]],
        handle: Callable[[Session, Ticket, Plan, datetime], None],
    ) -> None:
        """Handle what is found, in steps; a ticket that is held by others waits for the next time.

        Tickets are walked by key, so that one that cannot be handled never holds up the others.
        """
        last = 0
        while True:
            now = self._clock()
            with reading(self._sessions) as session:
                plan, found = read_plan(session), find(session, now, last)
            if plan is None or not found:
                return
            last = found[-1]
            with writing(self._sessions) as session:
                tickets = session.scalars(
                    select(Ticket)
                    .where(Ticket.id.in_(found))
                    .order_by(Ticket.id)
                    .with_for_update(of=Ticket, skip_locked=True)
                    .options(
                        selectinload(Ticket.service),
                        selectinload(Ticket.clocks),
                        selectinload(Ticket.events),
                    )
                ).all()
                for ticket in tickets:
                    handle(session, ticket, plan, now)


def _stale(session: Session, _now: datetime, after: int) -> list[int]:
    return list(
        session.scalars(
            select(Ticket.id)
            .where(Ticket.clocks_stale, is_open(), Ticket.id > after)
            .order_by(Ticket.id)
            .limit(_BATCH)
        )
    )


def _to_look_at(session: Session, now: datetime, after: int) -> list[int]:
    return list(
        session.scalars(
            select(TicketClock.ticket_id)
            .where(
                TicketClock.look_at.is_not(None),
                TicketClock.look_at <= now,
                TicketClock.ticket_id > after,
            )
            .distinct()
            .order_by(TicketClock.ticket_id)
            .limit(_BATCH)
        )
    )


def _renew_one(session: Session, ticket: Ticket, _plan: Plan, now: datetime) -> None:
    if ticket.clocks_stale:
        follow_priority(session, ticket, now)


def _look_at_one(session: Session, ticket: Ticket, plan: Plan, now: datetime) -> None:
    for clock in ticket.clocks:
        # Looked at again, because another process may have been here in between.
        if clock.look_at is None or clock.look_at > now or clock.due_at is None:
            continue
        late = clock.due_at <= now
        zone = plan.hours_of(ticket.region).zone
        if late:
            clock.breached_at = now
        clock.warned_at = clock.warned_at or now
        plan_next_look(clock)
        record(
            session,
            ticket,
            LATE if late else DUE_SOON,
            by=DESK,
            now=now,
            note=_told(clock, clock.due_at, zone, late=late),
        )
        if late:
            _log.info("clocks.late ticket_id=%s kind=%s", ticket.id, clock.kind)
            _escalate(session, ticket, plan, now)
    found = next_due(ticket.clocks, now)
    ticket.due_at, ticket.due_state = found or (None, None)


def _escalate(session: Session, ticket: Ticket, plan: Plan, now: datetime) -> None:
    """Give the ticket to the team that steps in; without one it is only shown as late."""
    team_id = team_of_role(session, plan.escalate_to) if plan.escalate_to else None
    if team_id is not None:
        give_to_team(session, ticket, session.get_one(Team, team_id), by=DESK, now=now)


def _told(clock: TicketClock, due: datetime, zone: ZoneInfo, *, late: bool) -> str:
    local = due.astimezone(zone)
    be = "was" if late else "is"
    return (
        f"{_OWED[ClockKind(clock.kind)]} {be} due by {local.day} {local:%b %Y, %H:%M} "
        f"({zone.key.replace('_', ' ')})."
    )
