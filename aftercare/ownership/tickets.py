"""What a new ticket tells of its customer's product: registered, and marked if recalled."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.ownership.recalls import recall_of
from aftercare.ownership.registering import Particulars, register
from aftercare.serials import normalise
from aftercare.tables.ownership import OwnedSource, Recall
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import DESK, Actor, record

#: Kind of the line in a ticket's history.
RECALLED = "recalled"


def note_product(session: Session, ticket: Ticket, *, vouched: bool, now: datetime) -> None:
    """Register the piece that the ticket is about, where it tells which one, and mark recalls."""
    serial = normalise(_told(ticket, "serial"))
    bought = _day(_told(ticket, "past_date"))
    if ticket.product_id is None or not (serial or bought):
        return
    if ticket.customer is not None and ticket.product is not None:
        particulars = Particulars(
            serial=serial, bought_on=bought, order_number=_told(ticket, "order_number")
        )
        try:
            owned = register(
                session,
                ticket.customer,
                ticket.product,
                particulars,
                source=OwnedSource.SIGNED_IN if vouched else OwnedSource.INTAKE,
                by=Actor(ticket.customer.name or "customer"),
                now=now,
            )
        except NotAllowed:
            return  # a day that cannot be stays a word of the ticket
        ticket.owned_product_id = owned.id
        serial = serial or owned.serial or ""
    mark_recall(session, ticket, recall_of(session, ticket.product_id, serial), now)


def mark_recall(session: Session, ticket: Ticket, recall: Recall | None, now: datetime) -> None:
    """Say on the ticket that its piece is called back."""
    if recall is None or ticket.recall_id == recall.id:
        return
    ticket.recall_id = recall.id
    record(session, ticket, RECALLED, by=DESK, now=now, about=recall.id)


def _told(ticket: Ticket, kind: str) -> str:
    """The value of the first record of that kind."""
    kinds = {one.field for one in ticket.service.records if one.kind == kind}
    return next((one.value for one in ticket.records if one.field in kinds), "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
