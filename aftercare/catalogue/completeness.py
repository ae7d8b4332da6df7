"""Finds what a service's plan lacks: what the bot can do without, and the service cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.checking import read_plan
from aftercare.catalogue.entries import LANGUAGES, Language
from aftercare.catalogue.service_files import ServiceFile, Wording
from aftercare.staff.roles import Role
from aftercare.tables.catalogue import PlanStatus, Service, ServiceVersion
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team

#: The role of steps that the desk does by itself.
BOT = "bot"
#: Roles of procedures that staff have by what they may do in the console; others need a team.
_BY_STAFF_ROLE: dict[Role, frozenset[str]] = {
    Role.AGENT: frozenset({"agent", "support"}),
    Role.MANAGER: frozenset({"manager", "support"}),
    Role.ADMIN: frozenset({"admin", "manager", "support"}),
}


class GapKind(StrEnum):
    REQUIREMENT = "requirement"
    KEYWORD = "keyword"
    PROCEDURE = "procedure"
    RECORD = "record"
    RESOURCE = "resource"
    CHANNEL = "channel"
    MEASURE = "measure"
    TEXT = "text"
    ROLE = "role"


@dataclass(frozen=True)
class Gap:
    """Something that a plan lacks."""

    kind: GapKind
    part: str = ""
    """The part of the plan with a missing text (a field of ServiceFile), or the role."""
    key: str = ""
    """Which of the part's entries; empty where there is one only."""
    language: Language | None = None
    """The language in which it is missing; None where that does not matter."""


def gaps_of(plan: ServiceFile, roles: frozenset[str]) -> list[Gap]:
    """All that a plan lacks; `roles` are those of procedures that somebody has (`roles_held`)."""
    empty = {
        GapKind.REQUIREMENT: plan.requirements,
        GapKind.PROCEDURE: plan.procedure,
        GapKind.RECORD: plan.records,
        GapKind.RESOURCE: plan.resources,
        GapKind.CHANNEL: plan.channels,
        GapKind.MEASURE: plan.measure,
    }
    gaps = [Gap(kind) for kind, part in empty.items() if not part]
    gaps += [
        Gap(GapKind.KEYWORD, language=language)
        for language in LANGUAGES
        if not getattr(plan.keywords, language)
    ]
    gaps += [
        Gap(GapKind.TEXT, part, key, language)
        for part, key, text in _texts(plan)
        for language in LANGUAGES
        if not getattr(text, language).strip()
    ]
    lacking = dict.fromkeys(step.role for step in plan.procedure if step.role not in roles)
    return [*gaps, *(Gap(GapKind.ROLE, role) for role in lacking)]


def roles_held(session: Session) -> frozenset[str]:
    """The roles of procedures that somebody has: the bot, staff by their role, teams by theirs."""
    present = session.scalars(select(Staff.role).where(Staff.active).distinct())
    by_staff = (_BY_STAFF_ROLE.get(Role(role), frozenset()) for role in present)
    teams = session.scalars(
        select(Team.role).where(Team.active, Team.role.is_not(None), Team.members.any(Staff.active))
    )
    return frozenset({BOT}).union(*by_staff, (role for role in teams if role))


def count_services_with_gaps(session: Session) -> int:
    """How many services of the catalogue lack something in the version that is in force."""
    roles = roles_held(session)
    plans = session.scalars(
        select(ServiceVersion.plan)
        .join(Service, Service.id == ServiceVersion.service_id)
        .where(Service.active, ServiceVersion.status == PlanStatus.CURRENT)
    )
    return sum(bool(gaps_of(read_plan(plan), roles)) for plan in plans)


def _texts(plan: ServiceFile) -> Iterator[tuple[str, str, Wording]]:
    """Every text that a plan should have, with its part and entry."""
    yield "name", "", plan.name
    yield "wish", "", plan.wish
    if plan.opening.en.strip() or plan.opening.pt.strip():
        yield "opening", "", plan.opening  # some services begin without one
    for number, requirement in enumerate(plan.requirements, start=1):
        yield "requirements", str(number), requirement
    for step in plan.procedure:
        yield "procedure", step.id, step.text
    for record in plan.records:
        yield "records", record.field, record.label
        yield "records", record.field, record.ask
        for choice in record.choices:
            yield "records", f"{record.field}/{choice.id}", choice.name
    for resource in plan.resources:
        yield "resources", resource.id, resource.name
    if plan.measure:
        yield "measure", "", plan.measure.name
        yield "measure", "", plan.measure.definition
