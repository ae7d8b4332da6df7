"""What a customer hears who asks for a person, by the hour and by who is there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.handover.changes import ask_for_person, take
from aftercare.handover.presence import PRESENT_FOR, set_available
from aftercare.tables.handover import HandoverEvent
from aftercare.tables.staff import Staff
from tests.answers import pressed
from tests.desks import Caller, Library, open_test_desk
from tests.factories import make_conversation, make_staff

#: A Monday noon in São Paulo, where the sample company is; and the Sunday before.
OPEN = datetime.fromisoformat("2026-03-02T12:00-03:00")
CLOSED = datetime.fromisoformat("2026-03-01T12:00-03:00")
LEAVE_A_MESSAGE = pressed("request_human", choice="message")


@pytest.fixture
def staff(stocked_sessions: SessionFactory) -> Staff:
    """Rita, who is there."""
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        rita = make_staff(session)
        set_available(rita, True, OPEN)
        return rita


def caller(sessions: SessionFactory, library: Library, now: datetime = OPEN) -> Caller:
    return Caller(open_test_desk(sessions, library.folder, lambda: now))


def steps(sessions: SessionFactory) -> list[str]:
    with reading(sessions) as session:
        return list(session.scalars(select(HandoverEvent.step).order_by(HandoverEvent.id)))


def test_customer_is_put_on_the_queue_without_a_question(
    stocked_sessions: SessionFactory, library: Library, staff: Staff
) -> None:
    joana = caller(stocked_sessions, library).want("request_human")
    assert joana.heard == ["utter_person_queued"]
    assert joana.values == {"place": "1"}
    assert joana.turn.state is None
    joana.want("request_human")
    assert joana.heard == ["utter_person_queued"]
    assert steps(stocked_sessions) == ["asked"]


def test_open_intake_stays_open_while_the_customer_waits(
    stocked_sessions: SessionFactory, library: Library, staff: Staff
) -> None:
    joana = caller(stocked_sessions, library).want("request_repair")
    asking = joana.state.asking
    joana.say(pressed("request_human"))
    assert joana.heard == ["utter_person_queued"]
    assert joana.state.asking == asking


def test_message_instead_of_waiting_leaves_the_queue(
    stocked_sessions: SessionFactory, library: Library, staff: Staff
) -> None:
    joana = caller(stocked_sessions, library).want("request_human")
    joana.want("request_human", LEAVE_A_MESSAGE)
    assert joana.heard[0] == "utter_person_message"
    assert joana.state.service == "person"
    assert steps(stocked_sessions) == ["asked", "left"]


def test_message_instead_of_waiting_takes_what_the_intake_holds_along(
    stocked_sessions: SessionFactory, library: Library, staff: Staff
) -> None:
    joana = caller(stocked_sessions, library).want("request_repair")
    joana.say(pressed("request_human")).say(LEAVE_A_MESSAGE)
    assert joana.heard[0] == "utter_person_message"
    assert joana.state.service == "person"


@pytest.mark.parametrize("reason", ["away", "closed browser", "inactive", "unknown role"])
def test_message_is_taken_where_nobody_is_there(
    stocked_sessions: SessionFactory, library: Library, staff: Staff, reason: str
) -> None:
    with writing(stocked_sessions) as session:
        rita = session.get_one(Staff, staff.id)
        rita.available = reason != "away"
        rita.active = reason != "inactive"
        rita.role = "guest" if reason == "unknown role" else rita.role
        if reason == "closed browser":
            rita.present_at = OPEN - PRESENT_FOR
    joana = caller(stocked_sessions, library).want("request_human")
    assert joana.heard[0] == "utter_person_busy"
    assert joana.state.service == "person"
    assert steps(stocked_sessions) == []


def test_outside_business_hours_the_next_opening_is_told(
    stocked_sessions: SessionFactory, library: Library, staff: Staff
) -> None:
    joana = caller(stocked_sessions, library, CLOSED).want("request_human")
    assert joana.heard[0] == "utter_person_closed"
    assert joana.values == {"opens": "Monday, 2 March, at 08:00 (time in Sao Paulo)"}
    assert joana.state.service == "person"


def test_customer_with_a_person_is_not_put_on_the_queue_again(
    stocked_sessions: SessionFactory, library: Library, staff: Staff
) -> None:
    with writing(stocked_sessions) as session:
        take(session, "c-1", session.get_one(Staff, staff.id), OPEN)
    assert caller(stocked_sessions, library).want("request_human").heard == ["utter_person_is_here"]


def test_expected_wait_is_told_where_it_is_known(
    stocked_sessions: SessionFactory, library: Library, staff: Staff
) -> None:
    with writing(stocked_sessions) as session:
        rita = session.get_one(Staff, staff.id)
        for number in range(3):
            conversation = make_conversation(session, id=f"earlier-{number}")
            ask_for_person(session, conversation.id, OPEN - timedelta(minutes=4))
            take(session, conversation.id, rita, OPEN)
    joana = caller(stocked_sessions, library).want("request_human")
    assert joana.heard == ["utter_person_queued_for"]
    assert joana.values == {"place": "1", "wait": "4 minutes"}
