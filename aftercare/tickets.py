"""Opens tickets and changes their status; every change leaves a line in the ticket's history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from aftercare.attachments.tying import tie_to_opened
from aftercare.customers import find_or_add_customer
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.evaluation.weighing import weigh_ticket
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import FailedProof, Ticket, TicketEvent, TicketRecord, TicketStatus
from aftercare.ticket_numbers import new_number

#: So many wrong proofs close a ticket number for the window, in whatever conversations they came.
PROOFS_ALLOWED = 5
PROOF_WINDOW = timedelta(hours=1)
#: Where a ticket may go from each status. A closed ticket is reopened into work, never renewed.
ALLOWED_MOVES: dict[TicketStatus, tuple[TicketStatus, ...]] = {
    TicketStatus.NEW: (
        TicketStatus.IN_PROGRESS,
        TicketStatus.WAITING,
        TicketStatus.RESOLVED,
        TicketStatus.CLOSED,
    ),
    TicketStatus.IN_PROGRESS: (
        TicketStatus.WAITING,
        TicketStatus.RESOLVED,
        TicketStatus.CLOSED,
    ),
    TicketStatus.WAITING: (
        TicketStatus.IN_PROGRESS,
        TicketStatus.RESOLVED,
        TicketStatus.CLOSED,
    ),
    TicketStatus.RESOLVED: (TicketStatus.IN_PROGRESS, TicketStatus.CLOSED),
    TicketStatus.CLOSED: (TicketStatus.IN_PROGRESS,),
}

_CONTACTS = frozenset({"email", "phone", "contact"})


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
    if conversation and conversation.identified:
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
    ticket = Ticket(
        number=_unused_number(session),
        intake_key=new.intake_key,
        service_id=new.service_id,
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
        events=[
            TicketEvent(
                at=now,
                kind="opened",
                actor=new.name or "customer",
                to_status=TicketStatus.NEW,
                note=new.note,
            )
        ],
    )
    session.add(ticket)
    session.flush()
    tie_to_opened(session, ticket)
    weigh_ticket(session, ticket)
    session.flush()
    return ticket


def change_status(
    session: Session,
    ticket: Ticket,
    to: TicketStatus,
    *,
    staff: Staff,
    note: str,
    seen: TicketStatus,
    now: datetime,
) -> None:
    """Move a ticket to another status.

    `seen` is the status that the staff member had before their eyes. Raises StaleEdit where it is
    not the present one any more, NotAllowed where the move is against the rules.
    """
    present = TicketStatus(ticket.status)
    if present is not seen:
        raise StaleEdit(f"ticket {ticket.number} is {present} by now, not {seen}")
    if to not in ALLOWED_MOVES[present]:
        raise NotAllowed(f"ticket {ticket.number} cannot go from {present} to {to}")
    ticket.status = to
    ticket.updated_at = now
    session.add(
        TicketEvent(
            ticket_id=ticket.id,
            at=now,
            kind="status",
            staff_id=staff.id,
            actor=staff.name,
            from_status=present,
            to_status=to,
            note=note,
        )
    )
    session.flush()


def prove_and_find(session: Session, number: str, *, proof: str, now: datetime) -> Ticket | None:
    """The ticket if the proof is right; a wrong one is remembered, whoever gives it.

    None also for a right proof while the number has had too many wrong ones.
    """
    if recent_failures(session, number, now) >= PROOFS_ALLOWED:
        return None
    try:
        return find_for_customer(session, number, proof=proof)
    except NotFound:
        session.add(FailedProof(number=number, at=now))
        return None


def recent_failures(session: Session, number: str, now: datetime) -> int:
    """How many wrong proofs a number, or another code of the desk, has had within the window."""
    session.execute(delete(FailedProof).where(FailedProof.at < now - PROOF_WINDOW))
    return (
        session.scalar(
            select(func.count()).select_from(FailedProof).where(FailedProof.number == number)
        )
        or 0
    )


def find_for_customer(session: Session, number: str, *, proof: str) -> Ticket:
    """The ticket of that number, if the proof is what its customer is known by or gave with it.

    A phone number that came with another ticket proves nothing: anybody can open one in the name
    of an address.

    Raises NotFound both where there is no such ticket and where the proof is wrong, so that nobody
    learns which numbers exist.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket and ticket.customer and proof in _proofs(ticket, ticket.customer):
        return ticket
    raise NotFound(f"no ticket {number} for this proof")


def _proofs(ticket: Ticket, customer: Customer) -> set[str | None]:
    contacts = {field.field for field in ticket.service.records if field.kind in _CONTACTS}
    given = {record.value for record in ticket.records if record.field in contacts}
    return {customer.email or customer.phone, *given}


def _unused_number(session: Session) -> str:
    while True:
        number = new_number()
        if session.scalar(select(Ticket.id).where(Ticket.number == number)) is None:
            return number
