"""Training in the chat: what is learnt, step after step, digressions, the check, the pause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aftercare.database import SessionFactory, reading, writing
from aftercare.desk import Desk
from aftercare.intake.state import Memory
from aftercare.tables.manuals import Manual
from aftercare.tables.training import TrainingStatus
from aftercare.training.checks import LETTERS, questions_of
from aftercare.training.lessons import open_lesson, warnings_elsewhere
from tests.aftercare.training.trainee import Trainee, trainings
from tests.answers import told
from tests.factories import make_conversation, make_customer

EMAIL = "joana.lima@mail.example"


@pytest.fixture
def ana(desk: Desk, stocked_sessions: SessionFactory) -> Trainee:
    return Trainee(desk, sessions=stocked_sessions)


# What is to be learnt --------------------------------------------------------


def test_product_and_topic_in_one_sentence_start_the_lesson(ana: Trainee) -> None:
    ana.ask("teach me how to make a cappuccino with my C200", product="aroma-c200")
    assert ana.heard == ["utter_training_begins", "utter_training_step"]
    assert ana.last.values["heading"] == "Making a cappuccino"
    assert ana.step == "1/6"


def test_without_a_topic_kind_and_lesson_are_asked(ana: Trainee) -> None:
    ana.ask("teach me how to use my C200", product="aroma-c200")
    assert ana.heard == ["utter_training_which_kind"]
    ana.press("inform", choice="care")
    assert ana.heard == ["utter_training_which_lesson"]
    assert "Descaling and the water filter" in [button.title for button in ana.last.buttons]
    ana.say("the descaling one")
    assert ana.last.values["heading"] == "Descaling the machine"


def test_without_a_product_it_is_asked(ana: Trainee) -> None:
    ana.ask("train me")
    assert ana.heard == ["utter_training_which_product"]
    ana.say("the P30", "inform", product="fonte-p30")
    assert ana.heard == ["utter_training_which_lesson"]


def test_of_a_kind_of_product_only_its_models_are_offered(ana: Trainee) -> None:
    ana.ask("train me on my washing machine", product_category="washing_machine")
    assert [button.entities["product"] for button in ana.last.buttons] == ["mare-w700", "mare-w900"]


def test_lesson_that_no_manual_has_is_admitted_and_asked_again(ana: Trainee) -> None:
    ana.ask("train me on the P30", product="fonte-p30").say("xyzzy qwertl zork")
    assert ana.heard == ["utter_training_lesson_unknown", "utter_training_which_lesson"]


def test_button_under_an_answer_trains_in_what_was_quoted(ana: Trainee) -> None:
    ana.ask("How do I descale it?", product="aroma-c200")
    (button,) = ana.last.buttons
    assert button.intent == "request_training"
    ana.start(**button.entities)
    assert ana.last.values["heading"] == "Descaling the machine"


def test_step_by_step_typed_after_an_answer_means_that_answer(ana: Trainee) -> None:
    ana.ask("How do I descale it?", product="aroma-c200").ask("step by step, please")
    assert ana.last.values["heading"] == "Descaling the machine"


# Step after step -------------------------------------------------------------


def test_next_back_repeat_and_a_number_move_between_the_steps(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino")
    ana.say("done", "next_step")
    assert ana.step == "2/6"
    ana.say("yes", "affirm")
    assert ana.step == "3/6"
    ana.say("back", "previous_step")
    assert ana.step == "2/6"
    ana.say("what was that", "repeat_step")
    assert ana.step == "2/6"
    ana.say("step 5")
    assert ana.step == "5/6"


def test_before_the_first_step_there_is_none(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino").press("previous_step")
    assert ana.heard == ["utter_training_first_step", "utter_training_step"]


def test_warning_of_a_step_stands_before_it(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino").say("step 5")
    quote = ana.last.values["quote"]
    assert quote.startswith("WARNING: Hot steam")
    assert quote.index("WARNING") < quote.index("5. Touch Clean")


def test_warning_of_the_section_stands_before_its_first_step(ana: Trainee) -> None:
    ana.start("aroma-c200", "first-use")
    assert ana.last.values["quote"].startswith("Note: If the pump is loud")


def test_source_stands_where_a_section_begins(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino")
    assert [source.path for source in ana.last.sources] == ["/manuals/aroma-c200/en/cappuccino"]
    assert ana.press("next_step").last.sources == ()


def test_question_is_answered_from_the_manual_and_the_step_is_shown_again(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino").press("next_step")
    ana.say("how do I set the coffee temperature?", "ask_usage")
    assert ana.heard == ["utter_manual_answer", "utter_training_step"]
    assert ana.turn.replies[0].values["heading"] == "Setting the coffee temperature"
    assert ana.step == "2/6"


def test_small_talk_is_left_to_the_bot_and_the_step_is_shown_again(
    ana: Trainee, desk: Desk
) -> None:
    ana.start("aroma-c200", "cappuccino").press("next_step").say("are you a robot", "bot_challenge")
    assert ana.turn.digression
    again = desk.train(told("are you a robot", "bot_challenge"), ana.memory, ana.talk, again=True)
    assert again.replies[-1].values["at"] == "2"


def test_unclear_words_are_not_taken_for_next(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino").say("blue")
    assert ana.heard == ["utter_training_not_understood"]
    assert ana.press("repeat_step").step == "1/6"


def test_repeated_turn_leads_to_the_same_step_and_writes_nothing_twice(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    ana.start("aroma-c200", "cappuccino")
    before = ana.memory.to_json()
    ana.press("next_step")
    ana.memory = type(ana.memory).from_json(before)
    ana.press("next_step")
    assert ana.step == "2/6"
    (training,) = trainings(stocked_sessions)
    assert (training.step, training.status) == (2, TrainingStatus.RUNNING)


# Leaving it ------------------------------------------------------------------


def test_danger_comes_before_the_training(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino").say("there is smoke coming out of it")
    assert ana.heard == ["utter_safety_first", "utter_training_set_aside", "utter_safety_next"]
    assert not ana.training


def test_cancel_ends_it(ana: Trainee, stocked_sessions: SessionFactory) -> None:
    ana.start("aroma-c200", "cappuccino").say("never mind", "cancel")
    assert ana.heard == ["utter_training_cancelled"]
    assert not ana.training
    assert trainings(stocked_sessions)[0].status == TrainingStatus.LEFT


# The check and the record ----------------------------------------------------


def _letter(ana: Trainee, *, right: bool) -> str:
    """The right or a wrong answer to the question that is asked."""
    state = ana.memory.training or {}
    with reading(ana.sessions) as session:
        lesson = open_lesson(session, state["product"], state["lesson"], ana.talk.language)
        assert lesson
        elsewhere = warnings_elsewhere(session, lesson)
    asked = questions_of(lesson, state["key"], ana.talk.language, lambda: elsewhere)
    question = asked[state["question"]]
    at = question.right if right else (question.right + 1) % len(question.answers)
    return LETTERS[at]


def test_after_the_last_step_the_check_and_then_the_record(
    ana: Trainee, stocked_sessions: SessionFactory, now: object
) -> None:
    ana.start("aroma-c200", "cappuccino").to_the_check()
    assert ana.heard == ["utter_training_check_begins", "utter_training_question_order"]
    ana.press("inform", choice=_letter(ana, right=True))
    assert ana.heard == ["utter_training_right", "utter_training_question_warning"]
    ana.say(f"I'd say {_letter(ana, right=False)}")  # not the form of an answer
    assert ana.heard[0] == "utter_training_choose_answer"
    ana.say(_letter(ana, right=False).lower())
    assert ana.heard == ["utter_training_wrong", "utter_training_done_checked"]
    assert "Making a cappuccino" in ana.turn.replies[0].values["quote"]
    assert not ana.training
    (training,) = trainings(stocked_sessions)
    assert training.status == TrainingStatus.DONE
    assert (training.right_answers, training.questions) == (1, 2)
    assert (training.step, training.steps) == (6, 6)
    assert (training.manual_title, training.manual_version, training.manual_language) == (
        "Aroma C200 Instruction Manual",
        "1.2",
        "en",
    )
    assert training.finished_at == now


def test_beginning_of_a_repeated_turn_is_written_once(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    ana.talk = replace(ana.talk, turn_id="c-1:7")
    ana.start("aroma-c200", "cappuccino")
    ana.memory = Memory()
    ana.start("aroma-c200", "cappuccino")
    assert len(trainings(stocked_sessions)) == 1


def test_answer_of_a_repeated_turn_counts_once(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    ana.start("aroma-c200", "cappuccino").to_the_check()
    before, letter = ana.memory.to_json(), _letter(ana, right=True)
    ana.press("inform", choice=letter)
    ana.memory = type(ana.memory).from_json(before)
    ana.press("inform", choice=letter)
    (training,) = trainings(stocked_sessions)
    assert (training.right_answers, training.questions) == (1, 1)


def test_question_that_is_skipped_counts_as_not_known(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    ana.start("aroma-c200", "cappuccino").to_the_check().say("no idea", "skip").say("pass", "skip")
    (training,) = trainings(stocked_sessions)
    assert (training.right_answers, training.questions) == (0, 2)


def test_summary_links_the_sheet_of_the_training(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino").press("request_training_summary")
    assert ana.heard == ["utter_training_summary", "utter_training_step"]
    key = (ana.memory.training or {})["key"]
    assert ana.turn.replies[0].sources[0].path == f"/trainings/{key}"


# Pause and resume ------------------------------------------------------------


def _paused(ana: Trainee, email: str | None = EMAIL) -> str:
    """Pause at step 2 of 6; the code that was told."""
    ana.start("aroma-c200", "cappuccino").press("next_step").press("pause_training")
    assert ana.heard == ["utter_training_paused_ask_email"]
    code = ana.last.values["code"]
    if email:
        ana.say(email, "inform", email=email)
        assert ana.heard == ["utter_training_paused_with_code"]
    else:
        ana.press("skip")
        assert ana.heard == ["utter_training_paused"]
    assert not ana.training
    return code


def test_in_the_same_conversation_it_goes_on_without_a_code(ana: Trainee) -> None:
    _paused(ana, email=None)
    ana.ask("continue my training")
    assert ana.heard == ["utter_training_goes_on", "utter_training_step"]
    assert ana.step == "2/6"


def test_never_mind_about_the_address_keeps_the_training(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    ana.start("aroma-c200", "cappuccino").press("pause_training").say("never mind", "cancel")
    assert ana.heard == ["utter_training_paused"]
    assert trainings(stocked_sessions)[0].status == TrainingStatus.PAUSED


def test_new_wish_for_training_offers_the_one_that_was_left(ana: Trainee) -> None:
    _paused(ana, email=None)
    ana.ask("train me on the C200", product="aroma-c200")
    assert ana.heard == ["utter_training_offer_to_go_on"]
    assert ana.press("deny").heard == ["utter_training_which_kind"]
    assert ana.press("pause_training").heard == ["utter_training_cancelled"]
    assert ana.ask("train me on the C200", product="aroma-c200").press("affirm").step == "2/6"


def _elsewhere(desk: Desk, sessions: SessionFactory) -> Trainee:
    with writing(sessions) as session:
        make_conversation(session, id="c-2")
    return Trainee(desk, "c-2")


def test_elsewhere_it_goes_on_with_code_and_address(
    ana: Trainee, desk: Desk, stocked_sessions: SessionFactory
) -> None:
    code = _paused(ana)
    there = _elsewhere(desk, stocked_sessions)
    there.ask("I want to continue my training")
    assert there.heard == ["utter_training_ask_code"]
    there.say(code, "inform", ticket_number=code)
    assert there.heard == ["utter_training_ask_proof"]
    there.say(EMAIL.upper(), "inform", email=EMAIL.upper())
    assert there.step == "2/6"
    assert trainings(stocked_sessions)[0].conversation_id == "c-2"


def test_wrong_address_and_unknown_code_are_answered_alike_and_in_the_end_refused(
    ana: Trainee, desk: Desk, stocked_sessions: SessionFactory
) -> None:
    code = _paused(ana)
    there = _elsewhere(desk, stocked_sessions)
    for tried, email in ((code, "x@mail.example"), ("K4F-7M2C", EMAIL), (code, "y@mail.example")):
        there.ask("continue my training", ticket_number=tried, email=email)
        assert there.heard == ["utter_training_not_found"]
    there.ask("continue my training", ticket_number=code, email=EMAIL)
    assert there.heard == ["utter_training_not_found_too_often"]


def test_code_is_closed_after_too_many_wrong_addresses_from_anywhere(
    ana: Trainee, desk: Desk, stocked_sessions: SessionFactory
) -> None:
    code = _paused(ana)
    there = _elsewhere(desk, stocked_sessions)
    for number in range(5):
        there.memory.failed_proofs = 0
        there.ask("continue my training", ticket_number=code, email=f"{number}@mail.example")
    there.memory.failed_proofs = 0
    there.ask("continue my training", ticket_number=code, email=EMAIL)
    assert there.heard == ["utter_training_not_found"]


def test_customer_for_whom_the_website_vouches_needs_no_code(
    desk: Desk, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        joana = make_customer(session)
        make_conversation(session, id="c-3", customer_id=joana.id, identified=True)
        make_conversation(session, id="c-4", customer_id=joana.id, identified=True)
        make_conversation(session, id="c-5", customer_id=joana.id, identified=False)
    first = Trainee(desk, "c-3").start("aroma-c200", "cappuccino").press("next_step")
    assert first.press("pause_training").heard == ["utter_training_paused"]
    # Somebody who only typed the address is told nothing.
    assert Trainee(desk, "c-5").ask("continue my training").heard == ["utter_training_ask_code"]
    assert Trainee(desk, "c-4").ask("continue my training").step == "2/6"
    assert trainings(stocked_sessions)[0].customer_id == joana.id


def test_manual_that_changed_meanwhile_is_begun_anew(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    _paused(ana, email=None)
    with writing(stocked_sessions) as session:
        manual = session.query(Manual).filter_by(product_id="aroma-c200", language="en").one()
        manual.version = "9.9"
    ana.ask("continue my training")
    assert ana.heard == ["utter_training_manual_changed", "utter_training_step"]
    assert ana.step == "1/6"
    assert trainings(stocked_sessions)[0].manual_version == "9.9"


def test_lesson_that_left_the_manual_is_told_and_ended(
    ana: Trainee, stocked_sessions: SessionFactory
) -> None:
    ana.start("aroma-c200", "cappuccino")
    with writing(stocked_sessions) as session:
        manual = session.query(Manual).filter_by(product_id="aroma-c200", language="en").one()
        manual.sections = [one for one in manual.sections if one.anchor != "cappuccino"]
    assert ana.press("next_step").heard == ["utter_training_withdrawn"]
    assert not ana.training


def test_goodbye_in_the_middle_keeps_the_place(ana: Trainee) -> None:
    ana.start("aroma-c200", "cappuccino").say("bye", "goodbye")
    assert ana.heard == ["utter_training_paused_ask_email"]
