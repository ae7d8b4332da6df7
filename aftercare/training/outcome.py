"""What a message to the trainer led to."""

from __future__ import annotations

from dataclasses import dataclass

from aftercare.intake.understood import Understood
from aftercare.replies import Reply


@dataclass(frozen=True)
class Outcome:
    """`wish` is another service that the customer goes over to, `told` what was done so far."""

    replies: list[Reply]
    digression: bool = False
    wish: Understood | None = None
    told: str = ""
