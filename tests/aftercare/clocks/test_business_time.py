"""Working time equals a slow reference on random calendars, across changes of the clock."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftercare.errors import NoWorkingTime
from aftercare.hours import Hours
from tests.aftercare.clocks.slow_reference import random_case

#: `make test-clocks` asks for more.
CALENDARS = int(os.environ.get("AFTERCARE_TEST_CALENDARS") or 1000)
_PARTS = 4

LISBON = ZoneInfo("Europe/Lisbon")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("part", range(_PARTS))
def test_working_time_equals_a_slow_reference_on_random_calendars(part: int) -> None:
    beyond = 0
    for number in range(part, CALENDARS, _PARTS):
        case = random_case(random.Random(f"calendar {number}"))
        fast, slow = case.fast(), case.slow()
        assert fast.worked(case.begin, case.end) == slow.worked(case.begin, case.end), case
        due = slow.due(case.begin, case.work)
        if due is None:
            beyond += 1
            continue
        found = fast.due(case.begin, case.work)
        assert found == due, case
        assert fast.worked(case.begin, found) == case.work, case
    # Most of them can be told by the days that the reference has watched.
    assert beyond < CALENDARS / _PARTS / 2


def at(text: str, zone: ZoneInfo = LISBON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


OFFICE = Hours(LISBON, dict.fromkeys(range(1, 6), ((time(9), time(13)), (time(14), time(18)))))


@pytest.mark.parametrize(
    ("begin", "hours", "due"),
    [
        ("2026-03-02 10:00", 0, "2026-03-02 10:00"),
        ("2026-03-02 10:00", 3, "2026-03-02 13:00"),  # the closing time, not the next opening
        ("2026-03-02 10:00", 4, "2026-03-02 15:00"),
        ("2026-03-06 17:00", 2, "2026-03-09 10:00"),
        ("2026-03-07 11:00", 8, "2026-03-09 18:00"),
        # The clock goes forward on Sunday: Monday's hours are as many as any other day's.
        ("2026-03-27 18:00", 8, "2026-03-30 18:00"),
    ],
)
def test_due_time_is_told_in_working_hours(begin: str, hours: int, due: str) -> None:
    assert OFFICE.due(at(begin), hours * HOUR) == at(due)


def test_night_shift_is_an_hour_shorter_and_longer_when_the_clock_is_changed() -> None:
    nights = Hours(LISBON, {day: ((time(22), time(6)),) for day in range(1, 8)})
    for evening, hours in (("2026-03-28", 7), ("2026-10-24", 9), ("2026-03-02", 8)):
        begin = at(f"{evening} 12:00")
        assert nights.worked(begin, begin + timedelta(days=1)) == hours * HOUR


def test_working_day_of_the_change_itself_has_its_own_hours() -> None:
    sundays = Hours(LISBON, {7: ((time(9), time(18)),)})
    assert sundays.worked(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 9 * HOUR
    early = Hours(LISBON, {7: ((time(0), time(9)),)})
    assert early.worked(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 8 * HOUR
    assert early.worked(at("2026-10-25 00:00"), at("2026-10-26 00:00")) == 10 * HOUR


def test_time_that_a_change_skips_is_the_moment_of_the_change() -> None:
    # In Lisbon the clock goes from 01:00 to 02:00.
    hours = Hours(LISBON, {7: ((time(1, 15), time(1, 45)), (time(1, 45), time(3)))})
    assert hours.worked(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == HOUR
    assert hours.due(at("2026-03-28 12:00"), HOUR / 2) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_clock_that_is_put_back_over_midnight_ends_no_day_twice() -> None:
    # One minute after midnight St John's went back to 23:01 of the day before.
    zone = ZoneInfo("America/St_Johns")
    sundays = Hours(zone, {7: ((time(0), time(2)),)})
    second_time = datetime(2010, 11, 6, 23, 30, tzinfo=zone, fold=1)
    assert sundays.is_open(second_time)
    assert sundays.worked(second_time - HOUR / 2, second_time) == HOUR / 2
    assert sundays.worked(second_time - HOUR, second_time + 6 * HOUR) == 3 * HOUR


def test_stretch_that_the_change_skips_is_no_opening() -> None:
    hours = Hours(LISBON, {1: ((time(9), time(10)),), 7: ((time(1, 15), time(1, 45)),)})
    assert hours.opens_next(at("2026-03-28 12:00")) == at("2026-03-30 09:00")


def test_holidays_of_each_region_are_its_own() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    week = dict.fromkeys(range(1, 6), ((time(8), time(18)),))
    begin = datetime(2026, 7, 8, 12, 0, tzinfo=zone)
    # Thursday the 9th is a holiday in São Paulo only.
    in_sao_paulo = Hours(zone, week, {date(2026, 7, 13)}, "BR", "SP")
    in_rio = Hours(zone, week, (), "BR", "RJ")
    assert in_sao_paulo.due(begin, 10 * HOUR) == datetime(2026, 7, 10, 12, 0, tzinfo=zone)
    assert in_rio.due(begin, 10 * HOUR) == datetime(2026, 7, 9, 12, 0, tzinfo=zone)


@pytest.mark.parametrize("week", [{}, {1: ()}])
def test_desk_that_never_opens_is_told_instead_of_sought_for_ever(
    week: dict[int, tuple[tuple[time, time], ...]],
) -> None:
    with pytest.raises(NoWorkingTime):
        Hours(LISBON, week).due(at("2026-03-02 10:00"), HOUR)
    assert Hours(LISBON, week).worked(at("2026-03-02 10:00"), at("2026-05-02 10:00")) == timedelta()
