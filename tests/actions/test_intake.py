from __future__ import annotations

from pathlib import Path

import pytest

from actions.intake import FORM, ValidateIntakeForm
from actions.translation import ANSWER, INTAKE, MEMORY
from aftercare.desk import Desk
from aftercare.intake.state import CONFIRMATION, IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.settings import Settings
from tests.actions.trackers import Outcome, run, tracker
from tests.answers import EMAIL

PRODUCT = {"entity": "product", "value": "mare-w900", "start": 0, "end": 4}
REJECTED = {"event": "action_execution_rejected", "name": FORM}
GIVEN = {
    "product": "mare-w900",
    "description": "The colour has faded",
    "name": "Joana Lima",
    "email": EMAIL,
}


@pytest.fixture
def form(desk: Desk) -> ValidateIntakeForm:
    return ValidateIntakeForm(desk)


def _asking(field: str, **records: str) -> dict[str, object]:
    return {INTAKE: IntakeState("repair", asking=field, records=records).to_json()}


def _confirming() -> dict[str, object]:
    state = IntakeState(
        "repair",
        asking=CONFIRMATION,
        records=dict(GIVEN),
        skipped=["purchase_date", "serial_number"],
    )
    return {INTAKE: state.to_json()}


def _kinds(outcome: Outcome) -> list[str]:
    return [event["event"] for event in outcome.events]


def test_form_begins_the_intake_that_the_intent_stands_for(form: ValidateIntakeForm) -> None:
    outcome = run(form, tracker("", "request_repair", button=True))
    assert outcome.heard == ["utter_intake_opening", "utter_ask_record"]
    assert outcome.slots[INTAKE]["service"] == "repair"
    assert outcome.slots[ANSWER] is None


def test_answer_goes_on_to_the_next_question(form: ValidateIntakeForm) -> None:
    outcome = run(form, tracker("W900", "inform", entities=(PRODUCT,), slots=_asking("product")))
    assert outcome.slots[INTAKE]["records"] == {"product": "mare-w900"}
    assert outcome.slots[INTAKE]["asking"] == "description"
    assert outcome.slots[MEMORY]["product"] == "mare-w900"


def test_completed_intake_fills_the_answer_and_clears_the_state(form: ValidateIntakeForm) -> None:
    outcome = run(form, tracker("yes", "affirm", slots=_confirming()))
    assert outcome.heard == ["utter_ticket_opened"]
    assert (outcome.slots[INTAKE], outcome.slots[ANSWER]) == (None, "done")


def test_cancelled_intake_fills_the_answer_too(form: ValidateIntakeForm) -> None:
    outcome = run(form, tracker("stop", "cancel", slots=_asking("product")))
    assert outcome.heard == ["utter_intake_cancelled"]
    assert (outcome.slots[INTAKE], outcome.slots[ANSWER]) == (None, "done")


def test_digression_rejects_the_form_and_keeps_the_state(form: ValidateIntakeForm) -> None:
    slots = _asking("email", product="mare-w900")
    outcome = run(form, tracker("still covered?", "ask_warranty", slots=slots))
    assert outcome.messages == []
    assert _kinds(outcome)[-1] == "action_execution_rejected"
    assert outcome.events[-1]["name"] == FORM
    assert ANSWER not in outcome.slots
    assert outcome.slots[INTAKE]["asking"] == "email"


def test_after_a_digression_the_question_is_asked_again(form: ValidateIntakeForm) -> None:
    slots = _asking("email", product="mare-w900", description="The colour has faded")
    outcome = run(form, tracker("still covered?", "ask_warranty", slots=slots, events=(REJECTED,)))
    assert outcome.heard == ["utter_ask_optional_record"]
    assert outcome.slots[ANSWER] is None


def test_rejection_before_the_last_message_counts_no_more(form: ValidateIntakeForm) -> None:
    slots = _asking("email", **GIVEN)
    earlier = tracker(
        EMAIL,
        "inform",
        entities=({"entity": "email", "value": EMAIL},),
        slots=slots,
        events=(REJECTED, {"event": "user"}),
    )
    assert "utter_ask_optional_record" in run(form, earlier).heard


