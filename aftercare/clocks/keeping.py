"""Keeps the clocks of tickets: begins them, and follows what happens to the ticket.

Callers hold the ticket against others and own the session.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.clocks import clock as clocks
from aftercare.clocks.plan import AROUND_THE_CLOCK, Plan, read_plan
from aftercare.errors import NotAllowed, NoWorkingTime
from aftercare.hours import Hours
from aftercare.tables.clocks import ClockKind, TicketClock
from aftercare.tables.tickets import Ticket, TicketStatus, is_open
from aftercare.tickets.history import Actor, EventKind, record

_log = logging.getLogger(__name__)

#: The kind of the line of history for an answer that moved nothing.
ANSWERED = "answered"


def begin_clocks(session: Session, ticket: Ticket, now: datetime) -> None:
    """Start the clocks of a ticket that was opened just now, after it was weighed."""
    plan = read_plan(session)
    if plan is not None:
        ticket.region = _region_of(session, ticket, plan)
        _renew(ticket, plan, now)


def follow_move(
    session: Session, ticket: Ticket, to: TicketStatus, *, by: Actor, now: datetime
) -> None:
    """Let the clocks follow a move that the ticket has made."""
    plan = read_plan(session)
    if plan is None:
        return
    if ticket.clocks_stale:
        _renew(ticket, plan, now)
    for clock in ticket.clocks:
        try:
            _follow(clock, ticket, plan, to, by.staff_id is not None, now)
        except NoWorkingTime as error:
            _cannot_tell(clock, ticket, error)
    _tell(ticket, now)


def first_answer(session: Session, ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """The customer has an answer from a person: no more is owed before the solution."""
    plan = read_plan(session)
    if plan is None:
        return
    for clock in ticket.clocks:
        if clock.kind == ClockKind.RESPONSE and clock.stopped_at is None:
            clocks.stop(clock, hours_of(clock, ticket, plan), now)
            record(session, ticket, ANSWERED, by=by, now=now)
    _tell(ticket, now)


def answered_in(session: Session, conversation_id: str, *, by: Actor, now: datetime) -> None:
    """A person has written in a conversation: that answers the open tickets that came out of it."""
    found = session.scalars(
        select(Ticket)
        .join(TicketClock, TicketClock.ticket_id == Ticket.id)
        .where(
            Ticket.conversation_id == conversation_id,
            is_open(),
            TicketClock.kind == ClockKind.RESPONSE,
            TicketClock.stopped_at.is_(None),
        )
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
    )
    for ticket in found:
        first_answer(session, ticket, by=by, now=now)


def follow_priority(session: Session, ticket: Ticket, now: datetime) -> None:
    """Give the ticket the targets of its present priority; the time that is used stays used."""
    plan = read_plan(session)
    if plan is not None:
        _renew(ticket, plan, now)


def change_region(
    session: Session, ticket: Ticket, region: str | None, *, by: Actor, now: datetime
) -> None:
    """Let the business hours of another region count, None: the company's own, from the beginning.

    The clocks are worked out again from the ticket's history, because the hours before were wrong.
    Raises NotAllowed for a closed ticket and for a region that there is none of.
    """
    if ticket.status == TicketStatus.CLOSED:
        raise NotAllowed(f"ticket {ticket.number} is closed: its clocks stand")
    plan = read_plan(session)
    if plan is None or (region is not None and not plan.has_region(region)):
        raise NotAllowed("there is no such region")
    if ticket.region == region:
        return
    before, ticket.region = ticket.region, region
    for clock in ticket.clocks:
        if not clock.around_the_clock:
            _run_again(clock, ticket, plan, now)
    _tell(ticket, now)
    record(session, ticket, EventKind.REGION, by=by, now=now, before=before, after=region)


def hours_of(clock: TicketClock, ticket: Ticket, plan: Plan) -> Hours:
    """The hours in which the clock runs."""
    return AROUND_THE_CLOCK if clock.around_the_clock else plan.hours_of(ticket.region)


def _renew(ticket: Ticket, plan: Plan, now: datetime) -> None:
    """Make the ticket's clocks those that it should have; new ones follow its history."""
    present = {ClockKind(clock.kind): clock for clock in ticket.clocks}
    ticket.clocks_stale = False
    for kind in ClockKind:
        target = plan.target(kind, ticket.band, ticket.danger, ticket.service.targets)
        clock = present.get(kind)
        if target is None:
            if clock is not None:
                ticket.clocks.remove(clock)
        elif clock is None:
            clock = TicketClock(
                kind=kind,
                target_minutes=target.minutes,
                around_the_clock=target.around_the_clock,
                used_seconds=0,
            )
            ticket.clocks.append(clock)
            _run_from_history(clock, ticket, plan, now)
        elif clock.stopped_at is None:
            if clock.around_the_clock != target.around_the_clock and clock.running_since:
                # What was used so far was counted in other hours.
                used = clocks.used_seconds(clock, hours_of(clock, ticket, plan), now)
                clock.used_seconds, clock.running_since = used, now
            clock.target_minutes = target.minutes
            clock.around_the_clock = target.around_the_clock
            _set_due(clock, ticket, plan, now)
    _tell(ticket, now)


