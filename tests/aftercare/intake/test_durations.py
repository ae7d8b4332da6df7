from __future__ import annotations

from datetime import date

import pytest

from aftercare.intake.durations import read_time_ago
from tests.answers import TODAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("one day", date(2026, 3, 1)),
        ("2 weeks", date(2026, 2, 16)),
        ("duas semanas", date(2026, 2, 16)),
        ("há 3 dias", date(2026, 2, 27)),
        ("about ten days ago", date(2026, 2, 20)),
        ("2024", date(2024, 1, 1)),
        ("em 2023", date(2023, 1, 1)),
    ],
)
def test_length_of_time_is_counted_back_from_today(text: str, day: date) -> None:
    assert read_time_ago(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("a year", 365),
        ("um ano e meio", 548),
        ("half a year", 183),
        ("6 months", 183),
        ("três meses", 91),
        ("2 years", 730),
    ],
)
def test_months_and_years_are_about_right(text: str, days: int) -> None:
    day = read_time_ago(text, TODAY)
    assert day is not None
    assert abs((TODAY - day).days - days) <= 2


@pytest.mark.parametrize("text", ["", "I don't know", "a while", "2 machines", "123456 years"])
def test_words_without_a_length_of_time_are_none(text: str) -> None:
    assert read_time_ago(text, TODAY) is None
