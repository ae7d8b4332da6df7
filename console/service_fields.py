"""The fields of the forms about a service's plan, as a template draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aftercare.catalogue.entries import LANGUAGES
from console.formats import language_name

Kind = Literal["text", "area", "number", "check", "select"]


@dataclass(frozen=True)
class Field:
    """One field with what stands in it. `value` of a check is "yes" or nothing."""

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    language: str = ""
    """Of the text that is written into it."""


@dataclass(frozen=True)
class Group:
    """Fields that belong together: a part of the plan, or one entry of a list in it."""

    title: str
    fields: tuple[Field, ...]
    hidden: tuple[tuple[str, str], ...] = ()
    new: bool = False
    """Whether it is an empty entry that can be filled to add one."""
    edit: str = ""
    """The key of the record that has a form of its own."""


def each_language(
    name: str, label: str, text: Mapping[str, Any], kind: Kind = "text", hint: str = ""
) -> tuple[Field, ...]:
    """A field for each language of a text."""
    return tuple(
        Field(
            f"{name}.{language}",
            f"{label}, {language_name(language)}",
            kind,
            str(text.get(language) or ""),
            hint,
            language=language,
        )
        for language in LANGUAGES
    )


def lines(words: Any) -> str:
    """Words as they stand in a field with one a line."""
    return "\n".join(words or ())


def checked(yes: Any) -> str:
    return "yes" if yes else ""


def place_and_remove(row: int, place: str | None = None, *, new: bool = False) -> tuple[Field, ...]:
    """The fields by which an entry is moved and taken out."""
    moved = Field(f"{row}.place", "Place in the list", "number", place or str(row + 1))
    return (moved,) if new else (moved, Field(f"{row}.remove", "Remove it", "check"))