def _run_again(clock: TicketClock, ticket: Ticket, plan: Plan, now: datetime) -> None:
    """What was noticed of it before stays noticed where it is so in the new hours too."""
    warned, breached = clock.warned_at, clock.breached_at
    clock.used_seconds = 0
    clock.running_since = clock.paused_at = clock.stopped_at = None
    clock.due_at = clock.warn_at = clock.look_at = None
    _run_from_history(clock, ticket, plan, now)
    if _is_over(clock.warn_at, now):
        clock.warned_at = warned
    if _is_over(clock.due_at, now):
        clock.breached_at = breached
    clocks.plan_next_look(clock)


def _is_over(moment: datetime | None, now: datetime) -> bool:
    """Whether it is past; so it is of a clock that is paused, of which nothing is told."""
    return moment is None or moment <= now


def _run_from_history(clock: TicketClock, ticket: Ticket, plan: Plan, now: datetime) -> None:
    hours = hours_of(clock, ticket, plan)
    try:
        clocks.run(clock, hours, plan.warn_at_percent, ticket.created_at)
        for event in ticket.events:
            if event.from_status and event.to_status:
                _follow(clock, ticket, plan, event.to_status, event.staff_id is not None, event.at)
            elif event.kind == ANSWERED and clock.kind == ClockKind.RESPONSE:
                clocks.stop(clock, hours, event.at)
        clocks.set_due(clock, hours, plan.warn_at_percent, now)
    except NoWorkingTime as error:
        _cannot_tell(clock, ticket, error)


def _follow(
    clock: TicketClock, ticket: Ticket, plan: Plan, to: str, by_staff: bool, now: datetime
) -> None:
    clocks.follow_status(
        clock,
        TicketStatus(to),
        hours_of(clock, ticket, plan),
        plan.warn_at_percent,
        by_staff=by_staff,
        now=now,
    )


def _set_due(clock: TicketClock, ticket: Ticket, plan: Plan, now: datetime) -> None:
    try:
        clocks.set_due(clock, hours_of(clock, ticket, plan), plan.warn_at_percent, now)
    except NoWorkingTime as error:
        _cannot_tell(clock, ticket, error)


def _cannot_tell(clock: TicketClock, ticket: Ticket, error: NoWorkingTime) -> None:
    """No ticket fails for its clock's sake; it is due at no time, and the log says why."""
    clock.due_at = clock.warn_at = clock.look_at = None
    _log.warning("clocks.no_business_hours ticket_id=%s: %s", ticket.id, error)


def _tell(ticket: Ticket, now: datetime) -> None:
    """Put into the ticket's own row what lists are ordered and filtered by."""
    found = clocks.next_due(ticket.clocks, now)
    ticket.due_at, ticket.due_state = found or (None, None)


def _region_of(session: Session, ticket: Ticket, plan: Plan) -> str | None:
    """By an address among the records, else as the customer's latest ticket that had one."""
    addresses = {one.field for one in ticket.service.records if one.kind == "address"}
    for one in ticket.records:
        if one.field in addresses and (region := plan.region_at(one.value)):
            return region
    if ticket.customer_id is None:
        return None
    return session.scalar(
        select(Ticket.region)
        .where(
            Ticket.customer_id == ticket.customer_id,
            Ticket.region.is_not(None),
            Ticket.id != ticket.id,
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )
