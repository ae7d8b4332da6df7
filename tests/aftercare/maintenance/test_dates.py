"""Days of maintenance: ends of months, leap years, and what is told when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.maintenance.dates import Standing, begins_on, first_due, months_after, tell_day

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = st.integers(1, 60)
STANDINGS = st.builds(
    Standing,
    key=st.just("filter"),
    every_months=MONTHS,
    begun_on=DAYS,
    done_on=st.none() | DAYS,
    put_off_until=st.none() | DAYS,
    stopped=st.booleans(),
)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
    ],
)
def test_missing_day_becomes_the_last_of_the_month(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@given(DAYS, MONTHS)
def test_later_month_is_the_right_one_and_its_day_never_later(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day
    # A day is only missed where the month has none: its next day is another month's.
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(DAYS, MONTHS)
def test_days_of_one_order_stay_in_it(day: date, months: int) -> None:
    assert months_after(day, months) <= months_after(day + timedelta(days=1), months)


def test_plan_begins_with_the_first_day_that_is_known() -> None:
    installed, delivered, bought, registered = (date(2026, 1, day) for day in (4, 3, 2, 9))
    assert begins_on(installed, delivered, bought, registered) == installed
    assert begins_on(None, delivered, bought, registered) == delivered
    assert begins_on(None, None, bought, registered) == bought
    assert begins_on(None, None, None, registered) == registered


def test_what_was_done_counts_from_that_day() -> None:
    one = Standing("filter", 6, date(2025, 1, 31), done_on=date(2025, 8, 31))
    assert one.due_on == date(2026, 2, 28)
    assert not one.is_due(date(2026, 2, 27)) and one.is_due(date(2026, 2, 28))


def test_what_is_put_off_is_not_due_before_and_stopped_never() -> None:
    begun = date(2025, 1, 1)
    put_off = Standing("filter", 1, begun, put_off_until=date(2025, 3, 1))
    assert put_off.called_on == date(2025, 3, 1)
    stopped = Standing("brush", 1, begun, stopped=True)
    assert stopped.called_on is None and not stopped.is_due(date(2090, 1, 1))
    assert first_due([put_off, stopped]) == date(2025, 3, 1)
    assert first_due([stopped]) is None and tell_day([stopped], None) is None


def test_reminder_that_is_not_answered_comes_again_with_the_next_period() -> None:
    one = Standing("filter", 1, date(2025, 12, 31))
    assert tell_day([one], None) == date(2026, 1, 31)
    assert tell_day([one], date(2026, 1, 31)) == date(2026, 2, 28)
    # Of a 31st the next one is a 31st again, although February had none.
    assert tell_day([one], date(2026, 2, 28)) == date(2026, 3, 31)
    assert tell_day([one], date(2027, 6, 1)) == date(2027, 6, 30)


def test_put_off_after_the_reminder_is_told_on_that_day() -> None:
    one = Standing("filter", 6, date(2025, 1, 1), put_off_until=date(2025, 7, 9))
    assert tell_day([one], date(2025, 7, 2)) == date(2025, 7, 9)


@given(st.lists(STANDINGS, max_size=4), st.none() | DAYS)
def test_nothing_is_told_before_it_is_due_or_twice_on_a_day(
    items: list[Standing], settled_on: date | None
) -> None:
    day, due = tell_day(items, settled_on), first_due(items)
    assert (day is None) is (due is None)
    if day and due:
        assert day >= due
        assert settled_on is None or day > settled_on or due > settled_on


@given(STANDINGS, DAYS)
def test_settling_moves_on_by_less_than_two_periods(one: Standing, settled_on: date) -> None:
    called = one.called_on
    day = tell_day([one], settled_on)
    if called and day and settled_on >= called:
        assert settled_on < day <= months_after(settled_on, 2 * one.every_months)
