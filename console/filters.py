"""Reads the filters of a list from the address; what cannot be read is said, not guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import Request

from console.forms import query_value

WORDS = "q"
FIRST_DAY, LAST_DAY = "from", "to"


@dataclass(frozen=True)
class Filters:
    """The filters that are set, as they stand in the address; days are the company's local ones."""

    values: Mapping[str, str] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    problems: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def without(self, name: str) -> dict[str, str]:
        return {key: value for key, value in self.values.items() if key != name}

    def begin(self, zone: ZoneInfo) -> datetime | None:
        return _midnight(self.first_day, zone) if self.first_day else None

    def end(self, zone: ZoneInfo) -> datetime | None:
        """The first moment that is too late."""
        return _midnight(self.last_day + timedelta(days=1), zone) if self.last_day else None


def read_filters(request: Request, names: Iterable[str]) -> Filters:
    """The named filters, the searched words and the days."""
    problems: list[str] = []
    first_day = _read_day(request, FIRST_DAY, problems)
    last_day = _read_day(request, LAST_DAY, problems)
    if first_day and last_day and first_day > last_day:
        problems.append("The first day is later than the last one, so nothing can be between them.")
    values = {name: query_value(request, name) for name in (WORDS, *names)}
    values[FIRST_DAY] = first_day.isoformat() if first_day else ""
    values[LAST_DAY] = last_day.isoformat() if last_day else ""
    return Filters(
        {name: value for name, value in values.items() if value},
        first_day,
        last_day,
        tuple(problems),
    )


def _read_day(request: Request, name: str, problems: list[str]) -> date | None:
    text = query_value(request, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        problems.append(
            f"“{text}” is not a date that can be searched for. Write year, month and day, "
            "like 2026-03-02."
        )
        return None
    return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
