"""What a product's file says of its serial numbers and its warranty, and the file of recalls."""

from __future__ import annotations

import re
from datetime import date
from typing import Self

from pydantic import Field, field_validator, model_validator

from aftercare.catalogue.entries import Entry, Key, Text
from aftercare.serials import SerialCheck, Week, check_fits, normalise
from aftercare.warranty import Begins, TermKind


class Serial(Entry):
    """`pattern` may have the groups `year` and `week` (of making) and `checked` (see `check`)."""

    pattern: str
    example: str
    check: SerialCheck = SerialCheck.NONE

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _example_is_right(self) -> Self:
        if not check_fits(self.example, self.pattern, self.check):
            raise ValueError(f"the example '{self.example}' has wrong check digits ({self.check})")
        return self


class TermFile(Entry):
    id: Key
    kind: TermKind
    #: Left out: as its kind is called.
    name: Text | None = None
    months: int = Field(ge=0, le=600, default=0)
    days: int = Field(ge=0, le=3660, default=0)
    begins: Begins = Begins.PURCHASE
    within_days: int | None = Field(ge=0, le=3660, default=None)
    #: Parts and features that it is for; empty: the whole product.
    parts: tuple[Key, ...] = ()
    #: Services whose time with the desk is added to the term.
    extended_by: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not self.months and not self.days:
            raise ValueError(f"the term '{self.id}' lasts no day: give it months or days")
        if self.within_days is not None and self.begins is Begins.PURCHASE:
            raise ValueError(f"the term '{self.id}' begins with the purchase: no within_days")
        return self


class WarrantyFile(Entry):
    terms: tuple[TermFile, ...] = Field(min_length=1)
    #: Parts and features that wear by use: only the law covers those.
    wear_parts: tuple[Key, ...] = ()
    #: What is not covered, as customers are told.
    exclusions: Text | None = None

    @property
    def months(self) -> int:
        """The longest commercial term of the whole product."""
        whole = (t.months for t in self.terms if t.kind is TermKind.COMMERCIAL and not t.parts)
        return max(whole, default=0)

    @property
    def pieces(self) -> set[str]:
        """The parts and features that the rules name."""
        return {*self.wear_parts, *(part for term in self.terms for part in term.parts)}


class SerialRange(Entry):
    """From one serial number to another, both included; both are written with as many signs."""

    first: str
    last: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (normalise(self.first), normalise(self.last)) != (self.first, self.last):
            raise ValueError(f"write {self.first} to {self.last} in capitals, without dashes")
        if len(self.first) != len(self.last) or self.first > self.last:
            raise ValueError(f"{self.first} to {self.last} is no range of serial numbers")
        return self


class WeekRange(Entry):
    """From one week of making to another, both included, like 2025-W14."""

    first: str
    last: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if Week.read(self.first) > Week.read(self.last):
            raise ValueError(f"{self.first} to {self.last} is no range of weeks")
        return self


class RecallFile(Entry):
    """Products that are called back; whoever owns one is told what to do."""

    id: Key
    product: Key
    published_on: date
    serials: tuple[SerialRange, ...] = ()
    made: tuple[WeekRange, ...] = ()
    hazard: Text
    #: What to do for safety at once.
    instructions: Text

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not self.serials and not self.made:
            raise ValueError(f"the recall '{self.id}' names no serial numbers and no weeks")
        return self
