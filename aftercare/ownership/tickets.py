"""What a ticket tells of its customer's product: registered, and marked if recalled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.ownership.recalls import recall_of
from aftercare.ownership.registering import (
    Particulars,
    SerialTaken,
    correct,
    particulars_of,
    register,
    retire,
)
from aftercare.serials import normalise
from aftercare.tables.ownership import OwnedProduct, OwnedSource, Recall
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import DESK, Actor, record

#: Kind of the line in a ticket's history.
RECALLED = "recalled"


def note_product(session: Session, ticket: Ticket, *, vouched: bool, now: datetime) -> None:
    """Register the piece that the ticket is about, where it tells which one, and mark recalls."""
    told = _particulars(ticket)
    if ticket.product_id is None or not (told.serial or told.bought_on):
        return
    source = OwnedSource.SIGNED_IN if vouched else OwnedSource.INTAKE
    name = ticket.customer.name if ticket.customer else ""
    try:
        _register(session, ticket, told, source, Actor(name or "customer"), now)
    except NotAllowed:
        return  # a day that cannot be stays a word of the ticket
    serial = told.serial or _serial_of_piece(session, ticket)
    mark_recall(session, ticket, recall_of(session, ticket.product_id, serial), now)


def follow_serial(
    session: Session, ticket: Ticket, before: str, *, by: Actor, now: datetime
) -> None:
    """Register the piece whose serial number staff wrote on the ticket in the place of `before`.

    The piece that came with this ticket gets the right number. Any other one is left as it is: it
    is another piece, of which the ticket never was.
    """
    told = _particulars(ticket)
    if ticket.product_id is None or not told.serial:
        return
    try:
        mistaken = _came_with(session, ticket, normalise(before))
        if mistaken is None:
            _register(session, ticket, told, OwnedSource.CONSOLE, by, now)
        else:
            _correct(session, ticket, mistaken, told, by, now)
    except NotAllowed:
        pass  # as above; the number itself counts for recalls
    found = recall_of(session, ticket.product_id, told.serial)
    if found is None:
        ticket.recall_id = None
    mark_recall(session, ticket, found, now)


def mark_recall(session: Session, ticket: Ticket, recall: Recall | None, now: datetime) -> None:
    """Say on the ticket that its piece is called back."""
    if recall is None or ticket.recall_id == recall.id:
        return
    ticket.recall_id = recall.id
    record(session, ticket, RECALLED, by=DESK, now=now, about=recall.id)


def _particulars(ticket: Ticket) -> Particulars:
    return Particulars(
        serial=normalise(_told(ticket, "serial")),
        bought_on=_day(_told(ticket, "past_date")),
        order_number=_told(ticket, "order_number"),
    )


def _register(
    session: Session,
    ticket: Ticket,
    told: Particulars,
    source: OwnedSource,
    by: Actor,
    now: datetime,
) -> None:
    """The customer's piece, added or completed. Raises NotAllowed for days that cannot be."""
    if ticket.customer is not None and ticket.product is not None:
        owned = register(
            session,
            ticket.customer,
            ticket.product,
            told,
            source=source,
            by=by,
            now=now,
            heard=heard_in(session, ticket),
        )
        ticket.owned_product_id = owned.id


def heard_in(session: Session, ticket: Ticket) -> set[int]:
    """The customer's pieces that tickets of the same conversation are about."""
    if ticket.conversation_id is None:
        return set()
    found = select(Ticket.owned_product_id).where(
        Ticket.conversation_id == ticket.conversation_id, Ticket.customer_id == ticket.customer_id
    )
    return {owned_id for owned_id in session.scalars(found) if owned_id is not None}


def _came_with(session: Session, ticket: Ticket, serial: str) -> OwnedProduct | None:
    """The piece that is registered by this serial number of the ticket and by nothing else."""
    owned = session.get(OwnedProduct, ticket.owned_product_id) if ticket.owned_product_id else None
    if owned is None or not serial or owned.serial != serial:
        return None
    others = select(Ticket.id).where(Ticket.owned_product_id == owned.id, Ticket.id != ticket.id)
    if owned.registered_at < ticket.created_at or session.scalar(others.limit(1)) is not None:
        return None
    return owned


def _correct(
    session: Session,
    ticket: Ticket,
    owned: OwnedProduct,
    told: Particulars,
    by: Actor,
    now: datetime,
) -> None:
    known = Particulars(**particulars_of(owned))
    try:
        correct(session, owned, replace(known, serial=told.serial), by=by, now=now)
    except SerialTaken:
        # It is a piece of the customer's that is on file already; the mistaken one never was there.
        _register(session, ticket, told, OwnedSource.CONSOLE, by, now)
        retire(session, owned, by=by, now=now)


def _serial_of_piece(session: Session, ticket: Ticket) -> str:
    owned = session.get(OwnedProduct, ticket.owned_product_id) if ticket.owned_product_id else None
    return (owned.serial or "") if owned else ""


def _told(ticket: Ticket, kind: str) -> str:
    """The value of the first record of that kind."""
    kinds = {one.field for one in ticket.service.records if one.kind == kind}
    return next((one.value for one in ticket.records if one.field in kinds), "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
