"""What must be there before a ticket is done: required records and steps, a complaint's end."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import object_session

from aftercare.complaints.needs import Need, complaint_needs
from aftercare.tables.catalogue import ServiceRecord
from aftercare.tables.tickets import Ticket, TicketStep
from aftercare.tickets.plan import fields_of


@dataclass(frozen=True)
class Lacking:
    """False where nothing is lacking."""

    records: tuple[ServiceRecord, ...] = ()
    steps: tuple[TicketStep, ...] = ()
    complaint: tuple[Need, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.records or self.steps or self.complaint)


def lacking(ticket: Ticket) -> Lacking:
    """The required records that are not on file, required steps still open, a complaint's needs."""
    held = held_values(ticket)
    session = object_session(ticket)
    return Lacking(
        tuple(one for one in fields_of(ticket) if one.required and not held.get(one.field)),
        tuple(step for step in ticket.steps if step.required and step.done_at is None),
        complaint_needs(session, ticket.id) if session else (),
    )


def held_values(ticket: Ticket) -> dict[str, str]:
    """What is on file by field: as a record, or as what the ticket and its customer tell."""
    customer = ticket.customer
    by_kind = {
        "product": ticket.product_id,
        "description": ticket.description,
        "name": customer.name if customer else None,
        "email": customer.email if customer else None,
        "phone": customer.phone if customer else None,
        "contact": (customer.email or customer.phone) if customer else None,
    }
    told = {one.field: value for one in fields_of(ticket) if (value := by_kind.get(one.kind))}
    return told | {one.field: one.value for one in ticket.records}
