"""The names of terms, lengths and beginnings in the customer's language, to fill responses with."""

from __future__ import annotations

from typing import Literal

from babel.lists import format_list
from babel.units import format_unit

from aftercare.warranty import Begins, Cover, Rules, Term, TermKind
from aftercare.wording import show_date

_LOCALES = {"en": "en_GB", "pt": "pt_BR"}
#: Portuguese has no longer pattern, because its short one is written out.
_WRITTEN_OUT: dict[str, Literal["short", "long"]] = {"en": "long", "pt": "short"}
_KINDS = {
    TermKind.STATUTORY: {"en": "legal warranty", "pt": "garantia legal"},
    TermKind.COMMERCIAL: {"en": "manufacturer's warranty", "pt": "garantia do fabricante"},
}
_BEGINNINGS = {
    Begins.PURCHASE: {"en": "purchase", "pt": "compra"},
    Begins.DELIVERY: {"en": "delivery", "pt": "entrega"},
    Begins.INSTALLATION: {"en": "installation", "pt": "instalação"},
}
#: So many months and more are told in years where they are whole ones.
_MONTHS_TOLD_AS_YEARS = 36


def term_name(term: Term, language: str) -> str:
    """What the term is called."""
    return term.name.get(language) or _KINDS[term.kind][language]


def show_length(term: Term, language: str) -> str:
    """How long it lasts by itself: "24 months", "90 days"."""
    years = term.months // 12 if term.months >= _MONTHS_TOLD_AS_YEARS else 0
    months = term.months - 12 * years
    pieces = (("year", years), ("month", months), ("day", term.days))
    told = [_count(number, unit, language) for unit, number in pieces if number]
    return format_list(told, locale=_LOCALES[language])


def show_days(days: int, language: str) -> str:
    """A number of days in words."""
    return _count(days, "day", language)


def show_beginning(begins: Begins, language: str) -> str:
    """With what a term begins, in one word."""
    return _BEGINNINGS[begins][language]


def cover_values(cover: Cover, language: str) -> dict[str, str]:
    """The values that tell a term with its days."""
    return {
        "term": term_name(cover.term, language),
        "length": show_length(cover.term, language),
        "begin": show_beginning(cover.begun_with, language),
        "begun": show_date(cover.begun, language),
        "until": show_date(cover.until, language),
    }


def show_terms(rules: Rules, names: dict[str, str], language: str) -> str:
    """All terms, one a line; `names` are those of the parts that some are for."""
    lines = []
    for term in rules.terms:
        from_ = {"en": "from the", "pt": "a partir da"}[language]
        line = (
            f"{term_name(term, language)}: {show_length(term, language)} "
            f"{from_} {show_beginning(term.begins, language)}"
        )
        if term.parts:
            line += f" ({', '.join(names.get(part, part) for part in sorted(term.parts))})"
        lines.append(f"– {line}")
    return "\n".join(lines)


def _count(number: int, unit: str, language: str) -> str:
    length = _WRITTEN_OUT[language]
    return str(format_unit(number, f"duration-{unit}", length, locale=_LOCALES[language]))
