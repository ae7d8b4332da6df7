"""Moves tickets from status to status; every move leaves a line in the ticket's history."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from aftercare.clocks.keeping import follow_move
from aftercare.complaints.beginning import begin_complaint
from aftercare.errors import NotAllowed, StaleEdit
from aftercare.maintenance.following import follow_ticket
from aftercare.settings import Settings
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus
from aftercare.tickets.completeness import Lacking, lacking
from aftercare.tickets.history import DESK, Actor, EventKind, record
from aftercare.tickets.plan import moves_of

__all__ = [
    "DESK",
    "Actor",
    "Incomplete",
    "TooLate",
    "change_status",
    "move",
    "next_moves",
    "record",
    "reopened_until",
    "withdraw",
]

_REOPEN_DAYS: int = Settings.model_fields["reopen_days"].default


class Incomplete(NotAllowed):
    """The ticket cannot be done: `lacking` says what is missing."""

    def __init__(self, number: str, what: Lacking) -> None:
        names = [one.field for one in what.records] + [step.key for step in what.steps]
        names += [f"complaint's {need}" for need in what.complaint]
        super().__init__(f"ticket {number} lacks {', '.join(names)}")
        self.lacking = what


class TooLate(NotAllowed):
    """The time for reopening the ticket is over; a new one that follows it is to be opened."""


def next_moves(
    ticket: Ticket, now: datetime, reopen_days: int = _REOPEN_DAYS
) -> tuple[TicketStatus, ...]:
    """Where the ticket may go now, complete or not."""
    until = reopened_until(ticket, reopen_days)
    if ticket.merged_into_id is not None or (until and now > until):
        return ()
    return moves_of(ticket).get(TicketStatus(ticket.status), ())


def reopened_until(ticket: Ticket, reopen_days: int = _REOPEN_DAYS) -> datetime | None:
    """The last moment at which a closed ticket may be reopened; None for one that is not closed."""
    if ticket.status != TicketStatus.CLOSED:
        return None
    return (ticket.closed_at or ticket.updated_at) + timedelta(days=reopen_days)


def move(
    session: Session,
    ticket: Ticket,
    to: TicketStatus,
    *,
    by: Actor,
    note: str = "",
    now: datetime,
    reopen_days: int = _REOPEN_DAYS,
) -> None:
    """Move a ticket to another status.

    Raises NotAllowed where the move is against the rules of its service or the ticket was merged
    into another one: Incomplete where something must be there before it is done, TooLate where it
    has been closed for more than `reopen_days`.
    """
    present = TicketStatus(ticket.status)
    if ticket.merged_into_id is not None:
        raise NotAllowed(f"ticket {ticket.number} was merged into another one")
    if to not in moves_of(ticket).get(present, ()):
        raise NotAllowed(f"ticket {ticket.number} cannot go from {present} to {to}")
    until = reopened_until(ticket, reopen_days)
    if until and now > until:
        raise TooLate(f"ticket {ticket.number} could be reopened until {until:%Y-%m-%d}")
    if to in DONE_STATUSES and (what := lacking(ticket)):
        raise Incomplete(ticket.number, what)
    put_status(session, ticket, to, EventKind.STATUS, by=by, note=note, now=now)


def withdraw(session: Session, ticket: Ticket, *, by: Actor, note: str, now: datetime) -> None:
    """Close an open ticket without a solution, complete or not: nobody wants it any more.

    The note says why. Raises NotAllowed without one, and for a ticket that is done.
    """
    if not note.strip():
        raise NotAllowed(f"nothing says why ticket {ticket.number} is withdrawn")
    if ticket.status in DONE_STATUSES:
        raise NotAllowed(f"ticket {ticket.number} is {ticket.status} already")
    put_status(session, ticket, TicketStatus.CLOSED, EventKind.WITHDRAWN, by=by, note=note, now=now)


def put_status(
    session: Session,
    ticket: Ticket,
    to: TicketStatus,
    kind: str,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    about: str | None = None,
) -> None:
    """Put a ticket into a status; for this package's own moves, which have checked the rules."""
    present = TicketStatus(ticket.status)
    ticket.status = to
    ticket.closed_at = now if to is TicketStatus.CLOSED else None
    record(session, ticket, kind, by=by, now=now, note=note, about=about, statuses=(present, to))
    follow_move(session, ticket, to, by=by, now=now)
    follow_ticket(session, ticket, kind, (present, to), by=by, now=now)
    if present in DONE_STATUSES and to not in DONE_STATUSES:
        # Complaints that were done before there were cases have none.
        begin_complaint(session, ticket, now)


def change_status(
    session: Session,
    ticket: Ticket,
    to: TicketStatus,
    *,
    staff: Staff,
    note: str,
    seen: TicketStatus,
    now: datetime,
    reopen_days: int = _REOPEN_DAYS,
) -> None:
    """Move a ticket for a member of staff.

    `seen` is the status that they had before their eyes. Raises StaleEdit where it is not the
    present one any more, else as `move`.
    """
    check_seen(ticket, seen)
    move(session, ticket, to, by=Actor.of(staff), note=note, now=now, reopen_days=reopen_days)


def check_seen(ticket: Ticket, seen: TicketStatus) -> None:
    """Raises StaleEdit where the ticket is in another status than the one that was seen."""
    if ticket.status != seen:
        raise StaleEdit(f"ticket {ticket.number} is {ticket.status} by now, not {seen}")
