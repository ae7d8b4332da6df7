"""Reads the cells of a file as people and spreadsheets write them, and writes harmless ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

import phonenumbers
from babel.dates import get_month_names
from babel.numbers import get_currency_precision

from aftercare.accents import without_accents
from aftercare.intake.fields import PHONE_REGIONS

#: What makes a spreadsheet take a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"^\d{1,3}(?:([.,' \u00a0])\d{3})+(?:([.,])\d{1,2})?$|^\d+(?:[.,]\d{1,2})?$")
_PLAIN_DAY = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$")
_NAMED_DAY = re.compile(r"^(\d{1,2})[. ](?: ?de )?\s*([a-z]{3,9})\.?,?(?: de)? (\d{4})$")
_ISO_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?$")
_YES = frozenset({"yes", "y", "true", "1", "x", "sim", "s", "verdadeiro"})
_NO = frozenset({"no", "n", "false", "0", "nao", "falso"})


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: with an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain_text(cell: str) -> str:
    """What was meant by a cell: without blanks around it and without that apostrophe."""
    text = " ".join(cell.split())
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def read_money(cell: str, currency: str) -> int | None:
    """An amount in minor units; decimal comma or point. None where it is no amount."""
    text = cell.strip()
    found = _NUMBER.match(text)
    if not found:
        return None
    thousands, decimals = found.group(1), found.group(2)
    if thousands:
        if thousands == decimals:
            return None
        text = text.replace(thousands, "")
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    minor = amount.scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value() or minor > 2**31 - 1:
        return None
    return int(minor)


def read_day(cell: str) -> date | None:
    """A day: 2026-01-15, 15/01/2026, 15 Jan 2026, 15 de janeiro de 2026. None where it is none."""
    text = without_accents(cell.strip().lower())
    if found := _ISO_DAY.match(text):
        year, month, day = found.groups()
    elif found := _PLAIN_DAY.match(text):
        day, month, year = found.groups()
    elif found := _NAMED_DAY.match(text):
        day, name, year = found.groups()
        month = str(_MONTHS.get(name, 0))
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_yes(cell: str) -> bool | None:
    """Yes or no in both languages; None where it is neither."""
    text = without_accents(cell.strip().lower())
    return True if text in _YES else False if text in _NO else None


def read_phone(cell: str) -> str | None:
    """The number with its country, as +5511912345678; None where it is none."""
    for region in PHONE_REGIONS:
        try:
            number = phonenumbers.parse(cell, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def _months() -> Iterator[tuple[str, int]]:
    for locale in ("en", "pt"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                yield without_accents(name.lower().rstrip(".")), number


_MONTHS = dict(_months())
