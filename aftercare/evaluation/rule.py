"""The rule that weighs tickets, and what it makes of the facts of one. It touches no database.

Points, from 0 to 100, are what a value counts; a weight, in percent, is what its criterion counts.
A score is the sum of both multiplied: hundredths of a point, from 0 to 10,000, without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

#: What a score counts in: a score of 7250 is shown as 72.5.
HUNDREDTHS = 100
HIGHEST_SCORE = 100 * HUNDREDTHS


class Criterion(StrEnum):
    FEATURE = "feature"
    IMPORTANCE = "importance"
    TIME = "time"
    PRICE = "price"


class Phase(StrEnum):
    """The time of a product's life in which it fails."""

    BEFORE_FIRST_USE = "before_first_use"
    EARLY_LIFE = "early_life"
    IN_WARRANTY = "in_warranty"
    AFTER_WARRANTY = "after_warranty"


class Band(StrEnum):
    """How soon a ticket wants somebody, the most urgent first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


#: The bands that begin at a score; below them all is the last one.
BANDS_FROM = (Band.URGENT, Band.HIGH, Band.NORMAL)

Points = Annotated[int, Field(ge=0, le=100)]
#: Points of the ratings 1, 2, 3, 4 and 5.
Ratings = tuple[Points, Points, Points, Points, Points]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PriceStep(_Part):
    """Prices from the step before, or 0, up to but without `below`; None: without an end."""

    below: int | None = Field(ge=1, description="minor units of the rule's currency")
    points: Points


class Rule(_Part):
    """What each value counts, what each criterion counts, and where the bands begin."""

    weights: dict[Criterion, Points]
    feature: Ratings
    importance: Ratings
    phases: dict[Phase, Points]
    early_life_days: int = Field(ge=0, le=3650)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    prices: tuple[PriceStep, ...] = Field(min_length=1, max_length=10)
    #: What counts where a ticket does not tell the value.
    unknown: dict[Criterion, Points]
    #: The least score, in points, of each band but the lowest.
    bands: dict[Band, Points]

    @field_validator("weights", "unknown", "phases", "bands")
    @classmethod
    def _complete[Key: StrEnum](
        cls, given: dict[Key, int], about: ValidationInfo
    ) -> dict[Key, int]:
        wanted: dict[str, tuple[StrEnum, ...]] = {
            "phases": tuple(Phase),
            "bands": BANDS_FROM,
        }
        keys = wanted.get(about.field_name or "", tuple(Criterion))
        if set(given) != set(keys):
            raise ValueError(f"needs exactly {', '.join(keys)}")
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        total = sum(self.weights.values())
        if total != 100:
            raise ValueError(f"the weights add up to {total} %, not to 100 %")
        limits = [step.below for step in self.prices]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError("the last price band, and no other, is without an end")
        if any(a >= b for a, b in pairwise(limit for limit in limits if limit is not None)):
            raise ValueError("each price band ends above the one before it")
        if any(self.bands[a] <= self.bands[b] for a, b in pairwise(BANDS_FROM)):
            raise ValueError("urgent begins above high, and high above normal")
        return self

    def band(self, score: int, *, danger: bool) -> Band:
        """Words of danger are urgent whatever the score."""
        if danger:
            return Band.URGENT
        for band in BANDS_FROM:
            if score >= self.bands[band] * HUNDREDTHS:
                return band
        return Band.LOW


@dataclass(frozen=True)
class Facts:
    """What a ticket tells about each criterion; None: it does not tell."""

    feature_rating: int | None = None
    importance: int | None = None
    unused: bool = False
    """Told to have failed before it was first used."""
    age_days: int | None = None
    """From the purchase to the day on which the ticket was opened."""
    covered: bool | None = None
    """Whether the warranty covered that day."""
    price_minor: int | None = None
    currency: str | None = None

    def phase(self, early_life_days: int) -> Phase | None:
        if self.unused:
            return Phase.BEFORE_FIRST_USE
        if self.age_days is None:
            return None
        if self.age_days <= early_life_days:
            return Phase.EARLY_LIFE
        if self.covered is None:
            return None
        return Phase.IN_WARRANTY if self.covered else Phase.AFTER_WARRANTY


@dataclass(frozen=True)
class Share:
    """What one criterion adds to the score."""

    criterion: Criterion
    known: bool
    points: int
    weight: int

    @property
    def added(self) -> int:
        """Hundredths of a point."""
        return self.points * self.weight


@dataclass(frozen=True)
class Evaluation:
    score: int
    band: Band
    shares: tuple[Share, ...]


def weigh(facts: Facts, rule: Rule, *, danger: bool = False) -> Evaluation:
    """What the rule makes of the facts; `danger`: the customer's words tell of it."""
    phase = facts.phase(rule.early_life_days)
    known: dict[Criterion, int | None] = {
        Criterion.FEATURE: _rated(facts.feature_rating, rule.feature),
        Criterion.IMPORTANCE: _rated(facts.importance, rule.importance),
        Criterion.TIME: None if phase is None else rule.phases[phase],
        Criterion.PRICE: _priced(facts, rule),
    }
    shares = tuple(
        Share(
            criterion,
            points is not None,
            rule.unknown[criterion] if points is None else points,
            rule.weights[criterion],
        )
        for criterion, points in known.items()
    )
    score = sum(share.added for share in shares)
    return Evaluation(score, rule.band(score, danger=danger), shares)


def precedence(score: int, *, danger: bool) -> int:
    """The order of work in one number: the smaller, the sooner; danger goes before everything."""
    return HIGHEST_SCORE - score + (0 if danger else HIGHEST_SCORE + 1)


def _rated(rating: int | None, points: Ratings) -> int | None:
    return None if rating is None else points[rating - 1]


def _priced(facts: Facts, rule: Rule) -> int | None:
    """Prices in another currency are not compared, so they count as unknown."""
    if facts.price_minor is None or facts.currency != rule.currency:
        return None
    return next(
        step.points for step in rule.prices if step.below is None or facts.price_minor < step.below
    )
