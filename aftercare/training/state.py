"""Where a training stands between two messages; kept by the bot as one JSON value."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Asking(StrEnum):
    """What the next message answers."""

    PRODUCT = "product"
    KIND = "kind"
    LESSON = "lesson"
    RESUME = "resume"  # whether to go on with a training that was left
    CODE = "code"
    PROOF = "proof"  # the e-mail address given at the pause
    STEP = "step"
    CHECK = "check"
    EMAIL = "email"  # at a pause, to go on elsewhere


def key_of(turn_id: str) -> str:
    """The identity of the training that a turn of the bot begins."""
    return hashlib.sha256(f"training:{turn_id}".encode()).hexdigest()[:32]


@dataclass
class TrainingState:
    """`step` is the one that is shown and `question` the one that is asked; both count from 0."""

    asking: str
    product: str | None = None
    category: str | None = None
    """A kind of product that was named while several models of it exist."""
    wanted: str = ""
    """What the customer wants to learn, in their own words, until the lesson is known."""
    kind: str | None = None
    lesson: str | None = None
    step: int = 0
    question: int = 0
    found: str | None = None
    """The key of a training that could be gone on with."""
    code: str = ""
    """The code that the customer told and has not proved yet."""
    trouble: str = ""
    """The customer's words for what they are stuck at."""
    refusals: int = 0
    key: str = field(default_factory=lambda: secrets.token_hex(8))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TrainingState:
        """What a newer or older version of the program kept beside is left out."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: held for name, held in value.items() if name in names})
