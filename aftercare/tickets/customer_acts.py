"""What customers do with their tickets: find their own, add to them, confirm or contest a solution.

Whose a ticket is follows from the conversation in which it was opened, from a website that vouches
for the customer, or from a proof that was given in the conversation (aftercare/tickets/proofs.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from aftercare.attachments.tying import tie_rest
from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.conversations import Conversation
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.tickets.history import DESK, Actor, EventKind, record
from aftercare.tickets.life import move

#: So many of a customer's tickets are looked at; older ones are found by number and proof.
_NEWEST = 20
#: The same words again within this time are the same turn of the bot, worked a second time.
_SAME_TURN = timedelta(minutes=10)
#: So many tickets are closed at once: nobody who writes waits long.
_BATCH = 100
_CUSTOMER = "customer"


class CustomerAct(StrEnum):
    """Kinds of lines in a ticket's history that come from here."""

    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    TOLD = "told_customer"
    """What staff say to the customer of the solution; the chat quotes it."""


@dataclass(frozen=True)
class Added:
    """What was put on a ticket: whether there were words, and how many files."""

    words: bool
    files: int

    def __bool__(self) -> bool:
        return self.words or self.files > 0


def own_tickets(session: Session, conversation_id: str) -> list[Ticket]:
    """The newest tickets of the conversation's customer, the newest first."""
    return list(
        session.scalars(
            select(Ticket)
            .where(_own(session, conversation_id), Ticket.merged_into_id.is_(None))
            .order_by(Ticket.id.desc())
            .limit(_NEWEST)
            .options(joinedload(Ticket.service), joinedload(Ticket.product))
        )
    )


def find_own(
    session: Session, number: str, conversation_id: str, proved: Collection[str] = ()
) -> Ticket:
    """The ticket of that number, or the one that it was merged into, held for a change.

    `proved` are numbers whose proof was given in the conversation. Raises NotFound both where there
    is no such ticket and where it is somebody else's.
    """
    mine = _own(session, conversation_id)
    if number in proved:
        mine = or_(mine, Ticket.number == number)
    ticket = session.scalar(
        select(Ticket).where(Ticket.number == number, mine).with_for_update(of=Ticket)
    )
    if ticket is None:
        raise NotFound(f"no ticket {number} of this conversation's customer")
    return surviving(session, ticket)


def surviving(session: Session, ticket: Ticket) -> Ticket:
    """The ticket that it was merged into, if it was merged."""
    while ticket.merged_into_id is not None:
        ticket = session.get_one(Ticket, ticket.merged_into_id, with_for_update=True)
    return ticket


def add_to_ticket(
    session: Session, ticket: Ticket, words: str, conversation_id: str, now: datetime
) -> Added:
    """Put the customer's words and the files of their conversation on the ticket.

    Where it waited for them, work goes on.
    """
    files = tie_rest(session, ticket, conversation_id)
    words = words.strip()
    repeated = any(
        event.kind == EventKind.ADDED and event.note == words and event.at >= now - _SAME_TURN
        for event in ticket.events
    )
    added = Added(bool(words), files)
    if not added or (repeated and not files):
        return added
    who = customer_of(ticket)
    record(
        session,
        ticket,
        EventKind.ADDED,
        by=who,
        now=now,
        note="" if repeated else words,
        after=str(files) if files else None,
    )
    if ticket.status == TicketStatus.WAITING:
        move(session, ticket, TicketStatus.IN_PROGRESS, by=who, now=now)
    return added


def confirm(session: Session, ticket: Ticket, now: datetime) -> bool:
    """Close a resolved ticket because its customer says that it is solved.

    False where it is not resolved. A service whose tickets cannot be closed yet keeps it resolved.
    """
    if ticket.status != TicketStatus.RESOLVED:
        return False
    who = customer_of(ticket)
    record(session, ticket, CustomerAct.CONFIRMED, by=who, now=now)
    # Where something was taken back after it had been resolved, staff see the customer's word.
    with suppress(NotAllowed):
        move(session, ticket, TicketStatus.CLOSED, by=who, now=now)
    return True


def contest(session: Session, ticket: Ticket, now: datetime, reopen_days: int) -> bool:
    """Put a resolved or closed ticket back into work because it is not solved for its customer.

    False where it is being worked on anyway. Raises NotAllowed where it was closed too long ago.
    """
    if ticket.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return False
    who = customer_of(ticket)
    move(session, ticket, TicketStatus.IN_PROGRESS, by=who, now=now, reopen_days=reopen_days)
    record(session, ticket, CustomerAct.CONTESTED, by=who, now=now)
    return True


def close_unanswered(session: Session, before: datetime, now: datetime) -> list[Ticket]:
    """Close some of the tickets that were resolved, and not touched since, before that moment.

    The tickets that were closed; empty where none is left. Another process that does the same at
    once closes others.
    """
    found = session.scalars(
        select(Ticket)
        .where(Ticket.status == TicketStatus.RESOLVED, Ticket.updated_at < before)
        .order_by(Ticket.updated_at, Ticket.id)
        .limit(_BATCH)
        .with_for_update(of=Ticket, skip_locked=True)
    ).all()
    closed = []
    for ticket in found:
        try:
            move(session, ticket, TicketStatus.CLOSED, by=DESK, now=now)
        except NotAllowed as error:
            # Looked at again after another period; else it would be found at every look.
            record(session, ticket, EventKind.NOTE, by=DESK, now=now, note=f"Not closed: {error}.")
            continue
        closed.append(ticket)
    return closed


def tell_customer(
    session: Session, ticket: Ticket, words: str, *, by: Actor, now: datetime
) -> None:
    """Keep what staff say to the customer of the solution."""
    if words.strip():
        record(session, ticket, CustomerAct.TOLD, by=by, now=now, note=words.strip())


def told_of_solution(events: Iterable[TicketEvent]) -> str:
    """What staff said last of the present solution; empty where they said nothing."""
    told = ""
    for event in events:
        if event.to_status == TicketStatus.IN_PROGRESS:
            told = ""
        elif event.kind == CustomerAct.TOLD:
            told = event.note
    return told


def customer_of(ticket: Ticket) -> Actor:
    """The ticket's customer as somebody who acts."""
    return Actor((ticket.customer.name if ticket.customer else "") or _CUSTOMER)


def _own(session: Session, conversation_id: str) -> ColumnElement[bool]:
    opened_here = Ticket.conversation_id == conversation_id
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or not conversation.identified or conversation.customer_id is None:
        return opened_here
    return or_(opened_here, Ticket.customer_id == conversation.customer_id)
