"""What a visit for a service takes, as the service's file tells it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

#: Appointments begin and last in whole quarters of an hour, because those are what is booked.
GRID_MINUTES = 15


class OfferedWhen(StrEnum):
    AFTER_OPENING = "after_opening"  # the chat offers times as soon as the ticket is opened
    BY_STAFF = "by_staff"  # staff see first whether a visit is needed


class VisitNeeds(BaseModel):
    """`minutes` of work, without the way; `skills` besides that of the product's category."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minutes: int = Field(ge=GRID_MINUTES, le=8 * 60, multiple_of=GRID_MINUTES)
    skills: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)], ...] = (
        Field(min_length=1)
    )
    offer: OfferedWhen = OfferedWhen.AFTER_OPENING


def needs_of(stored: Mapping[str, Any] | None) -> VisitNeeds | None:
    """The needs as the table of services keeps them; None where nobody is visited."""
    return VisitNeeds.model_validate(stored) if stored else None
