"""Shows a ticket to whoever proves that it is theirs, and slows down guessing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from aftercare.errors import NotFound
from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import FailedProof, Ticket
from aftercare.tickets.customer_acts import surviving
from aftercare.tickets.plan import fields_of

#: So many wrong proofs close a ticket number for the window, in whatever conversations they came.
PROOFS_ALLOWED = 5
PROOF_WINDOW = timedelta(hours=1)

_CONTACTS = frozenset({"email", "phone", "contact"})


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

    For a number that was merged it is the ticket that survived.

    A phone number that came with another ticket proves nothing: anybody can open one in the name
    of an address.

    Raises NotFound both where there is no such ticket and where the proof is wrong, so that nobody
    learns which numbers exist.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket and ticket.customer and proof in _proofs(ticket, ticket.customer):
        return surviving(session, ticket)
    raise NotFound(f"no ticket {number} for this proof")


def _proofs(ticket: Ticket, customer: Customer) -> set[str | None]:
    contacts = {field.field for field in fields_of(ticket) if field.kind in _CONTACTS}
    given = {record.value for record in ticket.records if record.field in contacts}
    return {customer.email or customer.phone, *given}
