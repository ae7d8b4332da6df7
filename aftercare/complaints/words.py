"""Writes moments as customers read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_location

_LOCALES = {"en": "en_GB", "pt": "pt_BR"}
_MOMENTS = {
    "en": "d MMMM y, HH:mm ('time in' {place})",
    "pt": "d 'de' MMMM 'de' y, HH:mm ('horário de' {place})",
}


def show_moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Day and time at a place, with the place: 2 March 2026, 09:00 (time in São Paulo)."""
    locale = _LOCALES[language]
    place = get_timezone_location(zone, locale=locale, return_city=True).replace("'", "''")
    pattern = _MOMENTS[language].format(place=f"'{place}'")
    return format_datetime(at.astimezone(zone), pattern, locale=locale)
