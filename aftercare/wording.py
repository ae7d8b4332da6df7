"""Shows values in the customer's language; sentences are in domain.yml."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from aftercare.catalogue.snapshot import Catalogue, Record

_LOCALES = {"en": "en_GB", "pt": "pt_BR"}


def show_date(day: date, language: str) -> str:
    """A day written out, so that nobody mistakes month and day."""
    return format_date(day, "long", locale=_LOCALES[language])


def show_value(record: Record, value: str, catalogue: Catalogue, language: str) -> str:
    """A record's stored value as the customer would say it."""
    if record.kind == "product" and value in catalogue.products:
        return catalogue.products[value].name[language]
    if record.kind in ("past_date", "future_date"):
        return show_date(date.fromisoformat(value), language)
    for choice in record.choices:
        if choice.id == value:
            return choice.name[language]
    return value
