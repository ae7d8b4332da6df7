"""Customers are reminded once, the day before; visits of closed tickets go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Message
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tables.visits import Visit, VisitStatus
from aftercare.tickets.life import Actor
from aftercare.visits.announcing import VisitReminders
from aftercare.visits.booking import Choice, book
from tests.aftercare.visits.conftest import NOW, visited_ticket
from tests.factories import make_conversation
from tests.fakes import FakeEngine

ZONE = ZoneInfo("America/Sao_Paulo")
FRIDAY = Choice(date(2026, 11, 27), "morning")
BY = Actor("Joana Lima")


@pytest.fixture
def booked(stocked_sessions: SessionFactory) -> int:
    """A visit on Friday, booked on Monday in the conversation c-1."""
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        ticket = visited_ticket(session, conversation_id="c-1")
        return book(session, ticket, FRIDAY, by=BY, now=NOW).id


@pytest.fixture
def look(stocked_sessions: SessionFactory) -> Callable[[datetime], list[tuple[str, int]]]:
    """Does the timed work as at a moment; in which conversations the bot is to speak."""

    def at(now: datetime) -> list[tuple[str, int]]:
        engine = FakeEngine()
        VisitReminders(stocked_sessions, lambda: now, engine).look()
        return engine.woken

    return at


Look = Callable[[datetime], list[tuple[str, int]]]


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


def _status(sessions: SessionFactory, visit_id: int) -> str:
    with reading(sessions) as session:
        return session.get_one(Visit, visit_id).status


def test_customer_is_reminded_once_from_nine_the_day_before(
    booked: int, look: Look, stocked_sessions: SessionFactory
) -> None:
    assert look(_at(26, 8)) == []
    assert look(_at(26, 9)) == [("c-1", 1)]
    assert look(_at(26, 10)) == []
    with reading(stocked_sessions) as session:
        key = session.get_one(Visit, booked).key
        message = session.scalars(select(Message)).one()
        assert message.payload == f'/postback{{"do": "visit_reminded", "of": "{key}"}}'


def test_who_books_for_tomorrow_is_not_reminded_of_it(
    look: Look, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        ticket = visited_ticket(session, conversation_id="c-1")
        book(session, ticket, Choice(date(2026, 11, 24), "afternoon"), by=BY, now=NOW)
    assert look(NOW + timedelta(hours=3)) == []


def test_visit_that_was_moved_is_announced_for_its_new_day(
    booked: int, look: Look, stocked_sessions: SessionFactory
) -> None:
    assert len(look(_at(26, 9))) == 1
    with writing(stocked_sessions) as session:
        ticket = session.get_one(Visit, booked).ticket
        moved = Choice(date(2026, 12, 2), "morning")
        book(session, ticket, moved, by=BY, now=_at(26, 10))
    assert look(_at(26, 11)) == []
    assert len(look(datetime(2026, 12, 1, 9, tzinfo=ZONE))) == 1


def test_ticket_without_a_chat_reminds_nobody(look: Look, stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        book(session, visited_ticket(session), FRIDAY, by=BY, now=NOW)
    assert look(_at(26, 9)) == []


def test_visit_of_a_closed_ticket_is_cancelled(
    booked: int, look: Look, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        session.get_one(Visit, booked).ticket.status = TicketStatus.CLOSED
    assert look(_at(26, 9)) == []
    assert _status(stocked_sessions, booked) == VisitStatus.CANCELLED


def test_visit_of_a_double_goes_on_with_the_ticket_that_took_it_in(
    booked: int, look: Look, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        other = visited_ticket(session).id
        double: Ticket = session.get_one(Visit, booked).ticket
        double.status, double.merged_into_id = TicketStatus.CLOSED, other
    look(_at(24, 9))
    assert _status(stocked_sessions, booked) == VisitStatus.BOOKED
    with reading(stocked_sessions) as session:
        assert session.get_one(Visit, booked).ticket_id == other
