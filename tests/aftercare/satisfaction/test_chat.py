"""The question how it went, in the chat."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.desk import Desk
from aftercare.tables.satisfaction import FollowUp, Survey
from aftercare.tables.tickets import TicketStatus
from tests.answers import pressed, told
from tests.customers import Customer, ticket_of_chat

REPAIR = "request_repair"
THANKS = told("thanks", intent="thank")


@pytest.fixture
def ana(desk: Desk) -> Customer:
    return Customer(desk)


def _asked(ana: Customer, sessions: SessionFactory) -> str:
    number = ticket_of_chat(sessions, TicketStatus.RESOLVED)
    ana.press("confirm", number)
    return number


def _survey(sessions: SessionFactory) -> Survey:
    with reading(sessions) as session:
        return session.scalars(select(Survey)).one()


@pytest.mark.parametrize(
    ("said", "rating"), [("5", 5), ("muito bom", 5), ("4 stars", 4), ("terrible", 1)]
)
def test_rating_is_heard_right_after_the_question(
    ana: Customer, stocked_sessions: SessionFactory, said: str, rating: int
) -> None:
    _asked(ana, stocked_sessions)
    ana.reply(told(said, intent="give_feedback", confidence=0.9))
    assert ana.heard == ["utter_rating_sorry" if rating == 1 else "utter_rating_thanks"]
    ana.reply("The technician called me before he came")
    assert ana.heard == ["utter_reason_thanks"]
    survey = _survey(stocked_sessions)
    assert (survey.rating, survey.reason) == (rating, "The technician called me before he came")
    assert survey.follow_up == (FollowUp.OPEN if rating == 1 else FollowUp.NONE)


def test_rating_by_button_later_and_only_once(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _asked(ana, stocked_sessions)
    ana.reply(told("no thanks", intent="deny"))
    assert (ana.heard, ana.memory.asks) == (["utter_rating_left_out"], False)
    assert ana.press("rate", f"{number}/3").heard == ["utter_rating_thanks"]
    assert ana.reply(pressed("skip")).heard == ["utter_reason_thanks"]
    assert ana.press("rate", f"{number}/5").heard == ["utter_rating_kept"]
    assert _survey(stocked_sessions).rating == 3
    assert ana.press("rate", f"{number}/9").heard == ["utter_button_outdated"]


def test_rating_and_reason_in_one_message(ana: Customer, stocked_sessions: SessionFactory) -> None:
    _asked(ana, stocked_sessions)
    assert ana.reply("2, it took three weeks").heard == ["utter_reason_thanks_sorry"]
    assert _survey(stocked_sessions).reason == "2, it took three weeks"


def test_another_wish_is_taken_up_instead_of_the_question(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    _asked(ana, stocked_sessions)
    ana.reply(told("my other machine leaks", intent=REPAIR, product="mare-w700"))
    assert ana.state.service == "repair"
    assert ana.memory.asked is None
    assert _survey(stocked_sessions).rating is None


def test_unreadable_answer_is_asked_about_once(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    _asked(ana, stocked_sessions)
    assert ana.reply("blue").heard == ["utter_rating_not_read"]
    ana.reply("blue")
    assert (ana.heard, ana.memory.asks) == (["utter_not_understood"], False)


def test_question_beside_is_answered_and_then_asked_again(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    _asked(ana, stocked_sessions)
    ana.reply(told("are you a robot?", intent="bot_challenge"))
    assert ana.turn.digression
    again = ana.desk.ask_again(ana.memory, ana.talk)
    assert [reply.response for reply in again.replies] == ["utter_ask_rating"]


def test_danger_is_heard_in_an_answer(ana: Customer, stocked_sessions: SessionFactory) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.RESOLVED)
    ana.press("contest", number)
    ana.reply("there is smoke coming out of it now")
    assert ana.heard[0] == "utter_safety_first"


def test_announcement_within_an_intake_is_answered_and_the_intake_goes_on(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.RESOLVED, service_id="complaint")
    ana.want(REPAIR)
    asked = ana.state.asking
    ana.press("confirm", number)
    assert ana.desk.resume(ana.state, ana.memory, ana.talk).replies == []
    ana.say("5")
    assert ana.heard == ["utter_rating_thanks"]
    ana.say(THANKS)
    assert ana.heard[0] == "utter_reason_thanks"
    assert ana.state.asking == asked
    assert len(ana.heard) == 2
