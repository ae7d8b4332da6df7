from __future__ import annotations

from datetime import date

import pytest

from aftercare.warranty import covered_until


@pytest.mark.parametrize(
    ("purchase", "months", "until"),
    [
        (date(2025, 3, 2), 12, date(2026, 3, 2)),
        (date(2025, 12, 31), 1, date(2026, 1, 31)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2025, 12, 15), 24, date(2027, 12, 15)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_warranty_ends_on_the_same_day_of_the_month_or_its_last(
    purchase: date, months: int, until: date
) -> None:
    assert covered_until(purchase, months) == until
