from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aftercare.guidance.manual_words import SectionWords, manual_words, restored, stored
from aftercare.guidance.terms import words

_TEXTS = st.text(alphabet="abc não'E18-\n ", max_size=40)


@given(st.lists(st.tuples(_TEXTS, _TEXTS), max_size=5))
def test_manual_is_the_same_after_storing(texts: list[tuple[str, str]]) -> None:
    manual = manual_words(
        (
            SectionWords(str(at), words(heading), words(text))
            for at, (heading, text) in enumerate(texts)
        ),
        "pt",
    )
    assert restored(*stored(manual)) == manual


def test_small_words_are_left_out_and_equal_words_share_a_number() -> None:
    manual = manual_words([SectionWords("a", ["the", "pump"], ["pumps", "and", "pump"])], "en")
    assert manual.forms == [("pump",)]
    assert (manual.headings, manual.texts) == ([[0]], [[0, 0]])


def test_only_longer_words_are_kept_for_the_correction_of_typos() -> None:
    manual = manual_words([SectionWords("a", ["hose"], ["softener", "and"])], "en")
    assert manual.spelt == ["softener"]
