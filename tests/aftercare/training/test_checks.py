"""The check: questions made of the manual or of the catalogue, and how answers are read."""

from __future__ import annotations

import pytest

from aftercare.database import reading
from aftercare.guidance.sections import WarningLevel
from aftercare.training.checks import Question, questions_of, read_answer
from aftercare.training.lessons import (
    Lesson,
    open_lesson,
    sections_to_learn,
    warnings_elsewhere,
)
from tests.answers import pressed, told
from tests.desks import Library


def _asked(
    library: Library, product: str, lesson: str, language: str = "en"
) -> tuple[Lesson, list[str], list[Question]]:
    """The lesson, the warnings of the rest of its manual, and the questions."""
    with reading(library.sessions) as session:
        opened = open_lesson(session, product, lesson, language)
        assert opened
        elsewhere = warnings_elsewhere(session, opened)
    return opened, elsewhere, questions_of(opened, "a-key", language, lambda: elsewhere)


@pytest.mark.parametrize(("product", "language"), [("aroma-c200", "pt"), ("mare-w900", "en")])
def test_questions_quote_the_manual_and_nothing_else(
    library: Library, product: str, language: str
) -> None:
    """In each lesson: the earliest step is right, and the warning that is the lesson's own."""
    with reading(library.sessions) as session:
        names = sections_to_learn(session, product, language)
    asked = 0
    for name in names[::3]:
        lesson, elsewhere, questions = _asked(library, product, name.id, language)
        steps = [stop.text.split("\n")[0] for stop in lesson.stops]
        own = {notice.text for stop in lesson.stops for notice in stop.notices}
        for question in questions:
            asked += 1
            right = question.answers[question.right]
            if question.response == "utter_training_question_order":
                assert right == min(question.answers, key=steps.index)
            else:
                assert right in own
                assert set(question.answers) - {right} <= set(elsewhere) - own
    assert asked > len(names[::3])


def test_same_key_asks_the_same(library: Library) -> None:
    assert _asked(library, "aroma-c200", "cappuccino") == _asked(
        library, "aroma-c200", "cappuccino"
    )


def test_notes_are_no_warnings_to_be_asked_for(library: Library) -> None:
    lesson, _, questions = _asked(library, "aroma-c200", "first-use")
    levels = {notice.level for stop in lesson.stops for notice in stop.notices}
    assert levels == {WarningLevel.NOTE}
    assert [one.response for one in questions] == ["utter_training_question_order"]


def test_arranged_questions_are_asked_as_written(library: Library) -> None:
    _, _, (first, second) = _asked(library, "vento-r50", "start", "pt")
    assert (first.ask, first.section) == ("Onde fica a base?", "placing-dock")
    assert first.answers[first.right] == "Numa parede reta, em piso duro e nivelado"
    assert second.answers[second.right] == "Fica fora"


QUESTION = Question("", "", "s", ("Open the lid", "Fill the water tank", "Touch Power"), 1)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("B", 1),
        ("b)", 1),
        ("letter c", 2),
        ("opção a", 0),
        ("it's B", 1),
        ("2", 1),
        ("the first one", 0),
        ("a terceira", 2),
        ("fill the water tank", 1),
        ("you touch power", 2),
        ("E", None),
        ("4", None),
        ("what do you mean by that?", None),
        ("open", None),
    ],
)
def test_typed_answers(text: str, answer: int | None) -> None:
    assert read_answer(told(text), QUESTION) == answer


def test_pressed_answers() -> None:
    assert read_answer(pressed("inform", choice="C"), QUESTION) == 2
    assert read_answer(pressed("inform", choice="E"), QUESTION) is None
    assert read_answer(pressed("next_step"), QUESTION) is None
