"""What catalogue/complaints.yml says: scale of severity, causes, times, and who else can help."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from aftercare.catalogue.entries import Entry, Key, Text, Words
from aftercare.clocks.files import Duration
from aftercare.errors import CatalogueError
from aftercare.tables.complaints import Offer, Severity

FILE_NAME = "complaints.yml"
#: Two letters of ISO 3166.
_Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class AmountsFile(Entry):
    """From what amount a complaint is of that severity, in minor units of one currency."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    medium: int = Field(ge=1)
    high: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high < self.medium:
            raise ValueError(f"the high amount of {self.currency} is below the medium one")
        return self


class CountsFile(Entry):
    """From how many on a complaint is of that severity."""

    medium: int = Field(ge=1)
    high: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high < self.medium:
            raise ValueError("the high count is below the medium one")
        return self


class ScaleFile(Entry):
    """By what the rule proposes a severity; danger is always critical."""

    #: What each severity means, for the staff who decide.
    means: dict[Severity, Text] = Field(default_factory=dict)
    amounts: tuple[AmountsFile, ...] = ()
    #: Earlier complaints of the customer within twelve months.
    repeated: CountsFile = CountsFile(medium=1, high=3)
    #: Complaints of others about the same fault of the same product within 90 days.
    others: CountsFile = CountsFile(medium=2, high=5)
    #: Consumer bodies, courts and the press in the customer's words: high.
    outside_words: Words = Words()


class CauseFile(Entry):
    id: Key
    name: Text


class BodyFile(Entry):
    """Who helps customers when nothing more is proposed, in the countries that it is for."""

    id: Key
    countries: tuple[_Country, ...] = Field(min_length=1)
    name: Text
    what: Text
    address: str = Field(pattern=r"^https://\S+$")


class ComplaintsFile(Entry):
    #: Whose outside bodies are told; None: where the company keeps its public holidays.
    country: _Country | None = None
    #: Business hours until a customer hears a proposal, from the receipt or from contesting one.
    proposal_within: Duration = 50 * 60
    #: So many days a proposal is valid where staff say nothing else, and so many before the end
    #: the customer is reminded.
    valid_days: int = Field(default=14, ge=2, le=180)
    remind_days: int = Field(default=3, ge=1, le=30)
    scale: ScaleFile = ScaleFile()
    causes: tuple[CauseFile, ...] = ()
    #: The step that an accepted proposal puts on the ticket.
    follow: dict[Offer, Text] = Field(default_factory=dict)
    bodies: tuple[BodyFile, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _once("cause", (one.id for one in self.causes))
        _once("body", (one.id for one in self.bodies))
        _once("currency of an amount", (one.currency for one in self.scale.amounts))
        if self.remind_days >= self.valid_days:
            raise ValueError("the reminder would come before the proposal")
        return self


def read_complaints(folder: Path) -> ComplaintsFile:
    """The file of a catalogue's folder; without one the defaults count.

    Raises CatalogueError, naming the file and what is wrong.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return ComplaintsFile()
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return ComplaintsFile.model_validate(content or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def _once(what: str, keys: Iterable[str]) -> None:
    listed = list(keys)
    if len(set(listed)) < len(listed):
        raise ValueError(f"a {what} stands there twice")
