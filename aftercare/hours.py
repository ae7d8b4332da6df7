"""When people are at work: business hours by weekday, in a place's zone, without its holidays.

It knows nothing of chats and tickets: whoever has to tell "open now", "opens next", how much
working time has passed or when so much of it will have asks here.

Where a clock is changed, hours open and close when the clock on the wall first shows their time or
a later one: what a change skips is not worked, what it repeats is worked as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from aftercare.errors import NoWorkingTime

if TYPE_CHECKING:
    from holidays import HolidayBase

    from aftercare.catalogue.business_hours import BusinessHours

#: A desk that opens on no day within so many is not going to open.
_LOOK_AHEAD_DAYS = 60
_SECOND = timedelta(seconds=1)

#: Opening and closing time of one stretch of a day. What closes no later than it opens closes on
#: the next day, and belongs to the day on which it opens, also where only one is a holiday.
Stretch = tuple[time, time]


@dataclass(frozen=True)
class Hours:
    """`week` holds the stretches of each weekday, 1 is Monday; `closed` are days of the company."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Stretch, ...]]
    closed: Collection[date] = ()
    country: str = ""
    region: str = ""

    @classmethod
    def of(cls, file: BusinessHours) -> Self:
        """The hours that the company's file tells."""
        return cls(
            ZoneInfo(file.time_zone),
            file.stretches(),
            frozenset(file.closed),
            file.holidays.country if file.holidays else "",
            file.holidays.region if file.holidays else "",
        )

    def is_open(self, at: datetime) -> bool:
        begin = next(self._stretches_from(at), None)
        return begin is not None and begin[0] <= at

    def opens_next(self, at: datetime) -> datetime | None:
        """When it opens, `at` itself where it is open; None where it does not within two months."""
        begin = next(self._stretches_from(at), None)
        return None if begin is None else max(begin[0], at)

    def due(self, begin: datetime, work: timedelta) -> datetime:
        """The first moment at which so much working time has passed since `begin`.

        Raises NoWorkingTime where the desk does not open for two months.
        """
        left, now = work, begin
        while left > timedelta():
            found = next(self._stretches_from(now), None)
            if found is None:
                raise NoWorkingTime(f"no business hours within {_LOOK_AHEAD_DAYS} days of {now}")
            opens, closes = found
            now = max(now, opens)
            if closes - now >= left:
                return now + left
            left, now = left - (closes - now), closes
        return now

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """The working time between two moments."""
        total = timedelta()
        for opens, closes in self._stretches_from(begin, until=end):
            total += max(timedelta(), min(closes, end) - max(opens, begin))
        return total

    def on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The stretches that open on a day, in UTC."""
        return list(self._of_day(day))

    def _stretches_from(
        self, at: datetime, until: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """Each stretch, in UTC, that is not over at a moment, until another one."""
        # Days around as well: of the day before a stretch can go on, and a clock that is put back
        # over midnight shows a day again whose next one has begun.
        day = at.astimezone(self.zone).date() - timedelta(days=1)
        if until is None:
            last = day + timedelta(days=_LOOK_AHEAD_DAYS)
        else:
            last = until.astimezone(self.zone).date() + timedelta(days=1)
        while day <= last:
            for opens, closes in self._of_day(day):
                if closes > at:
                    yield opens, closes
            day += timedelta(days=1)

    def _of_day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        stretches = self.week.get(day.isoweekday(), ())
        if not stretches or day in self.closed or self._is_holiday(day):
            return
        for opens, closes in stretches:
            end = day if closes > opens else day + timedelta(days=1)
            # In UTC, because times of one zone are subtracted as if no clock were ever changed.
            begins, ends = self._moment(day, opens), self._moment(end, closes)
            if ends > begins:
                yield begins, ends

    def _moment(self, day: date, at: time) -> datetime:
        """When the clock on the wall first shows that time of that day, or a later one."""
        local = datetime.combine(day, at, self.zone)
        found = local.astimezone(UTC)
        if found.astimezone(self.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return found
        # The change skips it. Its own moment lies between what the offsets before and after say.
        before, after = local.replace(fold=1).astimezone(UTC), found
        offset = before.astimezone(self.zone).utcoffset()
        while after - before > _SECOND:
            middle = before + (after - before) // 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0)

    def _is_holiday(self, day: date) -> bool:
        return bool(self.country) and day in public_holidays(self.country, self.region)


@cache
def public_holidays(country: str, region: str) -> HolidayBase:
    """Holidays by day, worked out year by year as they are asked for.

    Raises NotImplementedError for a country or region that the library does not know.
    """
    # Loading the library takes a second, and most processes never ask.
    from holidays import country_holidays

    return country_holidays(country, subdiv=region or None)
