"""Which ticket a file is about: the one being filled in when it came, else the one opened last.

A file is tied when that is certain: to the ticket that comes out of an intake when it is opened, to
the ticket before it when the next intake begins. Until then a file counts to the newest ticket.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Message, MessageState
from aftercare.tables.tickets import Ticket, TicketStatus

#: What the bot is told of a message that is nothing but files (an intent of domain.yml).
ONLY_FILES = "/attach_files"

_OVER = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


def tie_to_opened(session: Session, ticket: Ticket) -> None:
    """The ticket gets every file of its conversation that belongs to none yet."""
    session.execute(
        update(Attachment)
        .where(Attachment.ticket_id.is_(None), Attachment.conversation_id == ticket.conversation_id)
        .values(ticket_id=ticket.id)
    )


def tie_rest(session: Session, ticket: Ticket, conversation_id: str) -> int:
    """The ticket, maybe of another conversation, gets the files that belong to none yet.

    How many of them the customer sent. Asked for within an intake, that is what came since it
    began (settle_earlier).
    """
    rest = list(
        session.scalars(
            select(Attachment).where(
                Attachment.ticket_id.is_(None), Attachment.conversation_id == conversation_id
            )
        )
    )
    for file in rest:
        file.ticket_id = ticket.id
    return sum(file.staff_id is None for file in rest)


def waits_for_ticket(session: Session, conversation_id: str) -> bool:
    """Whether settle_earlier has anything to do."""
    return (
        session.scalar(select(Attachment.id).where(_earlier(conversation_id)).limit(1)) is not None
    )


def settle_earlier(session: Session, conversation_id: str) -> None:
    """A new intake begins: what came before the message in work stays with the ticket before."""
    ticket = _newest_ticket(session, conversation_id)
    if ticket is not None:
        session.execute(
            update(Attachment).where(_earlier(conversation_id)).values(ticket_id=ticket.id)
        )


def open_ticket_of(session: Session, conversation_id: str) -> str | None:
    """The number of the ticket to which a file counts that comes now; None where it is done."""
    ticket = _newest_ticket(session, conversation_id)
    return ticket.number if ticket is not None and ticket.status not in _OVER else None


def of_ticket(session: Session, ticket: Ticket) -> list[Attachment]:
    """The files of a ticket, in the order in which they came."""
    counts: ColumnElement[bool] = Attachment.ticket_id == ticket.id
    if ticket.conversation_id is not None and not _has_newer(session, ticket):
        counts = or_(
            counts,
            and_(
                Attachment.ticket_id.is_(None),
                Attachment.conversation_id == ticket.conversation_id,
            ),
        )
    return list(
        session.scalars(
            select(Attachment).where(counts).order_by(Attachment.message_id, Attachment.position)
        )
    )


def _earlier(conversation_id: str) -> ColumnElement[bool]:
    answered = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.state != MessageState.RECEIVED
    )
    return and_(
        Attachment.conversation_id == conversation_id,
        Attachment.ticket_id.is_(None),
        Attachment.message_id.in_(answered),
    )


def _newest_ticket(session: Session, conversation_id: str) -> Ticket | None:
    """The ticket opened last, or the one that it was merged into."""
    ticket = session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation_id)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    if ticket is not None and ticket.merged_into_id is not None:
        return session.get_one(Ticket, ticket.merged_into_id)
    return ticket


def _has_newer(session: Session, ticket: Ticket) -> bool:
    newest = session.scalar(
        select(func.max(Ticket.id)).where(Ticket.conversation_id == ticket.conversation_id)
    )
    return newest != ticket.id
