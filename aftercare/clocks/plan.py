"""The plan by which clocks run: whose business hours, and which targets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from aftercare.clocks.files import NONE, ClockPlanFile, TargetFile, TargetsFile
from aftercare.evaluation.rule import Band
from aftercare.hours import Hours
from aftercare.postcodes import postcodes_in
from aftercare.tables.clocks import ClockKind, ClockPlan

#: Hours of what does not wait for anybody to come to work.
AROUND_THE_CLOCK = Hours(ZoneInfo("UTC"), {day: ((time(), time()),) for day in range(1, 8)})

_ONLY_ROW = 1


@dataclass(frozen=True)
class Target:
    minutes: int
    around_the_clock: bool


@dataclass(frozen=True)
class Plan:
    file: ClockPlanFile

    @cached_property
    def _hours(self) -> dict[str, Hours]:
        return {region.id: Hours.of(region.business_hours) for region in self.file.regions}

    @cached_property
    def _company_hours(self) -> Hours:
        return Hours.of(self.file.business_hours)

    @property
    def warn_at_percent(self) -> int:
        return self.file.clocks.warn_at_percent

    @property
    def escalate_to(self) -> str | None:
        return self.file.clocks.escalate_to

    def hours_of(self, region: str | None) -> Hours:
        """The business hours of a region; the company's for none and for one that is gone."""
        return self._hours.get(region or "", self._company_hours)

    def has_region(self, region: str) -> bool:
        return region in self._hours

    def region_at(self, address: str) -> str | None:
        """The region in whose postal codes the address lies; the longest beginning decides."""
        written = postcodes_in(address)
        fitting = [
            (len(code), region.id)
            for region in self.file.regions
            for code in region.postcodes
            if any(digits.startswith(code) for digits in written)
        ]
        return max(fitting)[1] if fitting else None

    def target(
        self, kind: ClockKind, band: str | None, danger: bool, of_service: Mapping[str, Any]
    ) -> Target | None:
        """What a ticket is promised; None where neither its service nor the company says so.

        A ticket that tells of danger has the targets of danger where there are any.
        """
        service = TargetsFile.model_validate(of_service)
        if danger and (minutes := self._minutes(kind, "danger", service)):
            return Target(minutes, around_the_clock=True)
        minutes = self._minutes(kind, band or Band.NORMAL, service)
        return Target(minutes, around_the_clock=False) if minutes else None

    def _minutes(self, kind: ClockKind, name: str, service: TargetsFile) -> int | None:
        for targets in (service, self.file.clocks.targets):
            target: TargetFile = getattr(targets, name)
            said: int | str | None = getattr(target, kind)
            if said == NONE:
                return None
            if isinstance(said, int):
                return said
        return None


def put_plan(session: Session, file: ClockPlanFile) -> None:
    """Keep the plan in the database, where every process reads it."""
    session.merge(ClockPlan(id=_ONLY_ROW, plan=file.model_dump(mode="json")))


def read_plan(session: Session) -> Plan | None:
    """The plan in force; None where no catalogue was loaded yet."""
    row = session.get(ClockPlan, _ONLY_ROW)
    return _parsed(json.dumps(row.plan, sort_keys=True)) if row else None


@lru_cache(maxsize=8)
def _parsed(plan: str) -> Plan:
    return Plan(ClockPlanFile.model_validate(json.loads(plan)))
