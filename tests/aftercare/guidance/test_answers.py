from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from sqlalchemy import select

from aftercare.database import reading
from aftercare.guidance.answers import Guidance
from aftercare.guidance.index import GuidanceIndex
from aftercare.tables.manuals import Manual, ManualSection
from tests.desks import Library

HERE = Path(__file__).parent
FIRST_RIGHT, AMONG_FIVE, UNANSWERED = 0.85, 0.95, 0.80


class Question(NamedTuple):
    product: str
    language: str
    text: str
    anchors: tuple[str, ...] = ()


def _golden() -> list[Question]:
    listed = yaml.safe_load((HERE / "golden_questions.yml").read_text(encoding="utf-8"))
    return [
        Question(product, language, entry["ask"], tuple(entry["answer"]))
        for product, languages in listed.items()
        for language, entries in languages.items()
        for entry in entries
    ]


def _unanswerable() -> list[Question]:
    listed = yaml.safe_load((HERE / "unanswerable_questions.yml").read_text(encoding="utf-8"))
    return [Question(*entry) for entry in listed]


@pytest.fixture
def guidance(library: Library) -> Guidance:
    return library.guidance


@pytest.fixture(scope="module")
def found(library: Library) -> dict[Question, list[str]]:
    index = GuidanceIndex(library.folder)
    return {
        question: [
            hit.anchor
            for hit in index.search(
                question.text, product=question.product, language=question.language
            )
        ]
        for question in _golden()
    }


# Golden questions ------------------------------------------------------------


def test_golden_questions_name_sections_that_exist(library: Library) -> None:
    with reading(library.sessions) as session:
        anchors = {
            (product, anchor)
            for product, anchor in session.execute(
                select(Manual.product_id, ManualSection.anchor).join(ManualSection.manual)
            )
        }
    for question in _golden():
        assert {(question.product, anchor) for anchor in question.anchors} <= anchors, question


def test_right_section_comes_first_for_most_questions(found: dict[Question, list[str]]) -> None:
    missed = [
        f"{question.product} {question.language}: {question.text} -> {anchors[:1]}"
        for question, anchors in found.items()
        if not set(anchors[:1]) & set(question.anchors)
    ]
    share = 1 - len(missed) / len(found)
    assert share >= FIRST_RIGHT, f"{share:.0%} right first; missed:\n" + "\n".join(missed)


def test_right_section_is_among_five_for_nearly_all(found: dict[Question, list[str]]) -> None:
    missed = [
        f"{question.product} {question.language}: {question.text} -> {anchors[:5]}"
        for question, anchors in found.items()
        if not set(anchors[:5]) & set(question.anchors)
    ]
    share = 1 - len(missed) / len(found)
    assert share >= AMONG_FIVE, f"{share:.0%} among five; missed:\n" + "\n".join(missed)


def test_questions_that_no_manual_answers_get_no_quotation(guidance: Guidance) -> None:
    quoted = [
        f"{question.product} {question.language}: {question.text} -> {reply.values['heading']}"
        for question in _unanswerable()
        for reply in [
            guidance.answer(question.text, product=question.product, language=question.language)
        ]
        if reply.response.startswith("utter_manual_answer")
    ]
    share = 1 - len(quoted) / len(_unanswerable())
    assert share >= UNANSWERED, f"only {share:.0%} unanswered; quoted:\n" + "\n".join(quoted)


# Answers ---------------------------------------------------------------------


def test_clear_question_is_answered_with_quotation_and_source(guidance: Guidance) -> None:
    reply = guidance.answer("código de erro E18", product="mare-w900", language="pt")
    assert reply.response.startswith("utter_manual_answer")
    assert reply.values["heading"].startswith("Código de erro E18")
    (source,) = reply.sources
    assert source.path == "/manuals/mare-w900/pt/error-e18"
    assert source.section == reply.values["heading"]
    assert source.title


def test_vague_question_is_answered_with_headings_to_choose_from(guidance: Guidance) -> None:
    reply = guidance.answer("something about the water", product="fonte-p30", language="en")
    assert reply.response == "utter_manual_which_section"
    assert 1 <= len(reply.buttons) <= 3
    for button in reply.buttons:
        assert (button.intent, button.entities["product"]) == ("ask_usage", "fonte-p30")
        chosen = guidance.section(button.entities["section"], product="fonte-p30", language="en")
        assert chosen.values["heading"] == button.title


def test_hopeless_question_is_admitted(guidance: Guidance) -> None:
    reply = guidance.answer("xyzzy qwrtpl", product="mare-w900", language="en")
    assert (reply.response, reply.buttons, reply.sources) == ("utter_manual_no_answer", (), ())


@pytest.mark.parametrize(
    ("anchor", "product", "language"),
    [("no-such", "mare-w900", "en"), ("descaling", "no-such", "en"), ("descaling", "p", "fr")],
)
def test_section_that_does_not_exist_is_admitted(
    guidance: Guidance, anchor: str, product: str, language: str
) -> None:
    reply = guidance.section(anchor, product=product, language=language)
    assert reply.response == "utter_manual_no_answer"
