"""What the entries of all catalogue files share: keys, and texts and words per language."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "pt"]
LANGUAGES: tuple[Language, ...] = ("en", "pt")

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]


class Entry(BaseModel):
    """An entry of a catalogue file: what it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Entry):
    """A text in every language of the company."""

    en: str
    pt: str


class Words(Entry):
    """Words and phrases of customers, per language."""

    en: tuple[str, ...] = ()
    pt: tuple[str, ...] = ()
