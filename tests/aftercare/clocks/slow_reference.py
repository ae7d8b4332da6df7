"""Working time counted minute by minute, to hold aftercare/hours.py against.

It shares nothing with the real one: it watches the clock on a wall. A place is open while the
latest time that the clock has shown so far lies within a stretch.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from aftercare.hours import Hours, Stretch

MINUTE = timedelta(minutes=1)
DAY_MINUTES = 24 * 60
#: A week and some: every weekday, and stretches that begin before and end after.
WALL_DAYS = 9

#: Days around which clocks were changed: by an hour and by half of one, at night and at midnight,
#: one minute after it, over a whole day, at another hour of the year, and never.
CHANGES = (
    ("Europe/Lisbon", date(2026, 3, 29)),
    ("Europe/Lisbon", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2019, 2, 16)),
    ("America/St_Johns", date(2010, 3, 14)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Asia/Pyongyang", date(2018, 5, 5)),
    ("America/Caracas", date(2016, 5, 1)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Antarctica/Troll", date(2026, 3, 29)),
    ("Antarctica/Troll", date(2026, 10, 25)),
    ("America/Manaus", date(2026, 3, 2)),
    ("Asia/Kathmandu", date(2026, 1, 5)),
    ("UTC", date(2026, 12, 28)),
)


@dataclass(frozen=True)
class Wall:
    """What the clock on the wall showed: for each minute of UTC the latest minute until then.

    Minutes are counted from midnight of the `first` local day.
    """

    zone: ZoneInfo
    first: date
    begins: datetime
    shown: Sequence[int]


@cache
def wall_around(zone_name: str, day: date) -> Wall:
    """The clock of a zone from some days before a day until some days after it."""
    zone = ZoneInfo(zone_name)
    first = day - timedelta(days=WALL_DAYS // 2)
    # Two days more, so that what is shown at the beginning is known however a clock was changed.
    at = datetime.combine(first, time(), UTC) - timedelta(days=2)
    midnight, latest, shown = datetime.combine(first, time()), -10 * DAY_MINUTES, []
    begins = at
    for _ in range((WALL_DAYS + 3) * DAY_MINUTES):
        local = at.astimezone(zone).replace(tzinfo=None)
        latest = max(latest, (local - midnight) // MINUTE)
        shown.append(latest)
        at += MINUTE
    return Wall(zone, first, begins, shown)


class SlowHours:
    """The same questions as `Hours`, within the days that the wall was watched."""

    def __init__(self, wall: Wall, week: dict[int, tuple[Stretch, ...]], closed: set[date]) -> None:
        self._begins = wall.begins
        days = range(-4, WALL_DAYS + 6)
        open_minutes = set()
        for number in days:
            day = wall.first + timedelta(days=number)
            if day in closed:
                continue
            for opens, closes in week.get(day.isoweekday(), ()):
                minute = number * DAY_MINUTES + opens.hour * 60 + opens.minute
                while True:  # minute by minute, until the clock shows the closing time
                    open_minutes.add(minute)
                    minute += 1
                    if minute % DAY_MINUTES == closes.hour * 60 + closes.minute:
                        break
        self.open = [shown in open_minutes for shown in wall.shown]

    def _index(self, at: datetime) -> int:
        return (at - self._begins) // MINUTE

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        return sum(self.open[self._index(begin) : self._index(end)]) * MINUTE

    def due(self, begin: datetime, work: timedelta) -> datetime | None:
        """None where it lies beyond the days that were watched."""
        left, at = work // MINUTE, begin
        for is_open in self.open[self._index(begin) :]:
            if left == 0:
                break
            left -= is_open
            at += MINUTE
        return at if left == 0 else None


@dataclass(frozen=True)
class Case:
    """A random calendar with a beginning, an end and an amount of work to ask it for."""

    zone: str
    day: date
    week: dict[int, tuple[Stretch, ...]]
    closed: frozenset[date]
    begin: datetime
    end: datetime
    work: timedelta

    def fast(self) -> Hours:
        return Hours(ZoneInfo(self.zone), self.week, self.closed)

    def slow(self) -> SlowHours:
        return SlowHours(wall_around(self.zone, self.day), self.week, set(self.closed))


def random_case(chance: random.Random) -> Case:
    """Any week that a company's file may tell, near a change of some clock."""
    zone, day = chance.choice(CHANGES)
    first = day - timedelta(days=WALL_DAYS // 2)
    closed = frozenset(
        first + timedelta(days=chance.randrange(WALL_DAYS))
        for _ in range(chance.choice((0, 0, 1, 3)))
    )
    begin, end = sorted(_random_moment(chance, first, day) for _ in range(2))
    work = chance.choice((0, 1, 30, chance.randrange(600), chance.randrange(6000))) * MINUTE
    return Case(zone, day, _random_week(chance), closed, begin, end, work)


def _random_moment(chance: random.Random, first: date, day: date) -> datetime:
    """Somewhere in the days that were watched, half of the time close to the change."""
    if chance.random() < 0.5:
        return datetime.combine(day, time(), UTC) + chance.randrange(-720, 2160) * MINUTE
    minute = chance.randrange(WALL_DAYS * DAY_MINUTES)
    return datetime.combine(first, time(), UTC) + minute * MINUTE


def _random_week(chance: random.Random) -> dict[int, tuple[Stretch, ...]]:
    grain = chance.choice((1, 15, 30, 60))
    days = [_random_day(chance, grain) for _ in range(7)]
    week: dict[int, tuple[Stretch, ...]] = {}
    for number, stretches in enumerate(days):
        following = days[(number + 1) % 7]
        if stretches and chance.random() < 0.2:
            # The last stretch goes on into the next day, but never into its first stretch.
            opens = stretches[-1][0]
            latest = min(_minutes(following[0][0]) if following else DAY_MINUTES, _minutes(opens))
            if latest >= grain:
                closes = _time(chance.randrange(0, latest // grain) * grain)
                stretches = (*stretches[:-1], (opens, closes))
        week[number + 1] = stretches
    return {day: stretches for day, stretches in week.items() if stretches}


def _random_day(chance: random.Random, grain: int) -> tuple[Stretch, ...]:
    count = chance.choice((0, 1, 1, 1, 2, 3))
    ends = sorted(chance.sample(range(0, DAY_MINUTES // grain + 1), 2 * count))
    times = [_time(end * grain) for end in ends]
    return tuple(zip(times[::2], times[1::2], strict=True))


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
