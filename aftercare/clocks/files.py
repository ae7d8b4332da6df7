"""Regions and targets as company.yml and the files of services tell them. No database here."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from aftercare.catalogue.business_hours import BusinessHours
from aftercare.catalogue.entries import Entry, Key, Text

_DURATION = re.compile(r"(?=\d)(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,4})m)?")
#: A target that a service does not have although the company has one.
NONE: Literal["none"] = "none"


def read_duration(text: object) -> int:
    """The minutes of a text like 30m, 4h or 1h30m. Raises ValueError for any other."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0) if found else 0
    if minutes == 0:
        raise ValueError(f"write a duration like 30m, 4h or 1h30m, not '{text}'")
    return minutes


def write_duration(minutes: int) -> str:
    """The text that `read_duration` reads as so many minutes."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest else "")


#: Minutes, written like 4h.
Duration = Annotated[int, BeforeValidator(read_duration), PlainSerializer(write_duration)]


class TargetFile(Entry):
    """Within what time a ticket is answered first and solved; None: as the company says."""

    response: Literal["none"] | Duration | None = None
    solution: Literal["none"] | Duration | None = None


class TargetsFile(Entry):
    """Targets in working time by priority; those of danger run around the clock."""

    urgent: TargetFile = TargetFile()
    high: TargetFile = TargetFile()
    normal: TargetFile = TargetFile()
    low: TargetFile = TargetFile()
    danger: TargetFile = TargetFile()


class ClocksFile(Entry):
    """The company's own targets, and what happens when one comes near or is missed."""

    targets: TargetsFile = TargetsFile()
    warn_at_percent: int = Field(default=75, ge=1, le=99)
    #: The role of the team that gets a ticket when a target is missed; None: its team keeps it.
    escalate_to: Key | None = None


class RegionFile(Entry):
    """A place with business hours of its own, and how customers' addresses tell of it."""

    id: Key
    name: Text
    business_hours: BusinessHours
    #: Beginnings of postal codes, digits only.
    postcodes: tuple[Annotated[str, Field(pattern=r"^\d{1,8}$")], ...] = ()


class ClockPlanFile(Entry):
    """All that clocks need of company.yml."""

    business_hours: BusinessHours
    regions: tuple[RegionFile, ...] = ()
    clocks: ClocksFile = ClocksFile()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        ids = [region.id for region in self.regions]
        codes = [code for region in self.regions for code in region.postcodes]
        for what, listed in (("region", ids), ("postcode of a region", codes)):
            if len(set(listed)) < len(listed):
                raise ValueError(f"a {what} stands there twice")
        targets = (getattr(self.clocks.targets, band) for band in TargetsFile.model_fields)
        if any(target != TargetFile() for target in targets):
            for hours in (self.business_hours, *(one.business_hours for one in self.regions)):
                if not any(hours.week.values()):
                    raise ValueError("targets need business hours, and a week here has none")
        return self
