"""Keeps the versions of each service's plan: one is in force, one may be in work, none is lost.

A version comes from the service's file, when that was changed, or from the console. A file that is
as it was when it was applied last never takes back what was edited since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from aftercare.catalogue.checking import check_plan, read_plan
from aftercare.catalogue.service_files import ServiceFile
from aftercare.catalogue.services import fill_service, tell_of_change
from aftercare.errors import NotFound, StaleEdit
from aftercare.tables.catalogue import PlanSource, PlanStatus, Service, ServiceVersion
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket

#: Who wrote a version that came from a file.
FILE = "Catalogue file"


@dataclass(frozen=True)
class PlanVersion:
    """A plan with who wrote it, when and why. `stored` may hold more than this program knows."""

    service_id: str
    version: int
    status: PlanStatus
    source: PlanSource
    plan: ServiceFile
    stored: Mapping[str, Any]
    based_on: int
    note: str
    author: str
    changed_at: datetime
    in_force_at: datetime | None
    in_force_by: str | None


def current_plan(session: Session, service_id: str) -> PlanVersion:
    """The version that is in force. Raises NotFound."""
    return _read_found(session.scalar(_of_status(service_id, PlanStatus.CURRENT)), service_id)


def draft_plan(session: Session, service_id: str) -> PlanVersion | None:
    """The version in work."""
    found = session.scalar(_of_status(service_id, PlanStatus.DRAFT))
    return _read(found) if found else None


def plan_of_version(session: Session, service_id: str, version: int) -> PlanVersion:
    """Raises NotFound."""
    return _read_found(_find(session, service_id, version), service_id)


def plan_of_ticket(session: Session, ticket: Ticket) -> ServiceFile | None:
    """The plan that a ticket began with; None: it was opened before plans had versions."""
    if not ticket.service_version:
        return None
    return plan_of_version(session, ticket.service_id, ticket.service_version).plan


def all_versions(session: Session, service_id: str) -> list[PlanVersion]:
    """Every version, the newest first."""
    found = session.scalars(
        select(ServiceVersion)
        .where(ServiceVersion.service_id == service_id)
        .order_by(ServiceVersion.version.desc())
    )
    return [_read(row) for row in found]


def apply_file(
    session: Session, plan: ServiceFile, *, position: int, digest: str, now: datetime
) -> None:
    """Take over a service's file where it was changed since it was applied last.

    The tables of the service are filled anew in any case: what its choices name may have changed.
    """
    row = session.get(Service, plan.id, with_for_update=True) or Service(id=plan.id, version=0)
    row.position, row.active = position, True
    current = session.scalar(_of_status(plan.id, PlanStatus.CURRENT))
    if current and row.file_digest == digest:
        fill_service(session, row, read_plan(current.plan))
        return
    row.file_digest = digest
    fill_service(session, row, plan)
    stored = plan.model_dump(mode="json")
    if current and current.plan == stored:
        return
    note = f"{plan.id}.yml was changed." if current else ""
    if current and current.source == PlanSource.CONSOLE:
        note = f"{plan.id}.yml was changed; it replaces version {current.version} of the console."
    version = _make_room(session, plan.id)
    made = _new(plan.id, version, PlanSource.FILE, stored, note, FILE, now)
    made.based_on = current.version if current else 0
    _put(session, row, made)


def save_draft(
    session: Session,
    service_id: str,
    stored: Mapping[str, Any],
    *,
    seen: str,
    note: str | None = None,
    staff: Staff,
    now: datetime,
) -> PlanVersion:
    """Change the version in work, or begin one on the version in force.

    `seen` is the `mark` of what was looked at. Raises StaleEdit where that is not the newest any
    more, NotFound, and PlanRefused for a plan that the bot cannot follow.
    """
    checked = check_plan(session, stored).model_dump(mode="json")
    _hold(session, service_id)
    row = session.scalar(_of_status(service_id, PlanStatus.DRAFT))
    current = session.scalar(_of_status(service_id, PlanStatus.CURRENT))
    if current is None:
        raise NotFound(f"no plan of {service_id}")
    if mark(_read(row or current)) != seen:
        raise StaleEdit("somebody has changed the plan since")
    if row is None:
        version = _newest(session, service_id) + 1
        row = _new(service_id, version, PlanSource.CONSOLE, {}, "", staff.name, now)
        row.based_on = current.version
        row.in_force_at = row.in_force_by = None
        session.add(row)
    row.plan = {**stored, **checked}
    row.note = row.note if note is None else note
    row.author, row.staff_id, row.changed_at = staff.name, staff.id, now
    session.flush()
    return _read(row)


def drop_draft(session: Session, service_id: str) -> None:
    """Forget the version in work, if there is one."""
    row = session.scalar(_of_status(service_id, PlanStatus.DRAFT))
    if row:
        session.delete(row)
        session.flush()


def put_in_force(
    session: Session, service_id: str, *, seen: str, note: str, staff: Staff, now: datetime
) -> PlanVersion:
    """Let the version in work be what the bot asks and new tickets begin with, from now on.

    Raises StaleEdit where the draft is not the one that was looked at, or another version has come
    into force meanwhile (`seen` is the `mark` of both, see `mark_to_put`).
    """
    service = _hold(session, service_id)
    row = session.scalar(_of_status(service_id, PlanStatus.DRAFT))
    current = session.scalar(_of_status(service_id, PlanStatus.CURRENT))
    if row is None or current is None or seen != mark_to_put(_read(row), _read(current)):
        raise StaleEdit("the draft or the version in force is not the one that was looked at")
    row.note = note
    row.in_force_by = staff.name
    row.in_force_at = now
    _put(session, service, row)
    fill_service(session, service, read_plan(row.plan))
    return _read(row)


def put_again(
    session: Session, service_id: str, version: int, *, seen: int, staff: Staff, now: datetime
) -> PlanVersion:
    """Bring a past version back into force, as a new version that says so.

    `seen` is the version that was in force when this was decided. Raises StaleEdit, NotFound.
    """
    service = _hold(session, service_id)
    if service.version != seen:
        raise StaleEdit("another version has come into force since")
    past = plan_of_version(session, service_id, version)
    if past.status is not PlanStatus.PAST:
        raise NotFound(f"version {version} is no past one")
    number = _make_room(session, service_id)
    note = f"Version {version} again."
    row = _new(service_id, number, PlanSource.CONSOLE, past.stored, note, staff.name, now)
    row.staff_id = staff.id
    row.based_on = version
    _put(session, service, row)
    fill_service(session, service, past.plan)
    return _read(row)


def mark(version: PlanVersion) -> str:
    """Tells a state of a version from every other, for forms that change it."""
    return f"{version.version}/{version.changed_at.isoformat()}"


def mark_to_put(draft: PlanVersion, current: PlanVersion) -> str:
    """Tells the pair of a draft and the version that it would replace."""
    return f"{mark(draft)}/{current.version}"


def _hold(session: Session, service_id: str) -> Service:
    """The service, held against others who change its plan. Raises NotFound."""
    service = session.get(Service, service_id, with_for_update=True)
    if service is None:
        raise NotFound(f"no service {service_id}")
    return service


def _put(session: Session, service: Service, row: ServiceVersion) -> None:
    """Let this be the version in force, in place of the present one."""
    current = session.scalar(_of_status(service.id, PlanStatus.CURRENT))
    if current:
        current.status = PlanStatus.PAST
        session.flush()  # there is never more than one in force
    row.status = PlanStatus.CURRENT
    service.version = row.version
    session.add(row)
    session.flush()
    tell_of_change(session)


def _make_room(session: Session, service_id: str) -> int:
    """The number of the next version in force; a draft moves up, for it comes later."""
    draft = session.scalar(_of_status(service_id, PlanStatus.DRAFT))
    if draft is None:
        return _newest(session, service_id) + 1
    number = draft.version
    draft.version += 1
    session.flush()
    return number


def _new(
    service_id: str,
    version: int,
    source: PlanSource,
    stored: Mapping[str, Any],
    note: str,
    author: str,
    now: datetime,
) -> ServiceVersion:
    return ServiceVersion(
        service_id=service_id,
        version=version,
        status=PlanStatus.DRAFT,
        source=source,
        plan=dict(stored),
        based_on=0,
        note=note,
        author=author,
        changed_at=now,
        in_force_at=now,
        in_force_by=author,
    )


def _newest(session: Session, service_id: str) -> int:
    """The highest number; 0 without any."""
    return (
        session.scalar(
            select(func.max(ServiceVersion.version)).where(ServiceVersion.service_id == service_id)
        )
        or 0
    )


def _find(session: Session, service_id: str, version: int) -> ServiceVersion | None:
    return session.scalar(
        select(ServiceVersion).where(
            ServiceVersion.service_id == service_id, ServiceVersion.version == version
        )
    )


def _of_status(service_id: str, status: PlanStatus) -> Select[ServiceVersion]:
    return select(ServiceVersion).where(
        ServiceVersion.service_id == service_id, ServiceVersion.status == status
    )


def _read_found(row: ServiceVersion | None, service_id: str) -> PlanVersion:
    if row is None:
        raise NotFound(f"no such plan of {service_id}")
    return _read(row)


def _read(row: ServiceVersion) -> PlanVersion:
    return PlanVersion(
        service_id=row.service_id,
        version=row.version,
        status=PlanStatus(row.status),
        source=PlanSource(row.source),
        plan=read_plan(row.plan),
        stored=row.plan,
        based_on=row.based_on,
        note=row.note,
        author=row.author,
        changed_at=row.changed_at,
        in_force_at=row.in_force_at,
        in_force_by=row.in_force_by,
    )
