"""After which tickets the bot asks whether to remind: once for each product, when all is said.

It waits until the chat is quiet, so that nobody is asked in the middle of choosing a visit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from aftercare.announcements import Announcements
from aftercare.conversations import lock_conversation
from aftercare.maintenance.chat import ASK
from aftercare.maintenance.consent import hold_customer
from aftercare.maintenance.reach import QUIET, RULES, Reach, reach_of
from aftercare.tables.catalogue import MaintenanceTask, Service
from aftercare.tables.conversations import Conversation
from aftercare.tables.maintenance import MaintenanceConsent, MaintenanceQuestion
from aftercare.tables.tickets import Ticket, TicketStatus

#: So long after the ticket was opened it is too late.
TOO_LATE = timedelta(hours=2)
_MOST = 100


def tickets_to_ask_after(session: Session, now: datetime) -> list[int]:
    """Tickets after which it may be asked now, in the order in which they were opened.

    Found without a transaction that writes, and step by step: those that have to wait hold nobody
    up.
    """
    found: list[int] = []
    after: tuple[datetime, int] | None = None
    while True:
        statement = _to_ask_after(now).add_columns(Ticket.created_at, Conversation)
        if after:
            opened, last = after
            same_moment = and_(Ticket.created_at == opened, Ticket.id > last)
            statement = statement.where(or_(Ticket.created_at > opened, same_moment))
        ordered = statement.order_by(Ticket.created_at, Ticket.id).limit(_MOST)
        page = session.execute(ordered).all()
        found += [
            ticket_id
            for ticket_id, _, conversation in page
            if reach_of(session, conversation, now) is Reach.NOW
        ]
        if len(page) < _MOST:
            return found
        after = page[-1][1], page[-1][0]


def _to_ask_after(now: datetime) -> Select[int]:
    """Tickets of the last two hours whose customers were not asked about their product yet.

    Those of services that send somebody, about a product that has a plan, without danger.
    """
    planned = exists().where(MaintenanceTask.product_id == Ticket.product_id)
    asked = exists().where(
        MaintenanceQuestion.customer_id == Ticket.customer_id,
        MaintenanceQuestion.product_id == Ticket.product_id,
    )
    decided = exists().where(
        MaintenanceConsent.customer_id == Ticket.customer_id,
        MaintenanceConsent.channel == Conversation.channel,
        MaintenanceConsent.ended_at.is_(None),
    )
    return (
        select(Ticket.id)
        .join(Service, Service.id == Ticket.service_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            Ticket.created_at > now - TOO_LATE,
            Ticket.customer_id.is_not(None),
            Ticket.status != TicketStatus.CLOSED,
            Ticket.danger.is_(False),
            Service.visit.is_not(None),
            Conversation.channel.in_(RULES),
            Conversation.last_message_at <= now - QUIET,
            planned,
            ~asked,
            ~decided,
        )
    )


def ask_after(
    session: Session, announcements: Announcements, ticket_id: int, now: datetime
) -> bool:
    """Let the bot ask after a ticket; whether it will. Raises NotFound."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None or not ticket.conversation_id or not ticket.customer_id:
        return False
    conversation = lock_conversation(session, ticket.conversation_id)
    if not hold_customer(session, ticket.customer_id):
        return False
    # Looked at again, because another process may have asked, or the customer have written.
    still = session.scalar(_to_ask_after(now).where(Ticket.id == ticket_id))
    if still is None or ticket.product_id is None:
        return False
    if reach_of(session, conversation, now) is not Reach.NOW:
        return False
    if not announcements.announce(session, conversation.id, ASK, ticket.number, now):
        return False
    session.add(
        MaintenanceQuestion(
            customer_id=ticket.customer_id,
            product_id=ticket.product_id,
            ticket_id=ticket.id,
            at=now,
        )
    )
    session.flush()
    return True
