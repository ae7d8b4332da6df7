from __future__ import annotations

import pytest

from aftercare.ownership.words import show_days, show_length
from aftercare.warranty import Term, TermKind


@pytest.mark.parametrize(
    ("months", "days", "english", "portuguese"),
    [
        (24, 0, "24 months", "24 meses"),
        (36, 0, "3 years", "3 anos"),
        (1, 0, "1 month", "1 mês"),
        (0, 90, "90 days", "90 dias"),
    ],
)
def test_length_of_a_term_is_told_in_words(
    months: int, days: int, english: str, portuguese: str
) -> None:
    term = Term(id="legal", kind=TermKind.COMMERCIAL, months=months, days=days)
    assert show_length(term, "en") == english
    assert show_length(term, "pt") == portuguese


def test_days_are_told_in_words() -> None:
    assert [show_days(7, language) for language in ("en", "pt")] == ["7 days", "7 dias"]
