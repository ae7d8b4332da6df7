"""The company's business hours as company.yml tells them; aftercare/hours.py works with them."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from aftercare.hours import Stretch, public_holidays

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT = "24:00"


class HolidaysFile(BaseModel):
    """Whose public holidays are kept: codes of ISO 3166, such as BR and SP."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    region: Annotated[str, Field(pattern=r"^[A-Z0-9-]{0,6}$")] = ""

    def check(self) -> None:
        """Raises ValueError where the country or the region is not known."""
        try:
            public_holidays(self.country, self.region)
        except NotImplementedError as error:
            raise ValueError(f"the holidays are not known: {error}") from error


class BusinessHours(BaseModel):
    """`week` lists each weekday's stretches like "08:00-18:00"; a day left out is closed.

    The last stretch of a day may end on the next one: "22:00-06:00".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str
    week: dict[Weekday, tuple[str, ...]]
    holidays: HolidaysFile | None = None
    closed: tuple[date, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, time_zone: str) -> str:
        try:
            ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"not a time zone: {time_zone}") from error
        return time_zone

    @field_validator("week")
    @classmethod
    def _are_stretches(cls, week: dict[Weekday, tuple[str, ...]]) -> dict[Weekday, tuple[str, ...]]:
        for texts in week.values():
            ends = [moment for text in texts for moment in text.partition("-")[::2]]
            for text in texts:
                _stretch(text)
            overnight = bool(ends) and ends[-1] <= ends[-2]
            same_day = ends[:-1] if overnight else ends
            if any(later <= earlier for earlier, later in pairwise(same_day)):
                raise ValueError(f"times must follow each other: {', '.join(texts)}")
        for day, following in zip(_WEEKDAYS, (*_WEEKDAYS[1:], *_WEEKDAYS[:1]), strict=True):
            last, first = week.get(day, ())[-1:], week.get(following, ())[:1]
            if last and first and first[0][:5] < last[0][-5:] <= last[0][:5]:
                raise ValueError(f"{last[0]} of {day} goes on after {first[0]} has begun")
        return week

    def stretches(self) -> dict[int, tuple[Stretch, ...]]:
        """The stretches of each weekday, 1 is Monday."""
        return {
            number: tuple(_stretch(text) for text in self.week.get(day, ()))
            for number, day in enumerate(_WEEKDAYS, 1)
        }


def _stretch(text: str) -> Stretch:
    opens, _, closes = text.partition("-")
    try:
        begin = time.fromisoformat(opens)
        end = time() if closes == _MIDNIGHT else time.fromisoformat(closes)
    except ValueError:
        begin = end = time()
        closes = ""
    if len(opens) != len(_MIDNIGHT) or len(closes) != len(_MIDNIGHT):
        raise ValueError(f'write times like "08:00-18:00", not "{text}"')
    return begin, end
