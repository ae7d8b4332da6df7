"""When maintenance is due, and when the customer hears of it: days only, no database.

A day is one of the company's place; whoever calls says which one it is today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aftercare.warranty import covered_until


@dataclass(frozen=True)
class Standing:
    """Where one item of a plan stands."""

    key: str
    every_months: int
    begun_on: date
    done_on: date | None = None
    put_off_until: date | None = None
    stopped: bool = False

    @property
    def due_on(self) -> date:
        """So many months after it was done last, or after its beginning."""
        return months_after(self.done_on or self.begun_on, self.every_months)

    @property
    def called_on(self) -> date | None:
        """The day from which it counts as due; None where it is stopped."""
        if self.stopped:
            return None
        return max(self.due_on, self.put_off_until or self.due_on)

    def is_due(self, today: date) -> bool:
        called = self.called_on
        return called is not None and called <= today


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one where it has no such day."""
    return covered_until(day, months)


def begins_on(
    installed: date | None, delivered: date | None, bought: date | None, registered: date
) -> date:
    """From when a piece that was never maintained counts: the first of these that is known."""
    return installed or delivered or bought or registered


def first_due(items: Iterable[Standing]) -> date | None:
    """The first day on which one of the items is due; None where all are stopped."""
    return min((called for one in items if (called := one.called_on)), default=None)


def tell_day(items: Iterable[Standing], settled_on: date | None) -> date | None:
    """From when the customer is to be told.

    What was settled (told, or left to staff) on a day is not told again before it would be due the
    next time, had it been done; None where all are stopped.
    """
    return min((day for one in items if (day := _tell_day(one, settled_on))), default=None)


def _tell_day(item: Standing, settled_on: date | None) -> date | None:
    called = item.called_on
    if called is None or settled_on is None or settled_on < called:
        return called
    begin = item.done_on or item.begun_on
    passed = (settled_on.year - begin.year) * 12 + settled_on.month - begin.month
    # From the beginning each time: of a 31st the next one is a 31st again.
    times = max(1, passed // item.every_months)
    while (following := months_after(begin, item.every_months * times)) <= settled_on:
        times += 1
    return following
