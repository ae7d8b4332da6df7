"""A ticket's checklist: the procedure as it was when the ticket was opened, ticked off by staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.catalogue import Service
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStep
from aftercare.tickets.history import Actor, EventKind, record

#: The role of steps that the bot takes while it talks: nobody has to tick those off.
BOT_ROLE = "bot"


def steps_of(service: Service) -> list[TicketStep]:
    """Copies of the procedure's steps, which keep a ticket on it whatever the catalogue becomes."""
    return [
        TicketStep(
            position=position,
            key=step["id"],
            text=step["text"],
            role=step["role"],
            hours=step["hours"],
            required=step.get("required", False),
        )
        for position, step in enumerate(service.procedure)
        if step["role"] != BOT_ROLE
    ]


def tick(session: Session, ticket: Ticket, key: str, *, by: Actor, now: datetime) -> None:
    """Mark a step as done; one that is done stays as it is.

    Raises NotFound for a step that the ticket does not have, NotAllowed where the ticket is done.
    """
    step = _step_to_change(ticket, key)
    if step.done_at is not None:
        return
    step.done_at, step.done_by_id, step.done_by = now, by.staff_id, by.name
    record(session, ticket, EventKind.STEP_DONE, by=by, now=now, about=key)


def untick(session: Session, ticket: Ticket, key: str, *, by: Actor, now: datetime) -> None:
    """Mark a step as open again. Raises as `tick`."""
    step = _step_to_change(ticket, key)
    if step.done_at is None:
        return
    step.done_at = step.done_by_id = step.done_by = None
    record(session, ticket, EventKind.STEP_OPEN, by=by, now=now, about=key)


def _step_to_change(ticket: Ticket, key: str) -> TicketStep:
    if ticket.status in DONE_STATUSES:
        raise NotAllowed(f"ticket {ticket.number} is {ticket.status}: its steps stay as they are")
    for step in ticket.steps:
        if step.key == key:
            return step
    raise NotFound(f"ticket {ticket.number} has no step {key}")
