"""Doubles: open tickets of the same customer about the same fault, found, added to and merged.

The same fault is the same product and service, and no different symptom. A double that is merged
closes, and its number leads to the ticket that survives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from aftercare.attachments.tying import of_ticket
from aftercare.complaints.needs import awaits_answer
from aftercare.errors import NotAllowed
from aftercare.evaluation.weighing import weigh_ticket
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.tickets import (
    DONE_STATUSES,
    Ticket,
    TicketRecord,
    TicketStatus,
    is_open,
)
from aftercare.tickets.completeness import held_values
from aftercare.tickets.customer_acts import Added, add_to_ticket
from aftercare.tickets.history import Actor, EventKind, record
from aftercare.tickets.life import put_status
from aftercare.tickets.opening import NewTicket
from aftercare.tickets.plan import fields_of

#: So many doubles are shown; whoever has more of the same fault has told of it often enough.
_MOST_SHOWN = 10
_SYMPTOM = "symptom"


class ProposalOpen(NotAllowed):
    """The customer is to answer what was proposed for the double: it is taken back first."""


def find_double(session: Session, new: NewTicket) -> Ticket | None:
    """The open ticket to which what an intake has gathered could be added, if there is one.

    It is one of the conversation's own: opened in it with the same contact, or of the customer whom
    the website vouches for in it. A contact that somebody types shows them nobody's tickets.
    """
    if new.conversation_id is None or new.product_id is None:
        return None
    own: ColumnElement[bool] = and_(
        Ticket.conversation_id == new.conversation_id,
        Ticket.customer_id.in_(select(Customer.id).where(_has_contact(new))),
    )
    conversation = session.get(Conversation, new.conversation_id)
    if conversation and conversation.identified and conversation.customer_id is not None:
        own = Ticket.customer_id == conversation.customer_id
    found = _same(session, own, new.service_id, new.product_id)
    return next((one for one in found if _fits(one, new.records)), None)


def doubles_of(session: Session, ticket: Ticket) -> list[Ticket]:
    """The other open tickets of the same customer about the same fault, the oldest first."""
    if ticket.customer_id is None or ticket.product_id is None or ticket.status in DONE_STATUSES:
        return []
    own = and_(Ticket.customer_id == ticket.customer_id, Ticket.id != ticket.id)
    found = _same(session, own, ticket.service_id, ticket.product_id)
    values = {one.field: one.value for one in ticket.records}
    return [one for one in found if _fits(one, values)]


def add_to(
    session: Session,
    ticket: Ticket,
    words: str,
    records: Mapping[str, str],
    conversation_id: str,
    now: datetime,
) -> Added:
    """Put on an open ticket what its customer tells of the same fault again.

    The words and the conversation's files are added, and the records that it lacks; those that it
    has stay. The same call again adds nothing twice.
    """
    added = add_to_ticket(session, ticket, words, conversation_id, now)
    by = Actor(ticket.customer.name if ticket.customer else "customer")
    _take_over(session, ticket, records, by=by, now=now)
    weigh_ticket(session, ticket)
    session.flush()
    return added


def merge(session: Session, double: Ticket, into: Ticket, *, by: Actor, now: datetime) -> None:
    """Close an open ticket as the double of another open one of the same customer.

    The survivor gets the records that it lacks and the files; its page shows the double's history
    beside its own. Both must be held against other changes. Raises NotAllowed: ProposalOpen where
    the customer is to answer a proposal about the double.
    """
    if double.id == into.id:
        raise NotAllowed(f"ticket {double.number} cannot be merged into itself")
    for one in (double, into):
        if one.status in DONE_STATUSES:
            raise NotAllowed(f"ticket {one.number} is {one.status}: only open ones are merged")
    if double.customer_id is None or double.customer_id != into.customer_id:
        raise NotAllowed(f"tickets {double.number} and {into.number} are not of one customer")
    if awaits_answer(session, double.id):
        raise ProposalOpen(f"the customer is to answer a proposal about ticket {double.number}")
    for file in of_ticket(session, double):
        file.ticket_id = into.id
    _take_over(session, into, {one.field: one.value for one in double.records}, by=by, now=now)
    # Whatever was merged into the double before leads to the survivor at once.
    session.execute(
        update(Ticket).where(Ticket.merged_into_id == double.id).values(merged_into_id=into.id)
    )
    double.merged_into_id = into.id
    put_status(
        session,
        double,
        TicketStatus.CLOSED,
        EventKind.MERGED,
        by=by,
        now=now,
        about=into.number,
    )
    record(session, into, EventKind.TOOK_IN, by=by, now=now, about=double.number)
    into.danger = into.danger or double.danger
    weigh_ticket(session, into)
    session.flush()


def merged_into(session: Session, ticket: Ticket) -> list[Ticket]:
    """The doubles that were merged into a ticket, the oldest first."""
    return list(
        session.scalars(
            select(Ticket)
            .where(Ticket.merged_into_id == ticket.id)
            .order_by(Ticket.id)
            .options(selectinload(Ticket.events))
        )
    )


def _same(
    session: Session, own: ColumnElement[bool], service_id: str, product_id: str
) -> list[Ticket]:
    return list(
        session.scalars(
            select(Ticket)
            .where(own, is_open(), Ticket.service_id == service_id, Ticket.product_id == product_id)
            .order_by(Ticket.id)
            .limit(_MOST_SHOWN)
            .options(joinedload(Ticket.service), selectinload(Ticket.records))
        )
    )


def _fits(ticket: Ticket, records: Mapping[str, str]) -> bool:
    """Whether no symptom tells the ticket's fault from the one of these records."""
    fields = {one.field for one in fields_of(ticket) if one.kind == _SYMPTOM}
    return all(
        one.value == records[one.field]
        for one in ticket.records
        if one.field in fields and records.get(one.field)
    )


def _has_contact(new: NewTicket) -> ColumnElement[bool]:
    if new.email:
        return Customer.email == new.email.lower()
    return and_(Customer.email.is_(None), Customer.phone == new.phone)


def _take_over(
    session: Session, ticket: Ticket, records: Mapping[str, str], *, by: Actor, now: datetime
) -> None:
    """Put on file what the ticket does not have yet, each with a line of history."""
    held = held_values(ticket)
    for field, value in records.items():
        if value and field not in held:
            ticket.records.append(TicketRecord(field=field, value=value))
            record(session, ticket, EventKind.RECORD, by=by, now=now, about=field, after=value)
