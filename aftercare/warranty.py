"""Until when a product is covered."""

from __future__ import annotations

import calendar
from datetime import date


def covered_until(purchase: date, months: int) -> date:
    """The last day of a warranty of so many months; a missing day becomes the month's last one."""
    years, month = divmod(purchase.month - 1 + months, 12)
    year = purchase.year + years
    last_day = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(purchase.day, last_day))
