"""One spelling for many."""

from __future__ import annotations

import pytest

from bot.nlu.wording import normal, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It WON'T start", "it wo not start"),
        ("it wont start", "it wo not start"),
        ("I can’t", "i ca not"),
        ("noooooo", "noo"),
        ("@someshop where is it", "xhandle where is it"),
        ("see https://shop.example/x?y=1", "see xurl"),
        ("write to ana@letterbox.example", "write to xmail"),
        ("#fail", "fail"),
        ("paid 1.299,00 on 3/4", "paid 0 on 0"),
        ("my W900 shows E18", "my w900 shows e18"),
        ("vc não responde pq?", "voce nao responde porque?"),
        ("love it 😍😍", "love it xhappy xhappy"),
        ("😡", "xangry"),
        ("", ""),
    ],
)
def test_text_is_spelt_one_way(text: str, expected: str) -> None:
    assert normal(text) == expected


def test_question_and_exclamation_marks_are_words() -> None:
    assert words("why? no!") == ["why", "?", "no", "!"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("leaking", "leaked"), ("quebrado", "quebrada"), ("entregaram", "entregar")],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_short_words_are_their_own_stem() -> None:
    assert stems("does liga") == ["does", "liga"]
