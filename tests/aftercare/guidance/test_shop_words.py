from __future__ import annotations

import pytest

from aftercare.guidance.shop_words import _WORDS, is_shop_word
from aftercare.guidance.terms import terms


@pytest.mark.parametrize(
    ("text", "language"), [("prices", "en"), ("delivered", "en"), ("preços", "pt"), ("preco", "pt")]
)
def test_words_of_the_shop_are_known_in_all_their_forms(text: str, language: str) -> None:
    assert all(is_shop_word(term, language) for term in terms(text, language))


@pytest.mark.parametrize(("text", "language"), [("filter", "en"), ("porta", "pt")])
def test_words_of_a_product_are_none(text: str, language: str) -> None:
    assert not any(is_shop_word(term, language) for term in terms(text, language))


@pytest.mark.parametrize("language", ["en", "pt"])
def test_every_listed_word_is_searched(language: str) -> None:
    assert [word for word in _WORDS[language].split() if not terms(word, language)] == []