def test_pressed_switch_changes_the_service(form: ValidateIntakeForm) -> None:
    wanted = {"entity": "service", "value": "file_complaint"}
    outcome = run(
        form,
        tracker(
            "Complaint", "switch_service", entities=(wanted,), slots=_confirming(), button=True
        ),
    )
    assert outcome.slots[INTAKE]["service"] == "complaint"
    assert outcome.slots[INTAKE]["records"]["email"] == EMAIL


def test_intake_that_cannot_begin_is_left(form: ValidateIntakeForm) -> None:
    outcome = run(form, tracker("hello", "no_such_intent"))
    assert outcome.heard == ["utter_trouble"]
    assert outcome.slots == {ANSWER: "done"}


def test_failure_within_an_intake_waits_for_the_same_answer(
    form: ValidateIntakeForm, settings: Settings
) -> None:
    Path(settings.var_dir / "aftercare.db").write_bytes(b"")
    state = IntakeState("no_such_service", asking="email")
    outcome = run(form, tracker("x", "inform", slots={INTAKE: state.to_json()}))
    assert outcome.heard[0] in ("utter_trouble", "utter_storage_trouble")
    assert outcome.slots == {ANSWER: None}


def test_memory_goes_along_from_intake_to_intake(form: ValidateIntakeForm) -> None:
    memory = Memory(known={"email": EMAIL, "name": "Joana Lima"}, product="fonte-p30")
    outcome = run(
        form, tracker("", "request_repair", button=True, slots={MEMORY: memory.to_json()})
    )
    assert outcome.slots[INTAKE]["records"] == {
        "product": "fonte-p30",
        "name": "Joana Lima",
        "email": EMAIL,
    }


OFFERING = {
    MEMORY: Memory(
        wishes=[Understood("it is far too small", "request_return", 1.0).to_json()], offered=True
    ).to_json()
}


def test_offer_of_the_next_wish_is_answered_in_the_form(form: ValidateIntakeForm) -> None:
    outcome = run(form, tracker("yes", "affirm", slots=OFFERING))
    assert outcome.slots[INTAKE]["service"] == "return"
    assert outcome.slots[MEMORY]["wishes"] == []
    refused = run(form, tracker("no", "deny", slots=OFFERING))
    assert refused.heard == ["utter_anything_else"]
    assert (refused.slots[INTAKE], refused.slots[ANSWER]) == (None, "done")


def test_digression_from_an_offer_rejects_the_form_and_the_offer_comes_again(
    form: ValidateIntakeForm,
) -> None:
    outcome = run(form, tracker("thanks", "thank", slots=OFFERING))
    assert (outcome.messages, outcome.slots[INTAKE]) == ([], None)
    assert _kinds(outcome)[-1] == "action_execution_rejected"
    again = run(form, tracker("thanks", "thank", slots=OFFERING, events=(REJECTED,)))
    assert (again.heard, again.slots[ANSWER]) == (["utter_next_wish"], None)


def test_undecided_message_keeps_the_form_open(form: ValidateIntakeForm) -> None:
    said = tracker("return or repair my machine", "request_repair", confidence=0.4)
    said.latest_message["intent_ranking"] = [
        {"name": "request_repair", "confidence": 0.4},
        {"name": "request_return", "confidence": 0.38},
    ]
    outcome = run(form, said)
    assert outcome.heard == ["utter_which_wish"]
    assert (outcome.slots[INTAKE], outcome.slots[ANSWER]) == (None, None)


def test_failure_between_two_intakes_keeps_the_question_open(
    form: ValidateIntakeForm, settings: Settings
) -> None:
    Path(settings.var_dir / "aftercare.db").write_bytes(b"")
    outcome = run(form, tracker("yes", "affirm", slots=OFFERING))
    assert outcome.heard[0] in ("utter_trouble", "utter_storage_trouble")
    assert outcome.slots == {ANSWER: None}
