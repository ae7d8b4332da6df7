"""Shows values in the customer's language; sentences are in domain.yml."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal

from aftercare.catalogue.snapshot import Catalogue, Record

_LOCALES = {"en": "en_GB", "pt": "pt_BR"}


def show_date(day: date, language: str) -> str:
    """A day written out, so that nobody mistakes month and day."""
    return format_date(day, "long", locale=_LOCALES[language])


#: A time of another day and of today, at the company's place.
_OPENINGS = {
    "en": ("EEEE, d MMMM, 'at' HH:mm ('time in' {place})", "'today at' HH:mm ('time in' {place})"),
    "pt": (
        "EEEE, d 'de' MMMM, 'às' HH:mm ('horário de' {place})",
        "'hoje às' HH:mm ('horário de' {place})",
    ),
}


def show_opening(opens: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """When the desk opens, with the place whose time that is."""
    locale, local = _LOCALES[language], opens.astimezone(zone)
    place = get_timezone_location(zone, locale=locale, return_city=True).replace("'", "''")
    pattern = _OPENINGS[language][local.date() == now.astimezone(zone).date()]
    return format_datetime(local, pattern.format(place=f"'{place}'"), locale=locale)


#: The end of another day and of today.
_DAY_ENDS = {
    "en": ("'by the end of' EEEE, d MMMM", "'by the end of today'"),
    "pt": ("'até o fim de' EEEE, d 'de' MMMM", "'até o fim do dia de hoje'"),
}
_WITHIN = {"en": "within {time}", "pt": "em até {time}"}


def show_day_end(due: datetime, now: datetime, language: str) -> str:
    """By which day something is done that is due at a local time: "by the end of Tuesday, …"."""
    pattern = _DAY_ENDS[language][due.date() == now.astimezone(due.tzinfo).date()]
    return format_datetime(due, pattern, locale=_LOCALES[language])


def show_within(time: str, language: str) -> str:
    """A time that is worded already as the one within which something is done."""
    return _WITHIN[language].format(time=time)


def show_minutes(minutes: int, language: str) -> str:
    """A duration as people say it: "4 minutes", and hours where it is long."""
    return format_timedelta(timedelta(minutes=minutes), threshold=1, locale=_LOCALES[language])


def show_amount(value: str, language: str) -> str:
    """An amount like "349.00 GBP" as people write it; without a currency the number alone."""
    number, _, currency = value.partition(" ")
    locale = _LOCALES[language]
    if currency:
        return format_currency(Decimal(number), currency, locale=locale)
    return format_decimal(Decimal(number), format="#,##0.00", locale=locale)


def show_value(record: Record, value: str, catalogue: Catalogue, language: str) -> str:
    """A record's stored value as the customer would say it."""
    if record.kind == "product" and value in catalogue.products:
        return catalogue.products[value].name[language]
    if record.kind in ("past_date", "future_date"):
        return show_date(date.fromisoformat(value), language)
    if record.kind == "amount":
        return show_amount(value, language)
    for choice in record.choices:
        if choice.id == value:
            return choice.name[language]
    return value
