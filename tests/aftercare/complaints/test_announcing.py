"""The desk keeps the times of complaints by itself, and speaks only to whom it can reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from aftercare.announcements import Announcements
from aftercare.complaints.announcing import ComplaintWatch, tell_of_proposal
from aftercare.complaints.proposing import propose
from aftercare.conversations import lock_conversation
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.complaints import ComplaintCase, ComplaintStatus
from aftercare.tables.conversations import Message
from aftercare.tables.handover import Handover, HandoverState
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.aftercare.complaints.conftest import (
    LIMIT,
    SORRY,
    TODAY,
    complaint_ticket,
    contested,
    held,
    open_chat,
    person,
)
from tests.conftest import NOW
from tests.factories import make_conversation
from tests.fakes import FakeEngine
from tests.postgresql import BOTH, ON_POSTGRESQL, wait_for_waiting

ZONE = ZoneInfo("America/Sao_Paulo")
#: The last day of the proposal is 16 March; this is the first moment after it at the company.
AFTER = datetime(2026, 3, 17, 3, 0, tzinfo=UTC)


def _look(sessions: SessionFactory, at: datetime) -> FakeEngine:
    """Twice, because nothing is to be done twice."""
    engine = FakeEngine()
    watch = ComplaintWatch(sessions, lambda: at, engine, ZONE)
    watch.look()
    watch.look()
    return engine


def _payloads(sessions: SessionFactory) -> list[str | None]:
    with reading(sessions) as session:
        return list(session.scalars(select(Message.payload).order_by(Message.id)))


def _kinds(sessions: SessionFactory, ticket_id: int) -> list[str]:
    with reading(sessions) as session:
        return [event.kind for event in session.get_one(Ticket, ticket_id).events]


@BOTH
def test_late_answer_goes_a_level_up_once(company: SessionFactory) -> None:
    with writing(company) as session:
        ticket = complaint_ticket(session, ComplaintStatus.ASSESSED)
        ticket_id, due = ticket.id, held(session, ticket).due_at
    assert due is not None
    _look(company, due - timedelta(seconds=1))
    assert "complaint_late" not in _kinds(company, ticket_id)
    _look(company, due)
    with reading(company) as session:
        case = session.scalars(
            select(ComplaintCase).where(ComplaintCase.ticket_id == ticket_id)
        ).one()
        assert (case.level, case.late_at) == (2, due)
    assert _kinds(company, ticket_id).count("complaint_late") == 1
    assert _kinds(company, ticket_id).count("complaint_escalated") == 1


@BOTH
def test_reminder_comes_once_and_then_the_proposal_expires(company: SessionFactory) -> None:
    with writing(company) as session:
        open_chat(session, "c-remind")
        ticket = complaint_ticket(session, ComplaintStatus.PROPOSED, conversation_id="c-remind")
        ticket_id, number = ticket.id, ticket.number
    reminder = f'/postback{{"do": "complaint_told", "of": "{number} reminder/1"}}'
    _look(company, AFTER - timedelta(days=4, seconds=1))
    assert reminder not in _payloads(company)
    engine = _look(company, AFTER - timedelta(days=4))
    assert _payloads(company).count(reminder) == 1
    assert engine.woken == [("c-remind", 1)]
    _look(company, AFTER - timedelta(seconds=1))
    assert _kinds(company, ticket_id).count("complaint_unanswered") == 0
    _look(company, AFTER)
    assert _kinds(company, ticket_id).count("complaint_unanswered") == 1
    assert _payloads(company).count(reminder) == 1


@BOTH
def test_reminder_waits_for_the_person_in_the_chat_to_leave(company: SessionFactory) -> None:
    with writing(company) as session:
        open_chat(session, "c-person")
        ticket = complaint_ticket(session, ComplaintStatus.PROPOSED, conversation_id="c-person")
        reminder = f'/postback{{"do": "complaint_told", "of": "{ticket.number} reminder/1"}}'
        handover = Handover(conversation_id="c-person", state=HandoverState.WITH_PERSON, since=NOW)
        session.add(handover)
        session.flush()
        handover_id = handover.id
    _look(company, AFTER - timedelta(days=4))
    assert reminder not in _payloads(company)
    with writing(company) as session:
        session.get_one(Handover, handover_id).state = HandoverState.OVER
    _look(company, AFTER - timedelta(days=3))
    assert _payloads(company).count(reminder) == 1


def test_who_cannot_be_reached_is_not_looked_at_again(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        ticket_id = complaint_ticket(session, ComplaintStatus.PROPOSED, conversation_id="c-1").id
    _look(stocked_sessions, AFTER - timedelta(days=4))
    with reading(stocked_sessions) as session:
        (proposal,) = held(session, session.get_one(Ticket, ticket_id)).proposals
        assert proposal.reminded_at == AFTER - timedelta(days=4)
    assert "complaint_reminded" not in _kinds(stocked_sessions, ticket_id)


@ON_POSTGRESQL
def test_reminding_and_writing_in_the_chat_hold_chat_and_ticket_in_one_order(
    company: SessionFactory,
) -> None:
    with writing(company) as session:
        open_chat(session, "c-lock")
        ticket = complaint_ticket(session, ComplaintStatus.PROPOSED, conversation_id="c-lock")
        ticket_id = ticket.id
    look = Thread(target=_look, args=(company, AFTER - timedelta(days=4)))
    with writing(company) as session:
        lock_conversation(session, "c-lock")
        look.start()
        wait_for_waiting(company)
        # Held by the other one, this would end both in a deadlock: it waits for this conversation.
        session.get_one(Ticket, ticket_id, with_for_update={"nowait": True})
    look.join(30)
    assert "complaint_reminded" in _kinds(company, ticket_id)


def test_proposal_of_today_is_not_reminded_of_at_once(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        open_chat(session, "c-1")
        ticket = complaint_ticket(session, ComplaintStatus.PROPOSED, conversation_id="c-1")
        held(session, ticket).proposals[0].valid_until = TODAY + timedelta(days=2)
    assert _look(stocked_sessions, NOW + timedelta(hours=23)).woken == []
    assert _look(stocked_sessions, NOW + timedelta(hours=24)).woken == [("c-1", 1)]


def test_complaint_ends_with_its_closed_ticket(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        closed, going_on = (complaint_ticket(session) for _ in range(2))
        closed.status = TicketStatus.CLOSED
        ids = (closed.id, going_on.id)
    _look(stocked_sessions, NOW)
    with reading(stocked_sessions) as session:
        found = {one.ticket_id: one.outcome for one in session.scalars(select(ComplaintCase))}
    assert [found[one] for one in ids] == ["withdrawn", None]


def test_exhausted_complaint_is_late_no_more(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, ComplaintStatus.PROPOSED)
        case = held(session, ticket)
        case.proposals[0].level = 2
        contested(session, ticket)
        ticket_id = ticket.id
    _look(stocked_sessions, NOW + timedelta(days=60))
    assert "complaint_late" not in _kinds(stocked_sessions, ticket_id)


@pytest.mark.parametrize("chat", ["open", "over", "none"])
def test_proposal_counts_as_told_only_where_the_customer_can_be_reached(
    stocked_sessions: SessionFactory, chat: str
) -> None:
    engine = FakeEngine()
    with writing(stocked_sessions) as session:
        if chat == "open":
            open_chat(session, "c-1")
        elif chat == "over":
            make_conversation(session, id="c-1")
        conversation = None if chat == "none" else "c-1"
        ticket = complaint_ticket(
            session, ComplaintStatus.INVESTIGATED, conversation_id=conversation
        )
        ana = person(session, "Ana")
        proposal = propose(session, ticket, SORRY, staff=ana, limit=LIMIT, today=TODAY, now=NOW)
        announcements = Announcements(engine)
        told = tell_of_proposal(session, announcements, ticket, proposal, NOW)
        assert told == (proposal.told_at == NOW) == (chat == "open")
    assert engine.deferred == (["c-1"] if chat == "open" else [])
