"""Says when a visit is: for customers in their language, for staff in the history."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from aftercare.tables.visits import AppointmentWindow, Visit

_LOCALES = {"en": "en_GB", "pt": "pt_BR"}
_DAY = {"en": "EEEE, d MMMM", "pt": "EEEE, d 'de' MMMM"}
_SHORT_DAY = {"en": "EEE d MMM", "pt": "EEE d 'de' MMM"}


def show_window(
    day: date, begins: datetime, ends: datetime, name: str, zone: ZoneInfo, language: str
) -> str:
    """A promise in words: "Tuesday, 24 November, morning (08:00 to 12:00)"."""
    written = format_date(day, _DAY[language], locale=_LOCALES[language])
    return f"{written}, {name} ({_between(begins, ends, zone, language)})"


def show_button(
    day: date, begins: datetime, ends: datetime, name: str, zone: ZoneInfo, language: str
) -> str:
    """The same on a button: "Tue 24 Nov, morning 08:00–12:00"."""
    written = format_date(day, _SHORT_DAY[language], locale=_LOCALES[language]).replace(".", "")
    times = "–".join(_clock(moment, zone, language) for moment in (begins, ends))
    return f"{written}, {name} {times}"


def show_visit(visit: Visit, language: str) -> str:
    """When a visit is, as the customer is told."""
    zone = ZoneInfo(visit.area.time_zone)
    begins = visit.window_begins_at
    return show_window(
        begins.astimezone(zone).date(),
        begins,
        visit.window_ends_at,
        window_name(visit.window, language),
        zone,
        language,
    )


def window_name(window: AppointmentWindow, language: str) -> str:
    return window.name.get(language) or window.id


def told_in_history(visit: Visit) -> str:
    """Who comes and when, for staff."""
    zone = ZoneInfo(visit.area.time_zone)
    begins, ends = (_clock(at, zone, "en") for at in (visit.starts_at, visit.ends_at))
    return f"{show_visit(visit, 'en')}: {visit.technician.name}, {begins} to {ends}."


def _between(begins: datetime, ends: datetime, zone: ZoneInfo, language: str) -> str:
    word = {"en": "to", "pt": "às"}[language]
    return f" {word} ".join(_clock(moment, zone, language) for moment in (begins, ends))


def _clock(moment: datetime, zone: ZoneInfo, language: str) -> str:
    return format_time(
        moment.astimezone(zone).replace(tzinfo=None), "HH:mm", locale=_LOCALES[language]
    )
