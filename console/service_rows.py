"""Reads forms that change a list: entries that are changed, moved, taken out and added."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from aftercare.accents import without_accents
from aftercare.catalogue.entries import LANGUAGES

#: More entries than any form has.
_MOST_ROWS = 60
_LONGEST_KEY = 60
_ROW = re.compile(r"^(\d{1,3})\.")


def read_rows(
    form: Mapping[str, str],
    entry: Callable[[int, Mapping[str, Any]], dict[str, Any]],
    before: Sequence[Mapping[str, Any]] = (),
    *,
    text: str = "",
    taken: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The list that a form makes.

    `entry` makes one of a row and of the entry that stood there. With `text` entries have ids: a
    new one is named after its text, unlike every other and unlike those in `taken`.
    """
    known = {str(one["id"]): one for one in before if "id" in one}
    found = []
    for row in _rows_of(form):
        id = form.get(f"{row}.id", "")
        was = known.get(id, {})
        if form.get(f"{row}.remove") == "yes":
            continue
        made = entry(row, was)
        if not was and not _is_filled(made[text] if text else made):
            continue
        found.append((_place(form, row), made))
    found.sort(key=lambda one: one[0])
    used = {*known, *taken}
    for _, made in found:
        if text and "id" not in made:
            made["id"] = new_key(made[text], used)
            used.add(made["id"])
    return [made for _, made in found]


def read_text(form: Mapping[str, str], name: str) -> dict[str, str]:
    """A text in every language."""
    return {language: form.get(f"{name}.{language}", "").strip() for language in LANGUAGES}


def split_lines(text: str, between: str = "\n") -> list[str]:
    """The words of a field with one a line, each once."""
    return list(dict.fromkeys(word for one in text.split(between) if (word := one.strip())))


def new_key(text: Mapping[str, str], taken: Collection[str]) -> str:
    """A key made of a text's words, unlike those that are taken."""
    words = next((text[language] for language in LANGUAGES if text[language]), "")
    key = re.sub(r"[^a-z0-9]+", "_", without_accents(words.casefold())).strip("_")
    key = key[: _LONGEST_KEY - 4].strip("_") or "entry"
    if key not in taken:
        return key
    return next(f"{key}_{n}" for n in range(2, len(taken) + 3) if f"{key}_{n}" not in taken)


def _rows_of(form: Mapping[str, str]) -> list[int]:
    rows = {int(found[1]) for name in form if (found := _ROW.match(name))}
    return sorted(rows)[:_MOST_ROWS]


def _place(form: Mapping[str, str], row: int) -> tuple[int, int, int]:
    """Where a row is to stand; one that is moved up goes before the one that stands there."""
    present = row + 1
    try:
        wanted = int(form.get(f"{row}.place", ""))
    except ValueError:
        wanted = present
    return wanted, (wanted > present) - (wanted < present), row


def _is_filled(text: Mapping[str, Any]) -> bool:
    return any(text.values())
