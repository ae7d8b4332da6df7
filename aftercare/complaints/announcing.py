"""Tells customers in their chat how their complaint goes on, and keeps its times.

What is late goes a level up; who has not answered is reminded once, and later not waited for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from aftercare.announcements import Announcements, Carrier
from aftercare.complaints.answering import escalate, expire
from aftercare.complaints.cases import OWED, Deed, hold_case, tell
from aftercare.complaints.chat import REMINDER, TOLD
from aftercare.complaints.closing import end_with_ticket
from aftercare.complaints.plan import read_complaint_plan
from aftercare.complaints.proposing import note_told, open_proposal
from aftercare.conversations import lock_conversation
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.solved import can_be_reached
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintProposal,
    ComplaintStatus,
    ProposalStatus,
)
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus
from aftercare.tickets.history import DESK

_log = logging.getLogger(__name__)

#: How often to look.
EVERY_SECONDS = 300.0
#: So many of each kind are handled at one look; the others at the next.
_BATCH = 500
#: A proposal that is newer than this is not reminded of.
_TOO_NEW = timedelta(days=1)
_PROPOSED = "proposed"


def hold_chat(session: Session, which: ColumnElement[bool]) -> None:
    """Hold the conversation of the ticket that is meant, to be called before the ticket is held.

    Who writes in the chat holds both in this order, so neither waits for the other for ever.
    """
    conversation_id = session.scalar(select(Ticket.conversation_id).where(which))
    if conversation_id is not None:
        with suppress(NotFound):  # erased a moment ago
            lock_conversation(session, conversation_id)


def tell_of_complaint(
    session: Session, announcements: Announcements, ticket: Ticket, what: str, now: datetime
) -> bool:
    """Let the bot tell what has happened (the names in aftercare/complaints/chat.py).

    Whether it will: not where the chat cannot be opened any more, or a person has it.
    """
    if ticket.conversation_id is None or not can_be_reached(session, ticket.conversation_id, now):
        return False
    of = f"{ticket.number} {what}"
    return announcements.announce(session, ticket.conversation_id, TOLD, of, now)


def tell_of_proposal(
    session: Session,
    announcements: Announcements,
    ticket: Ticket,
    proposal: ComplaintProposal,
    now: datetime,
) -> bool:
    """Let the bot tell of a proposal, and note that the customer knows; whether it will."""
    what = f"{_PROPOSED}/{proposal.number}"
    if not tell_of_complaint(session, announcements, ticket, what, now):
        return False
    note_told(session, ticket, by=DESK, now=now)
    return True


class ComplaintWatch:
    """Does what is due now; several processes may do it at once, and nothing is done twice."""

    def __init__(
        self,
        sessions: SessionFactory,
        clock: Callable[[], datetime],
        carrier: Carrier,
        zone: ZoneInfo,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._carrier = carrier
        self._zone = zone

    def look(self) -> None:
        """Raises StorageUnavailable; what was done before stays done."""
        now = self._clock()
        today = now.astimezone(self._zone).date()
        with reading(self._sessions) as session:
            days = read_complaint_plan(session).file.remind_days

        def expire_it(session: Session, ticket: Ticket, _told: Announcements) -> None:
            _expire(session, ticket, today, now)

        def end(session: Session, ticket: Ticket, _told: Announcements) -> None:
            _end(session, ticket, now)

        def hurry(session: Session, ticket: Ticket, _told: Announcements) -> None:
            _hurry(session, ticket, now)

        def remind(session: Session, ticket: Ticket, told: Announcements) -> None:
            _remind(session, ticket, told, now)

        self._each(_closed(), end)
        self._each(_expired(today), expire_it)
        self._each(_late(now), hurry)
        self._each(_to_remind(today + timedelta(days=days), now), remind)

    def _each(self, due: Select[int], do: Callable[[Session, Ticket, Announcements], None]) -> None:
        with reading(self._sessions) as session:
            found = list(session.scalars(due.order_by(ComplaintCase.id).limit(_BATCH)))
        for ticket_id in found:
            self._handle(ticket_id, do)

    def _handle(self, ticket_id: int, do: Callable[[Session, Ticket, Announcements], None]) -> None:
        announcements = Announcements(self._carrier)
        try:
            with writing(self._sessions) as session:
                hold_chat(session, Ticket.id == ticket_id)
                ticket = session.get_one(Ticket, ticket_id, with_for_update=True)
                do(session, ticket, announcements)
        except NotFound:  # the conversation was erased a moment ago
            return
        announcements.send()


def _tickets() -> Select[int]:
    return select(ComplaintCase.ticket_id).join(ComplaintCase.ticket)


def _closed() -> Select[int]:
    """Cases whose tickets were closed without a solution, or merged."""
    return _tickets().where(
        ComplaintCase.status != ComplaintStatus.CLOSED, Ticket.status == TicketStatus.CLOSED
    )


def _late(now: datetime) -> Select[int]:
    return _tickets().where(
        ComplaintCase.status.in_(OWED),
        ComplaintCase.due_at <= now,
        ComplaintCase.late_at.is_(None),
        Ticket.status.not_in(DONE_STATUSES),
    )


def _open_proposals() -> Select[int]:
    return (
        _tickets()
        .join(ComplaintProposal, ComplaintProposal.case_id == ComplaintCase.id)
        .where(
            ComplaintProposal.status == ProposalStatus.OPEN,
            ComplaintProposal.told_at.is_not(None),
            Ticket.status.not_in(DONE_STATUSES),
        )
    )


def _expired(today: date) -> Select[int]:
    return _open_proposals().where(ComplaintProposal.valid_until < today)


def _to_remind(last_day: date, now: datetime) -> Select[int]:
    return _open_proposals().where(
        ComplaintProposal.valid_until <= last_day,
        ComplaintProposal.reminded_at.is_(None),
        ComplaintProposal.told_at <= now - _TOO_NEW,
    )


def _end(session: Session, ticket: Ticket, now: datetime) -> None:
    if end_with_ticket(session, ticket, now=now):
        _log.info("complaints.ended_with_ticket ticket_id=%d", ticket.id)


def _expire(session: Session, ticket: Ticket, today: date, now: datetime) -> None:
    if expire(session, ticket, today=today, now=now):
        _log.info("complaints.unanswered ticket_id=%d", ticket.id)


def _hurry(session: Session, ticket: Ticket, now: datetime) -> None:
    """Note that the customer should have heard by now, and take it a level up."""
    case = hold_case(session, ticket)
    # Looked at again, because another process may have been here in between.
    late = case.due_at is not None and case.due_at <= now and case.late_at is None
    if case.status not in OWED or not late:
        return
    case.late_at = now
    tell(session, ticket, Deed("complaint_late"), by=DESK, now=now)
    escalate(session, ticket, case, now)
    _log.info("complaints.late ticket_id=%d", ticket.id)


def _remind(session: Session, ticket: Ticket, told: Announcements, now: datetime) -> None:
    proposal = open_proposal(hold_case(session, ticket))
    if proposal is None or proposal.reminded_at is not None:
        return
    what = f"{REMINDER}/{proposal.number}"
    chat = ticket.conversation_id
    if tell_of_complaint(session, told, ticket, what, now):
        tell(session, ticket, Deed("complaint_reminded"), by=DESK, now=now)
    elif chat is not None and can_be_reached(session, chat, now):
        return  # a person has the chat: looked at again, because they may have left by then
    proposal.reminded_at = now
