from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from aftercare.ticket_numbers import ALPHABET, EXAMPLE, new_number, read_number

numbers = st.builds(new_number)
places = st.integers(0, 6)


def _replaced(compact: str, at: int, character: str) -> str:
    return compact[:at] + character + compact[at + 1 :]


@given(numbers)
def test_new_number_is_read_back_as_itself(number: str) -> None:
    assert re.fullmatch(rf"[{ALPHABET}]{{3}}-[{ALPHABET}]{{4}}", number)
    assert read_number(number) == number


@given(numbers, places, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(number: str, at: int, wrong: str) -> None:
    compact = number.replace("-", "")
    typed = _replaced(compact, at, wrong)
    assert read_number(typed) == (number if typed == compact else None)


@given(numbers, places, st.sampled_from("01OILBDGPTVSEQUZ"))
def test_character_outside_the_alphabet_is_never_taken_for_another(
    number: str, at: int, wrong: str
) -> None:
    assert read_number(_replaced(number.replace("-", ""), at, wrong)) is None


def test_swapped_neighbours_are_noticed_nearly_always() -> None:
    noticed = tried = 0
    for _ in range(300):
        compact = new_number().replace("-", "")
        for at in range(6):
            if compact[at] != compact[at + 1]:
                swapped = compact[:at] + compact[at + 1] + compact[at] + compact[at + 2 :]
                tried += 1
                noticed += read_number(swapped) is None
    assert noticed / tried > 0.97


@given(numbers, st.sampled_from(["", " ", "-", " - ", "–", ".", "/", "_", " # "]), st.booleans())
def test_number_is_read_however_it_is_spaced_and_cased(
    number: str, separator: str, lower: bool
) -> None:
    written = separator.join(number.split("-"))
    assert read_number(f" {written.lower() if lower else written} ") == number


@given(st.text(max_size=20))
def test_any_text_gives_a_right_number_or_nothing(text: str) -> None:
    number = read_number(text)
    assert number is None or read_number(number) == number


def test_numbers_do_not_repeat() -> None:
    assert len({new_number() for _ in range(1000)}) == 1000


def test_the_example_told_to_customers_is_a_right_number() -> None:
    assert read_number(EXAMPLE) == EXAMPLE


def test_number_is_neither_a_word_nor_a_phone_number() -> None:
    for _ in range(2000):
        number = new_number().replace("-", "")
        assert any(map(str.isdigit, number))
        assert any(map(str.isalpha, number))
