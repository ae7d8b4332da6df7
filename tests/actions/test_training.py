"""Training through the actions: it runs in the form, and words of walking beside it."""

from __future__ import annotations

from typing import Any

import pytest

from actions.intake import ValidateIntakeForm
from actions.training import WalkOn
from aftercare.desk import Desk
from tests.actions.trackers import Outcome, run, tracker

C200 = ({"entity": "product", "value": "aroma-c200"},)
CAPPUCCINO = (*C200, {"entity": "section", "value": "cappuccino"})


@pytest.fixture
def begun(desk: Desk) -> Outcome:
    pressed = tracker("Step by step", "request_training", entities=CAPPUCCINO, button=True)
    return run(ValidateIntakeForm(desk), pressed)


def _slots(outcome: Outcome) -> dict[str, Any]:
    return {"memory": outcome.slots["memory"]}


def test_pressing_step_by_step_starts_the_form(desk: Desk) -> None:
    pressed = tracker("Step by step", "request_training", entities=CAPPUCCINO, button=True)
    outcome = run(WalkOn(desk), pressed)
    assert [(one["event"], one["name"]) for one in outcome.events] == [("followup", "intake_form")]


def test_form_goes_on_while_a_step_is_shown(begun: Outcome) -> None:
    assert begun.heard == ["utter_training_begins", "utter_training_step"]
    assert begun.slots["intake_answer"] is None
    assert begun.slots["intake"] is None
    assert begun.messages[-1]["custom"]["sources"][0]["path"].endswith("/cappuccino")


def test_next_message_is_the_trainings(desk: Desk, begun: Outcome) -> None:
    outcome = run(ValidateIntakeForm(desk), tracker("done", "next_step", slots=_slots(begun)))
    assert outcome.heard == ["utter_training_step"]
    assert outcome.messages[-1]["at"] == "2"


def test_what_a_rule_answers_is_handed_back_and_the_step_shown_again(
    desk: Desk, begun: Outcome
) -> None:
    asked = tracker("are you a robot?", "bot_challenge", slots=_slots(begun))
    outcome = run(ValidateIntakeForm(desk), asked)
    assert {"event": "action_execution_rejected", "name": "intake_form"}.items() <= (
        outcome.events[-1].items()
    )
    rejected = {"event": "action_execution_rejected", "name": "intake_form"}
    again = tracker("are you a robot?", "bot_challenge", slots=_slots(begun), events=(rejected,))
    assert run(ValidateIntakeForm(desk), again).heard == ["utter_training_step"]


def test_cancelling_ends_the_form(desk: Desk, begun: Outcome) -> None:
    outcome = run(ValidateIntakeForm(desk), tracker("stop", "cancel", slots=_slots(begun)))
    assert outcome.slots["intake_answer"] == "done"
    assert outcome.slots["memory"]["training"] is None


def test_next_reads_on_in_a_long_answer(desk: Desk) -> None:
    quoted = {"product": "mare-w900", "section": "programme-table", "part": 0, "parts": 2}
    outcome = run(WalkOn(desk), tracker("next", "skip", slots={"memory": {"quoted": quoted}}))
    assert outcome.heard[0].startswith("utter_manual_answer")
    assert outcome.messages[0]["heading"] == "Which programme for which laundry"


def test_next_with_nothing_to_read_asks_what_is_wanted(desk: Desk) -> None:
    assert run(WalkOn(desk), tracker("next", "next_step")).heard == ["utter_what_next"]


def test_training_is_put_off_in_the_middle_of_an_intake(desk: Desk) -> None:
    slots = {"intake": {"service": "repair", "asking": "name"}}
    pressed = tracker("Step by step", "request_training", slots=slots, button=True)
    assert run(WalkOn(desk), pressed).heard == ["utter_training_later"]
