"""What the search and the decision reach on questions that nothing was chosen or learnt from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aftercare.guidance.index import GuidanceIndex, IndexedSection, write_index
from tests.bench.guidance.compare import Judge, Judged, recall, refused_rightly
from tests.bench.guidance.plain_bm25 import PlainBm25
from tests.bench.guidance.questions import own_questions, own_sections


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Judged]]:
    folder: Path = tmp_path_factory.mktemp("held-out")
    sections = own_sections()
    write_index(folder, sections, "held out")
    manuals: dict[tuple[str, str], list[IndexedSection]] = {}
    for language, listed in sections.items():
        for section in listed:
            manuals.setdefault((section.product, language), []).append(section)
    plain = {manual: PlainBm25(listed) for manual, listed in manuals.items()}
    judge = Judge(GuidanceIndex(folder), plain)
    yield [judge.judge(question) for question in own_questions() if question.held_out]


@pytest.fixture(scope="module")
def answerable(held_out: list[Judged]) -> list[Judged]:
    return [one for one in held_out if one.question.answers]


@pytest.fixture(scope="module")
def unanswerable(held_out: list[Judged]) -> list[Judged]:
    return [one for one in held_out if not one.question.answers]


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("language", ["en", "pt"])
def test_search_stays_ten_points_above_plain_bm25(
    answerable: list[Judged], language: str, depth: int
) -> None:
    asked = [one for one in answerable if one.question.language == language]
    ours = recall((one.ours for one in asked), depth)
    assert ours >= recall((one.plain for one in asked), depth) + 0.10


def test_what_is_quoted_is_mostly_right(answerable: list[Judged]) -> None:
    quoted = [one for one in answerable if one.quoted]
    assert len(quoted) / len(answerable) >= 0.35
    assert sum(one.ours == 1 for one in quoted) / len(quoted) >= 0.80


def test_questions_that_the_manual_does_not_answer_are_refused(
    answerable: list[Judged], unanswerable: list[Judged]
) -> None:
    assert sum(one.refused for one in unanswerable) / len(unanswerable) >= 0.60
    assert sum(one.quoted for one in unanswerable) / len(unanswerable) <= 0.15
    assert refused_rightly(answerable, unanswerable) >= 0.42


def test_refusing_costs_few_answers_that_would_have_been_offered(answerable: list[Judged]) -> None:
    lost = [one for one in answerable if one.refused and one.ours is not None and one.ours <= 3]
    assert len(lost) / len(answerable) <= 0.10


def test_there_are_three_hundred_questions_of_each_kind_in_each_language() -> None:
    for language in ("en", "pt"):
        asked = [question for question in own_questions() if question.language == language]
        assert sum(bool(question.answers) for question in asked) >= 300
        assert sum(not question.answers for question in asked) >= 300
        assert 0.4 < sum(question.held_out for question in asked) / len(asked) < 0.6


def test_questions_name_sections_that_exist_and_come_once() -> None:
    places = {
        (section.product, language, section.anchor)
        for language, sections in own_sections().items()
        for section in sections
    }
    asked = own_questions()
    for question in asked:
        for anchor in question.answers:
            assert (question.product, question.language, anchor) in places, question
    assert len(set(asked)) == len(asked)
