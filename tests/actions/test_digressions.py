from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.digressions import (
    AnswerUsage,
    AnswerWaitingTime,
    AnswerWarranty,
    NoteOtherWish,
    TakeFiles,
    TakeShortAnswer,
    TakeUpRemark,
    TakeVerdict,
)
from actions.intake import ValidateIntakeForm
from actions.translation import FORM, INTAKE, MEMORY
from aftercare.database import SessionFactory, writing
from aftercare.desk import Desk
from aftercare.intake.state import IntakeState, Memory
from tests.actions.trackers import run, tracker
from tests.factories import make_conversation, make_ticket

REPAIR = {INTAKE: IntakeState("repair", records={"product": "mare-w900"}).to_json()}


def test_question_in_an_intake_is_answered_for_its_product(desk: Desk) -> None:
    outcome = run(AnswerUsage(desk), tracker("what is error E18", "ask_usage", slots=REPAIR))
    (message,) = outcome.messages
    assert message["response"].startswith("utter_manual_answer")
    assert message["custom"]["sources"][0]["path"] == "/manuals/mare-w900/en/error-e18"
    (kept,) = outcome.events
    assert kept["value"]["shown"] == ["mare-w900/error-e18"]


def test_question_without_a_product_says_what_is_missing(desk: Desk) -> None:
    assert run(AnswerUsage(desk), tracker("what is E18", "ask_usage")).heard == [
        "utter_manual_which_product"
    ]
    assert run(AnswerWarranty(desk), tracker("covered?", "ask_warranty")).heard == [
        "utter_warranty_which_product"
    ]


def test_warranty_in_an_intake_is_told_for_its_product(desk: Desk) -> None:
    outcome = run(AnswerWarranty(desk), tracker("covered?", "ask_warranty", slots=REPAIR))
    assert outcome.heard == ["utter_warranty_term", "utter_warranty_exclusions"]
    assert "24 months" in outcome.messages[0]["terms"]


def test_waiting_time_is_the_companys(desk: Desk) -> None:
    (message,) = run(AnswerWaitingTime(desk), tracker("how long?", "ask_waiting_time")).messages
    assert (message["response"], message["answer_within"]) == (
        "utter_waiting_time",
        "one working day",
    )


def test_other_wish_is_offered_and_kept_in_the_intake(desk: Desk) -> None:
    said = tracker("I also want to complain", "file_complaint", slots=REPAIR)
    outcome = run(NoteOtherWish(desk), said)
    assert outcome.heard == ["utter_other_wish"]
    (wish,) = outcome.slots[MEMORY]["wishes"]
    assert (wish["intent"], wish["text"]) == ("file_complaint", "I also want to complain")
    assert INTAKE not in outcome.slots


def test_other_wish_outside_an_intake_is_nothing(desk: Desk) -> None:
    outcome = run(NoteOtherWish(desk), tracker("complaint", "file_complaint"))
    assert (outcome.messages, outcome.events) == ([], [])


def test_remark_about_another_product_asks_the_last_question_again(desk: Desk) -> None:
    asked = "what is error E35"
    memory = Memory(
        product="mare-w900", question=asked, searched=asked, question_service="usage"
    ).to_json()
    product = {"entity": "product", "value": "mare-w700"}
    said = tracker("no, the W700", "correct", entities=(product,), slots={MEMORY: memory})
    outcome = run(TakeUpRemark(desk), said)
    assert outcome.messages[0]["custom"]["sources"][0]["path"].startswith("/manuals/mare-w700/")
    assert outcome.slots[MEMORY]["product"] == "mare-w700"


def test_remark_about_nothing_asks_what_to_do(desk: Desk) -> None:
    assert run(TakeUpRemark(desk), tracker("blue", "inform")).heard == ["utter_what_next"]
    assert run(TakeUpRemark(desk), tracker("blue", "nlu_fallback")).heard == [
        "utter_not_understood"
    ]


def _after(last: str, payloads: tuple[str, ...], said: Tracker) -> Tracker:
    """The message, said to an answer with these buttons."""
    buttons = [{"title": "A button", "payload": one} for one in payloads]
    answer = {"event": "bot", "metadata": {"utter_action": last}, "data": {"buttons": buttons}}
    said.events[:0] = [{"event": "user"}, answer]
    return said


def test_yes_to_an_answer_of_the_manual_says_that_it_helped(desk: Desk) -> None:
    quoted = Memory(searched="clean it", answer="t-1:descaling", product="aroma-c200")
    said = tracker("yes", "affirm", slots={MEMORY: quoted.to_json()})
    payloads = ("/guidance_helped", "/guidance_not_helped", "/request_human")
    outcome = run(TakeShortAnswer(desk), _after("utter_manual_answer", payloads, said))
    assert outcome.heard == ["utter_glad_it_helped"]


def test_yes_to_a_ticket_opens_one(desk: Desk) -> None:
    said = tracker("yes please", "affirm")
    payloads = ("/request_repair", "/request_human")
    outcome = run(TakeShortAnswer(desk), _after("utter_sorry_it_did_not_help", payloads, said))
    assert outcome.heard == []
    assert {"event": "followup", "name": FORM} in [
        {"event": one["event"], "name": one.get("name")} for one in outcome.events
    ]
    begun = run(ValidateIntakeForm(desk), tracker("yes please", "affirm", slots=outcome.slots))
    assert begun.slots[INTAKE]["service"] == "repair"


@pytest.mark.parametrize(
    ("text", "intent", "heard"),
    [
        ("yes", "affirm", "utter_what_next"),
        ("no", "deny", "utter_anything_else"),
        ("cancel", "cancel", "utter_nothing_to_cancel"),
    ],
)
def test_short_answer_to_nothing_is_answered_as_such(
    desk: Desk, text: str, intent: str, heard: str
) -> None:
    said = _after("utter_manual_answer", ("/guidance_helped", "/x"), tracker("thanks", "thank"))
    said.events.extend([{"event": "bot"}, {"event": "user"}])
    said.latest_message.update(text=text, intent={"name": intent, "confidence": 0.95})
    outcome = run(TakeShortAnswer(desk), said)
    assert (outcome.heard, [one["event"] for one in outcome.events]) == ([heard], ["slot"])


def test_files_in_an_intake_go_with_the_request(desk: Desk) -> None:
    outcome = run(TakeFiles(desk), tracker("", "attach_files", slots=REPAIR, button=True))
    assert (outcome.heard, outcome.events) == (["utter_files_kept"], [])


def test_files_that_nobody_explained_are_asked_about(desk: Desk) -> None:
    outcome = run(TakeFiles(desk), tracker("", "attach_files", button=True))
    assert outcome.heard == ["utter_files_what_for"]


def test_files_after_a_ticket_go_to_it(desk: Desk, stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        talk = make_conversation(session, id="c-1")
        number = make_ticket(session, conversation_id=talk.id).number
    (message,) = run(TakeFiles(desk), tracker("", "attach_files", button=True)).messages
    assert (message["response"], message["number"]) == ("utter_files_with_ticket", number)


def test_verdict_on_a_quoted_section_is_heard_and_remembered(desk: Desk) -> None:
    quoted = Memory(searched="clean it", answer="t-1:descaling", product="aroma-c200")
    slots = {MEMORY: quoted.to_json()}
    outcome = run(TakeVerdict(desk), tracker("It worked", "guidance_helped", slots=slots))
    assert outcome.heard == ["utter_glad_it_helped"]
    (kept,) = outcome.events
    assert kept["value"]["unanswered"] is False
