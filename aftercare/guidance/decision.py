"""Decides what becomes of a question: a quotation, two or three headings to choose from, or none.

How likely a section answers is read from its signs by a logistic formula, whose coefficients
`make calibrate-guidance` learns from the project's own questions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from aftercare.guidance.index import Hit

CALIBRATION = Path(__file__).with_name("calibration.yml")
#: What each outcome costs a customer, beside a right quotation. A wrong one is read in vain, a
#: choice is one more turn; an admission that the manual does not tell, where the choice would have
#: had it, ends in a ticket.
WRONG_QUOTATION = 1.75
LIST_WITH_IT, LIST_WITHOUT_IT = 0.5, 1.5
WRONG_ADMISSION = 3.0
#: Two sections are the question where the third scores less than this share of the second.
_FAR_BEHIND = 0.8
_MOST_OFFERED = 3
#: A heading is nearly the question, and others are less than this share as near to it.
_IS_THE_QUESTION, _FAR_FROM_NEAREST = 0.6, 0.5
_WIDEST_GAP, _MOST_STRENGTH = 0.5, 2.0


class Outcome(StrEnum):
    ANSWER = "answer"
    #: Two functions could be meant, and the customer says which.
    NARROW = "narrow"
    LIST = "list"
    #: The manual does not tell.
    NONE = "none"


@dataclass(frozen=True)
class Decision:
    outcome: Outcome
    hits: tuple[Hit, ...] = ()
    """What is quoted or offered, the likeliest first."""
    first: float = 0.0
    """How likely the first section answers, from 0 to 1."""
    among_three: float = 0.0
    """How likely one of the first three does."""


def decide(hits: Sequence[Hit]) -> Decision:
    """What costs least to expect, for the sections that a search has found, the best first."""
    if not hits:
        return Decision(Outcome.NONE)
    seen = features(hits)
    first = _likelihood(seen, "first")
    among_three = max(first, _likelihood(seen, "among_three"))
    costs = {
        Outcome.ANSWER: (1 - first) * WRONG_QUOTATION,
        Outcome.LIST: among_three * LIST_WITH_IT + (1 - among_three) * LIST_WITHOUT_IT,
        Outcome.NONE: among_three * WRONG_ADMISSION,
    }
    outcome = min(costs, key=lambda one: costs[one])
    offered = {Outcome.ANSWER: 1, Outcome.LIST: _MOST_OFFERED, Outcome.NONE: 0}[outcome]
    chosen = list(hits[:offered])
    if outcome is Outcome.LIST:
        chosen = chosen[:2] if _two_stand_out(hits) else _with_near_headings(chosen)
        outcome = Outcome.NARROW if len(chosen) == 2 else outcome
    return Decision(outcome, tuple(chosen), first, among_three)


def features(hits: Sequence[Hit]) -> dict[str, float]:
    """The numbers that the formula weighs; there is at least one hit."""
    signs = hits[0].signs
    gap = (hits[0].score - hits[1].score) / hits[0].score if len(hits) > 1 else 1.0
    return {
        "code": signs.code,
        "coverage": signs.coverage,
        "elsewhere": signs.elsewhere,
        # How much was found, not how long the question is.
        "found": signs.coverage * math.log1p(signs.words),
        # A section that is found alone is found by little.
        "gap": min(gap, _WIDEST_GAP),
        "heading": signs.heading,
        "shop": signs.shop,
        "strength": min(signs.strength, _MOST_STRENGTH),
    }


def _likelihood(seen: Mapping[str, float], of: str) -> float:
    weights = calibration()[of]
    total = weights["constant"] + sum(weights[name] * value for name, value in seen.items())
    return 1 / (1 + math.exp(-total))


def _two_stand_out(hits: Sequence[Hit]) -> bool:
    return len(hits) == 2 or (len(hits) > 2 and hits[2].score < _FAR_BEHIND * hits[1].score)


def _with_near_headings(hits: list[Hit]) -> list[Hit]:
    """Those whose headings are the question, where two or more are: no others are worth reading."""
    nearest = max(hit.signs.heading for hit in hits)
    near = [hit for hit in hits if hit.signs.heading >= nearest * _FAR_FROM_NEAREST]
    return near if nearest >= _IS_THE_QUESTION and len(near) > 1 else hits


@cache
def calibration() -> dict[str, dict[str, float]]:
    """The coefficients, by what they tell the likelihood of."""
    read: dict[str, dict[str, float]] = yaml.safe_load(CALIBRATION.read_text(encoding="utf-8"))
    return read
