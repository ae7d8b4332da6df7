"""Puts on file what the evaluation counts and the customer did not tell, and weighs anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from aftercare.catalogue.snapshot import part_id
from aftercare.clocks.keeping import follow_priority
from aftercare.errors import NotAllowed
from aftercare.evaluation.facts import (
    NO,
    PART,
    PURCHASE_DATE,
    UNUSED,
    YES,
    field_of_kind,
)
from aftercare.evaluation.rule import HUNDREDTHS
from aftercare.evaluation.weighing import weigh_ticket
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketRecord
from aftercare.tickets.history import Actor, record

#: Kind of the line in the history that says so.
WEIGHED_AGAIN = "weighed_again"


@dataclass(frozen=True)
class Correction:
    """What a member of staff has learnt; None: as before."""

    feature: str | None = None
    """The key of a feature of the product."""
    bought: date | None = None
    unused: bool | None = None


def correct_facts(
    session: Session, ticket: Ticket, learnt: Correction, *, staff: Staff, now: datetime
) -> None:
    """Write it into the ticket's records and its history.

    Raises NotAllowed for a feature that the product does not have and a day that is to come.
    """
    if learnt.feature is not None:
        product = ticket.product
        if product is None or learnt.feature not in {one.key for one in product.features}:
            raise NotAllowed(f"the product of ticket {ticket.number} has no such feature")
        field = field_of_kind(ticket, "part", PART)
        _put(ticket, field, part_id(product.id, learnt.feature))
    if learnt.bought is not None:
        if learnt.bought > now.date():
            raise NotAllowed(f"ticket {ticket.number} cannot be about a purchase to come")
        field = field_of_kind(ticket, "past_date", PURCHASE_DATE)
        _put(ticket, field, learnt.bought.isoformat())
    if learnt.unused is not None:
        _put(ticket, UNUSED, YES if learnt.unused else NO)
    before = _told(ticket)
    session.flush()
    weigh_ticket(session, ticket)
    follow_priority(session, ticket, now)
    record(
        session,
        ticket,
        WEIGHED_AGAIN,
        by=Actor.of(staff),
        now=now,
        before=before,
        after=_told(ticket),
    )


def _put(ticket: Ticket, field: str, value: str) -> None:
    for kept in ticket.records:
        if kept.field == field:
            kept.value = value
            return
    ticket.records.append(TicketRecord(field=field, value=value))


def _told(ticket: Ticket) -> str:
    return f"{(ticket.score or 0) / HUNDREDTHS:.1f} points ({ticket.band})"
