"""Stuck at a step of a training: the manual's hint, and what a ticket gets to know of it."""

from __future__ import annotations

import pytest

from aftercare.database import SessionFactory
from aftercare.desk import Desk
from aftercare.tables.training import TrainingStatus
from tests.aftercare.training.trainee import Trainee, trainings


@pytest.fixture
def ana(desk: Desk, stocked_sessions: SessionFactory) -> Trainee:
    return Trainee(desk, sessions=stocked_sessions)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "I am stuck on this step"), ("pt", "travei nesse passo")]
)
def test_being_stuck_is_taken_for_no_fault_of_the_product(
    desk: Desk, language: str, text: str
) -> None:
    ana = Trainee(desk, language=language)
    ana.start("aroma-c200", "milk-froth").say(text, "stuck_on_step")
    assert ana.heard == ["utter_training_stuck"]
    ana.press("request_repair")
    assert ana.turn.state is not None
    assert text not in ana.turn.state.records["description"]


def test_stuck_in_words_that_the_manual_knows_is_answered_with_its_remedy(ana: Trainee) -> None:
    ana.start("aroma-c200", "milk-froth").say("the milk does not froth at all", "request_repair")
    assert ana.heard == ["utter_training_hint", "utter_training_stuck_with_hint"]
    assert ana.turn.replies[0].values["heading"] == "The milk does not froth"
    assert ana.training


def test_ticket_out_of_a_training_tells_what_was_done(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    ana.start("aroma-c200", "cappuccino").press("next_step").say("nope, odd grumbling", "deny")
    ana.press("request_repair")
    assert ana.heard[0] == "utter_training_set_aside"
    assert ana.turn.state is not None
    assert ana.turn.state.records["product"] == "aroma-c200"
    story = ana.turn.state.records["description"]
    assert story.startswith(
        "nope, odd grumbling\nAroma C200 coffee machine. Making a cappuccino, 2/6"
    )
    (training,) = trainings(stocked_sessions)
    assert (training.stuck_at, training.status) == ([2], TrainingStatus.PAUSED)
