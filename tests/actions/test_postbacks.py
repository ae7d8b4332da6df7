"""Buttons of the desk's own: what they ask is heard in the form, whatever else is under way."""

from __future__ import annotations

import pytest

from actions.digressions import AnswerPostback
from actions.intake import ValidateIntakeForm
from actions.translation import ANSWER, FORM, INTAKE, MEMORY
from aftercare.database import SessionFactory, writing
from aftercare.desk import Desk
from aftercare.intake.state import IntakeState, Memory
from aftercare.tables.tickets import TicketStatus
from tests.actions.trackers import Outcome, run, tracker
from tests.factories import make_conversation, make_ticket

ANSWERED = {"event": "action", "name": AnswerPostback.action_name}
REJECTED = {"event": "action_execution_rejected", "name": FORM}
ASKED = Memory(asked={"what": "why_so", "of": "K4F-7M2C"}).to_json()
REPAIR = IntakeState("repair", asking="product").to_json()


def _pressed(do: str, of: str) -> tuple[dict[str, str], ...]:
    return ({"entity": "do", "value": do}, {"entity": "of", "value": of})


def _run_form(desk: Desk, **slots: object) -> Outcome:
    said = tracker("5", "postback", slots=slots, events=(REJECTED, ANSWERED), button=True)
    return run(ValidateIntakeForm(desk), said)


@pytest.fixture
def number(desk: Desk, stocked_sessions: SessionFactory) -> str:
    """A resolved ticket of the conversation."""
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        return make_ticket(session, conversation_id="c-1", status=TicketStatus.RESOLVED).number


def test_button_that_asks_lets_the_form_hear_the_answer(desk: Desk, number: str) -> None:
    said = tracker("It is solved", "postback", entities=_pressed("confirm", number), button=True)
    outcome = run(AnswerPostback(desk), said)
    assert outcome.heard == ["utter_solution_confirmed", "utter_ask_rating"]
    assert {"event": "followup", "name": FORM} in [
        {"event": one["event"], "name": one.get("name")} for one in outcome.events
    ]
    assert outcome.slots[MEMORY]["asked"] == {"what": "how_it_went", "of": number}


def test_button_that_asks_nothing_leaves_the_form_alone(desk: Desk) -> None:
    said = tracker("Yes", "postback", entities=_pressed("gone", "x"), button=True)
    outcome = run(AnswerPostback(desk), said)
    assert (outcome.heard, [one["event"] for one in outcome.events]) == (
        ["utter_button_outdated"],
        ["slot"],
    )


def test_form_waits_for_what_the_button_asked_and_says_nothing(desk: Desk) -> None:
    outcome = _run_form(desk, **{MEMORY: ASKED})
    assert (outcome.heard, outcome.slots[ANSWER]) == ([], None)


def test_form_ends_where_the_button_left_nothing_to_ask(desk: Desk) -> None:
    outcome = _run_form(desk)
    assert (outcome.heard, outcome.slots[ANSWER]) == ([], "done")


def test_intake_waits_until_the_buttons_question_is_answered(desk: Desk) -> None:
    outcome = _run_form(desk, **{MEMORY: ASKED, INTAKE: REPAIR})
    assert (outcome.heard, outcome.slots[INTAKE]["asking"]) == ([], "product")


def test_intake_goes_on_after_a_button_that_asks_nothing(desk: Desk) -> None:
    assert _run_form(desk, **{INTAKE: REPAIR}).heard == ["utter_ask_record"]


def test_message_answers_what_the_button_asked(desk: Desk, number: str) -> None:
    memory = Memory(asked={"what": "still_wrong", "of": number}).to_json()
    said = tracker("it still leaks at night", "request_repair", slots={MEMORY: memory})
    outcome = run(ValidateIntakeForm(desk), said)
    assert outcome.heard == ["utter_added_to_done_ticket"]
    assert outcome.slots[ANSWER] == "done"
