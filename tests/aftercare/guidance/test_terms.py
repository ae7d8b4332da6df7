from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.guidance.terms import NOT, terms


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("draining", "drains", "en"),
        ("FILTERS", "filter", "en"),
        ("limpar", "limpando", "pt"),
        ("mangueiras", "mangueira", "pt"),
    ],
)
def test_forms_of_a_word_share_a_term(one: str, other: str, language: str) -> None:
    assert set(terms(one, language)) & set(terms(other, language))


@pytest.mark.parametrize(
    "word", ["descalcificação", "água", "lâmpada", "edredom", "centrifugação", "índice", "máquina"]
)
def test_word_without_its_accents_finds_the_one_with_them(word: str) -> None:
    plain = word.translate(str.maketrans("áâãàéêíóôõúç", "aaaaeeiooouc"))
    assert set(terms(plain, "pt")) <= set(terms(word, "pt"))


@pytest.mark.parametrize(
    ("question", "language"),
    [("How do I use it, please?", "en"), ("Como eu posso usar isso?", "pt")],
)
def test_small_words_and_words_of_asking_are_left_out(question: str, language: str) -> None:
    assert terms(question, language) in ([], terms("isso", "pt"))


def test_error_codes_stay_whole() -> None:
    assert "e18" in terms("It shows E18!", "en")
    assert "e18" in terms("Aparece o código E18", "pt")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("won't", "en"),
        ("doesn’t", "en"),
        ("dont", "en"),
        ("NOT", "en"),
        ("não", "pt"),
        ("nao", "pt"),
    ],
)
def test_every_denial_is_one_term(text: str, language: str) -> None:
    assert terms(text, language) == [NOT]


def test_short_words_that_only_look_small_without_accents_are_searched() -> None:
    assert terms("lã", "pt") == terms("la", "pt") == ["la"]
    assert terms("pó", "pt") == ["po"]


def test_terms_keep_their_order_and_doubles() -> None:
    assert terms("filter pump filter", "en") == ["filter", "pump", "filter"]


@given(st.text(max_size=80), st.sampled_from(["en", "pt"]))
def test_any_text_can_be_searched(text: str, language: str) -> None:
    assert all(len(term) >= 1 and term == term.casefold() for term in terms(text, language))
