from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.guidance.manual_words import SectionWords, manual_words
from aftercare.guidance.ranking import ManualRanking, Ranked, Vocabulary
from aftercare.guidance.terms import words


def _manual(*sections: tuple[str, str], language: str = "en") -> ManualRanking:
    written = [
        SectionWords(str(at), words(heading), words(text))
        for at, (heading, text) in enumerate(sections)
    ]
    return ManualRanking(manual_words(written, language), language)


def _ranked(manual: ManualRanking, question: str, limit: int = 9) -> list[Ranked]:
    return manual.rank(words(question), limit, Vocabulary.of([manual]))


def _order(manual: ManualRanking, question: str) -> list[str]:
    return [found.anchor for found in _ranked(manual, question)]


def test_word_in_the_heading_counts_more_than_in_the_text() -> None:
    manual = _manual(("Storage", "Empty the pump first."), ("The pump", "Store it empty."))
    assert _order(manual, "pump") == ["1", "0"]


def test_heading_that_is_the_question_comes_before_one_that_says_more() -> None:
    manual = _manual(
        ("Filter, hose, door and drum", "Filter."), ("Filter", "Filter."), ("Feet", "Level it.")
    )
    assert _order(manual, "filter") == ["1", "0"]


def test_words_side_by_side_count_more_than_apart() -> None:
    manual = _manual(
        ("First", "The hose of the drain pump and the filter."),
        ("Second", "The pump, the filter and the drain hose."),
        ("Third", "Nothing of it."),
    )
    assert _order(manual, "drain hose")[0] == "1"
    assert _order(manual, "drain pump")[0] == "0"


def test_of_equal_sections_the_first_one_comes_first() -> None:
    manual = _manual(("Pump", "Clean it."), ("Pump", "Clean it."), ("Feet", "Level it."))
    assert _order(manual, "pump") == ["0", "1"]


def test_related_word_finds_but_the_word_itself_finds_better() -> None:
    manual = _manual(("It rattles", "Look."), ("It is noisy", "Look."), ("Feet", "Level it."))
    assert _order(manual, "noisy") == ["1", "0"]
    assert _order(manual, "such a racket") == ["0", "1"]


def test_denial_points_to_the_heading_that_denies() -> None:
    manual = _manual(
        ("Draining", "Choose Drain."), ("It does not drain", "Choose Drain."), ("Feet", "Level.")
    )
    assert _order(manual, "it won't drain")[0] == "1"
    assert _order(manual, "how do I drain it")[0] == "0"


@pytest.mark.parametrize("question", ["", "no", "it does not", "how do I", "xylophone"])
def test_question_that_names_nothing_finds_nothing(question: str) -> None:
    assert _ranked(_manual(("It does not drain", "Clean it."), ("Feet", "Level.")), question) == []


def test_misspelt_word_is_read_as_the_nearest_one_but_a_known_one_is_left() -> None:
    manual = _manual(("Detergent", "Softener and powder."), ("Descaling", "Every month."))
    assert _order(manual, "softner") == ["0"]
    assert _order(manual, "desclaing") == ["1"]
    other = _manual(("Descalers", "Only these."))
    asked = manual.rank(["softeners"], 9, Vocabulary.of([manual, other]))
    assert [found.anchor for found in asked] == ["0"]


def test_coverage_is_the_share_of_what_the_question_tells() -> None:
    manual = _manual(("Pump", "Clean it."), ("Feet", "Level it."))
    (whole,) = _ranked(manual, "pump")
    (half,) = _ranked(manual, "pump xylophone")
    assert whole.coverage == pytest.approx(1)
    assert half.coverage == pytest.approx(0.5)


def test_limit_is_kept_and_no_section_is_no_trouble() -> None:
    assert len(_ranked(_manual(*[("Pump", "Clean.")] * 5), "pump", limit=2)) == 2
    assert _ranked(_manual(), "pump") == []
    assert _ranked(_manual(("", "")), "pump") == []


@given(
    st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=4),
    st.text(max_size=40),
    st.sampled_from(["en", "pt"]),
)
def test_any_manual_can_be_asked_anything(
    sections: list[tuple[str, str]], question: str, language: str
) -> None:
    for found in _ranked(_manual(*sections, language=language), question):
        assert found.score > 0
        assert 0 <= found.coverage <= 1 + 1e-9
