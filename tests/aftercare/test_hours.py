"""Business hours: weekdays, clocks that are changed, holidays, and the time that was worked."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftercare.catalogue.business_hours import BusinessHours
from aftercare.hours import Hours

LISBON = ZoneInfo("Europe/Lisbon")
DAY = ((time(9), time(13)), (time(14), time(18)))
OFFICE = Hours(LISBON, dict.fromkeys(range(1, 6), DAY))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LISBON)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-02 09:00", None),  # a Monday
        ("2026-03-02 12:59", None),
        ("2026-03-02 08:59", "2026-03-02 09:00"),
        ("2026-03-02 13:00", "2026-03-02 14:00"),
        ("2026-03-02 18:00", "2026-03-03 09:00"),
        ("2026-03-06 18:00", "2026-03-09 09:00"),
        ("2026-03-07 11:00", "2026-03-09 09:00"),
        # The night in which clocks go forward: nine o'clock comes an hour sooner.
        ("2026-03-29 08:30", "2026-03-30 09:00"),
    ],
)
def test_desk_is_open_or_tells_when_it_opens(moment: str, opens: str | None) -> None:
    assert OFFICE.is_open(at(moment)) is (opens is None)
    assert OFFICE.opens_next(at(moment)) == at(opens or moment)


def test_desk_that_never_opens_tells_no_time() -> None:
    assert Hours(LISBON, {}).opens_next(at("2026-03-02 09:00")) is None


def test_stretch_until_midnight_joins_the_next_day() -> None:
    always = Hours(LISBON, {day: ((time(), time()),) for day in range(1, 8)})
    assert always.is_open(at("2026-03-02 00:00"))
    assert always.is_open(at("2026-03-02 23:59"))
    assert always.worked(at("2026-03-02 12:00"), at("2026-03-04 12:00")) == timedelta(days=2)


def test_holidays_of_the_region_and_own_days_are_closed() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    week = dict.fromkeys(range(1, 6), ((time(8), time(18)),))
    hours = Hours(zone, week, {date(2026, 7, 10)}, "BR", "SP")
    # Thursday the 9th is a holiday of the region, Friday the 10th the company's own.
    asked = datetime(2026, 7, 8, 18, 0, tzinfo=zone)
    assert hours.opens_next(asked) == datetime(2026, 7, 13, 8, 0, tzinfo=zone)
    elsewhere = Hours(zone, week, (), "BR", "RJ")
    assert elsewhere.opens_next(asked) == datetime(2026, 7, 9, 8, 0, tzinfo=zone)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-03-02 09:00", "2026-03-02 18:00", 8),
        ("2026-03-02 12:00", "2026-03-02 15:00", 2),
        ("2026-03-06 17:00", "2026-03-09 10:00", 2),
        ("2026-03-07 10:00", "2026-03-08 10:00", 0),
        ("2026-03-02 10:00", "2026-03-02 10:00", 0),
    ],
)
def test_only_open_hours_are_worked(begin: str, end: str, hours: int) -> None:
    assert OFFICE.worked(at(begin), at(end)) == timedelta(hours=hours)


def test_company_file_tells_the_hours() -> None:
    file = BusinessHours.model_validate(
        {
            "time_zone": "Europe/Lisbon",
            "week": {"mon": ["09:00-13:00", "14:00-24:00"]},
            "closed": ["2026-03-09"],
        }
    )
    hours = Hours.of(file)
    assert hours.is_open(at("2026-03-02 23:59"))
    assert not hours.is_open(at("2026-03-03 00:00"))
    assert hours.opens_next(at("2026-03-03 00:00")) == at("2026-03-16 09:00")
