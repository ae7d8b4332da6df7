"""Tells customers in their chat that a ticket is solved, and closes those that nobody contests."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.announcements import Announcements, Carrier
from aftercare.database import SessionFactory, writing
from aftercare.satisfaction.surveys import asked_after
from aftercare.settings import Settings
from aftercare.tables.conversations import ChatSession, Conversation
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.ticket_talk import CLOSED, SOLVED
from aftercare.tickets.customer_acts import close_unanswered

_log = logging.getLogger(__name__)

#: How often to look for what nobody has contested.
EVERY_SECONDS = 300.0
_WEBSITE = "website"


def announce_outcome(
    session: Session, announcements: Announcements, ticket: Ticket, now: datetime
) -> bool:
    """Let the bot tell that a ticket was resolved or closed; whether it will.

    It does not where the customer cannot be reached in the conversation any more, a person has it,
    or there is nothing to tell. Call it in the transaction of the change.
    """
    if ticket.conversation_id is None or ticket.merged_into_id is not None:
        return False
    if ticket.status == TicketStatus.RESOLVED:
        do = SOLVED
    elif ticket.status == TicketStatus.CLOSED and asked_after(ticket):
        do = CLOSED
    else:
        return False
    if not can_be_reached(session, ticket.conversation_id, now):
        return False
    return announcements.announce(session, ticket.conversation_id, do, ticket.number, now)


class UncontestedSolutions:
    """Closes tickets whose customers have had their time to say that they are not solved.

    Several processes may do it at once.
    """

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        clock: Callable[[], datetime],
        carrier: Carrier,
    ) -> None:
        self._days = settings.confirm_days
        self._sessions = sessions
        self._clock = clock
        self._carrier = carrier

    def close(self) -> int:
        """Close what is due now; how many tickets. Raises StorageUnavailable."""
        if not self._days:
            return 0
        count = 0
        while closed := self._close_some():
            count += closed
        if count:
            _log.info("solved.closed_uncontested tickets=%d", count)
        return count

    def _close_some(self) -> int:
        now = self._clock()
        announcements = Announcements(self._carrier)
        with writing(self._sessions) as session:
            closed = close_unanswered(session, now - timedelta(days=self._days), now)
            for ticket in closed:
                announce_outcome(session, announcements, ticket, now)
        announcements.send()
        return len(closed)


def can_be_reached(session: Session, conversation_id: str, now: datetime) -> bool:
    """Whether the customer can still open the chat; other channels keep theirs."""
    channel = session.scalar(select(Conversation.channel).where(Conversation.id == conversation_id))
    if channel != _WEBSITE:
        return channel is not None
    living = select(ChatSession.token_hash).where(
        ChatSession.conversation_id == conversation_id, ChatSession.expires_at > now
    )
    return session.scalar(living.limit(1)) is not None
