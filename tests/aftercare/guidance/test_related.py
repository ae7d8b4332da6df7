from __future__ import annotations

import pytest

from aftercare.guidance.related import _GROUPS, related_terms
from aftercare.guidance.terms import NOT, terms


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [("leaking", "drips", "en"), ("racket", "noisy", "en"), ("vazando", "pinga", "pt")],
)
def test_words_for_the_same_thing_are_related_in_all_their_forms(
    one: str, other: str, language: str
) -> None:
    (first,), (second,) = terms(one, language), terms(other, language)
    assert second in related_terms(first, language)
    assert first in related_terms(second, language)


def test_word_is_not_related_to_itself_nor_to_strangers() -> None:
    (noisy,) = terms("noisy", "en")
    assert noisy not in related_terms(noisy, "en")
    assert related_terms("xylophon", "en") == frozenset()


@pytest.mark.parametrize("language", ["en", "pt"])
def test_every_group_relates_words_that_are_searched(language: str) -> None:
    for line in _GROUPS[language].strip().splitlines():
        for word in line.split():
            assert terms(word, language) not in ([], [NOT]), f"{word} is never searched"
        assert len(set(terms(line, language))) > 1, line
