"""The lines of a ticket's history: what was done, by whom, when, and what was so before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.webhooks.events import note_ticket, note_tickets


class EventKind(StrEnum):
    """What this package writes into a history; other parts have kinds of their own."""

    OPENED = "opened"
    STATUS = "status"
    ASSIGNED = "assigned"
    """To a person; before and after are names."""
    TEAM = "team"
    STEP_DONE = "step_done"
    STEP_OPEN = "step_open"
    """A step was unticked."""
    RECORD = "record"
    NOTE = "note"
    ADDED = "added"
    """The customer told more."""
    WITHDRAWN = "withdrawn"
    """Closed without a solution."""
    MERGED = "merged"
    """This ticket was merged into another one, which closed it."""
    TOOK_IN = "took_in"
    """Another ticket was merged into this one."""
    FOLLOWS = "follows"
    FOLLOWED = "followed"
    FILE = "file"
    """Staff put files on it for colleagues; about is what they are for, after are names."""
    FILE_SENT = "file_sent"
    """Staff sent the customer files about it; after are names."""
    FILE_REMOVED = "file_removed"
    REGION = "region"
    """Other business hours count by a person's word; before and after are ids of regions."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a member of staff where there is an id, else a customer or the desk itself."""

    name: str
    staff_id: int | None = None

    @classmethod
    def of(cls, staff: Staff) -> Actor:
        return cls(staff.name, staff.id)


@dataclass(frozen=True)
class Change:
    """What was so of one ticket before an act on many, and what is so now."""

    ticket: Ticket
    before: str | None
    after: str | None


#: The desk itself, acting by its clocks and rules.
DESK = Actor("Aftercare")


def record(
    session: Session,
    ticket: Ticket,
    kind: str,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    about: str | None = None,
    before: str | None = None,
    after: str | None = None,
    statuses: tuple[TicketStatus, TicketStatus] | None = None,
) -> TicketEvent:
    """Write a line of history, which is also the ticket's last change.

    `about` says what was changed where the kind leaves it open; `statuses` are the one before and
    the one after.
    """
    from_status, to_status = statuses or (None, None)
    event = TicketEvent(
        ticket_id=ticket.id,
        at=now,
        kind=kind,
        staff_id=by.staff_id,
        actor=by.name,
        from_status=from_status,
        to_status=to_status,
        about=about,
        before=before,
        after=after,
        note=note,
    )
    ticket.events.append(event)
    ticket.updated_at = now
    session.flush()
    note_ticket(session, ticket, kind, now, moved=statuses is not None)
    return event


def record_many(
    session: Session, changes: Sequence[Change], kind: str, *, by: Actor, now: datetime
) -> None:
    """Write a line of one kind into the history of each ticket, in a few steps for thousands."""
    for change in changes:
        change.ticket.updated_at = now
    session.add_all(
        TicketEvent(
            ticket_id=change.ticket.id,
            at=now,
            kind=kind,
            staff_id=by.staff_id,
            actor=by.name,
            before=change.before,
            after=change.after,
            note="",
        )
        for change in changes
    )
    session.flush()
    for change in changes:
        session.expire(change.ticket, ["events"])
    note_tickets(session, [change.ticket for change in changes], kind, now)
