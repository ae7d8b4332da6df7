"""When people are at work: business hours by weekday, in the company's zone, without holidays.

It knows nothing of chats and tickets: whoever has to tell "open now", "opens next" or how much
working time has passed asks here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase

    from aftercare.catalogue.business_hours import BusinessHours

#: A desk that opens on no day within so many is not going to open.
_LOOK_AHEAD_DAYS = 60

#: Opening and closing time of one stretch of a day; closing at 00:00 is midnight after it.
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

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """The working time between two moments."""
        total = timedelta()
        for opens, closes in self._stretches_from(begin, until=end):
            total += max(timedelta(), min(closes, end) - max(opens, begin))
        return total

    def _stretches_from(
        self, at: datetime, until: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """Each stretch, in UTC, that is not over at a moment, until another one."""
        # The day before as well: where a clock is changed at midnight its last stretch ends later.
        day = at.astimezone(self.zone).date() - timedelta(days=1)
        last = until.astimezone(self.zone).date() if until else day + timedelta(_LOOK_AHEAD_DAYS)
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
            yield self._moment(day, opens), self._moment(end, closes)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

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
