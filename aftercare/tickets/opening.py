"""Opens tickets: one for each intake, with its records and the first line of its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.attachments.tying import tie_to_opened
from aftercare.clocks.keeping import begin_clocks
from aftercare.complaints.beginning import begin_complaint
from aftercare.customers import find_or_add_customer
from aftercare.evaluation.weighing import weigh_ticket
from aftercare.maintenance.following import note_opened
from aftercare.ownership.tickets import note_product
from aftercare.returns.cases import begin_return
from aftercare.tables.catalogue import Service
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.tickets import Ticket, TicketEvent, TicketRecord, TicketStatus
from aftercare.ticket_numbers import new_number
from aftercare.tickets.assignment import team_of_first_step
from aftercare.tickets.checklist import steps_of
from aftercare.tickets.history import EventKind
from aftercare.webhooks.events import note_ticket


@dataclass(frozen=True)
class NewTicket:
    """All that an intake has gathered; `records` holds the service's fields and their values."""

    intake_key: str
    service_id: str
    conversation_id: str | None
    channel: str
    language: str
    description: str
    product_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    records: dict[str, str] = field(default_factory=dict)
    note: str = ""
    """For the staff, in the first line of the history."""
    danger: bool = False
    """Whether the customer told of danger: the ticket goes before all others."""
    customer_id: int | None = None
    """The customer, where that is known before: nobody is looked for by a contact then."""
    opened_by: str = ""
    """The name of who opened it where that is not the customer."""
    staff_id: int | None = None
    """That of the member of staff who opened it by hand."""


def open_ticket(session: Session, new: NewTicket, now: datetime) -> Ticket:
    """Write the ticket, its records and the first line of its history.

    The same intake key again gives the ticket that it wrote the first time.
    """
    conversation = None
    if new.conversation_id:
        # Held before looking: the same turn may run again while its first run is still at work.
        conversation = session.get(Conversation, new.conversation_id, with_for_update=True)
    already = session.scalar(select(Ticket).where(Ticket.intake_key == new.intake_key))
    if already:
        return already
    customer = None
    if new.customer_id is not None:
        customer = session.get(Customer, new.customer_id)
    elif conversation and conversation.identified:
        customer = conversation.customer
    elif new.email or new.phone:
        customer = find_or_add_customer(
            session,
            name=new.name or "",
            email=new.email,
            phone=new.phone,
            language=new.language,
            now=now,
        )
    if conversation and customer and conversation.customer_id is None:
        conversation.customer_id = customer.id
    service = session.get_one(Service, new.service_id)
    ticket = Ticket(
        number=_unused_number(session),
        intake_key=new.intake_key,
        service_id=service.id,
        service_version=service.version,
        product_id=new.product_id,
        customer_id=customer.id if customer else None,
        conversation_id=conversation.id if conversation else None,
        channel=new.channel,
        language=new.language,
        description=new.description,
        status=TicketStatus.NEW,
        created_at=now,
        updated_at=now,
        danger=new.danger,
        records=[TicketRecord(field=name, value=value) for name, value in new.records.items()],
        steps=steps_of(service),
        events=[
            TicketEvent(
                at=now,
                kind=EventKind.OPENED,
                staff_id=new.staff_id,
                actor=new.opened_by or new.name or "customer",
                to_status=TicketStatus.NEW,
                note=new.note,
            )
        ],
    )
    ticket.team_id = team_of_first_step(session, ticket.steps)
    session.add(ticket)
    session.flush()
    tie_to_opened(session, ticket)
    vouched = conversation is not None and conversation.identified
    note_product(session, ticket, vouched=vouched, now=now)
    weigh_ticket(session, ticket)
    begin_clocks(session, ticket, now)
    begin_return(session, ticket, now)
    begin_complaint(session, ticket, now)
    note_opened(session, ticket, now)
    session.flush()
    note_ticket(session, ticket, EventKind.OPENED, now)
    return ticket


def _unused_number(session: Session) -> str:
    while True:
        number = new_number()
        if session.scalar(select(Ticket.id).where(Ticket.number == number)) is None:
            return number
