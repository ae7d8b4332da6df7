"""Reads who can go where from the tables, in the words of aftercare/visits/slots.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from aftercare.catalogue.business_hours import BusinessHours
from aftercare.hours import Hours
from aftercare.tables.tickets import Ticket
from aftercare.tables.visits import (
    Absence,
    AppointmentWindow,
    ServiceArea,
    Technician,
    Visit,
    VisitSite,
    VisitStatus,
)
from aftercare.visits.needs import VisitNeeds, needs_of
from aftercare.visits.slots import Appointment, Job, Ways, Window, Worker


@dataclass(frozen=True)
class Fleet:
    """Who can do a job, the ways between areas, and the windows that are promised."""

    workers: tuple[Worker, ...]
    ways: Ways
    windows: tuple[Window, ...]

    def window(self, window_id: str) -> Window | None:
        return next((one for one in self.windows if one.id == window_id), None)


def job_of(session: Session, ticket: Ticket) -> Job | None:
    """What is to be done for a ticket; None where nobody is visited or the place is not known."""
    needs = needs_of_ticket(ticket)
    site = session.get(VisitSite, ticket.id)
    if needs is None or site is None or not site.area.active:
        return None
    skills = set(needs.skills)
    if ticket.product:
        skills.add(ticket.product.category_id)
    return Job(
        site.area_id,
        ZoneInfo(site.area.time_zone),
        timedelta(minutes=needs.minutes),
        frozenset(skills),
    )


def needs_of_ticket(ticket: Ticket) -> VisitNeeds | None:
    return needs_of(ticket.service.visit)


def read_fleet(
    session: Session,
    job: Job,
    begin: datetime,
    end: datetime,
    *,
    without: int | None = None,
    only: int | None = None,
) -> Fleet:
    """The technicians who can do a job, with what is booked between two moments.

    `without` is a visit that is to be moved, so that it does not stand in its own way; `only` the
    one technician who may come.
    """
    found = session.scalars(
        select(Technician)
        .where(Technician.active)
        .order_by(Technician.id)
        .options(selectinload(Technician.absences), joinedload(Technician.home_area))
        .execution_options(populate_existing=True)
    )
    able = [
        one
        for one in found
        if job.area in one.areas and job.skills <= set(one.skills) and only in (None, one.id)
    ]
    booked = _booked(session, [one.id for one in able], begin, end, without)
    areas = session.execute(select(ServiceArea.id, ServiceArea.travel)).all()
    return Fleet(
        tuple(worker_of(one, booked.get(one.id, ())) for one in able),
        Ways({area: travel for area, travel in areas}),
        read_windows(session),
    )


def read_windows(session: Session) -> tuple[Window, ...]:
    """The windows that are promised now, the earliest first."""
    rows = session.scalars(
        select(AppointmentWindow)
        .where(AppointmentWindow.active)
        .order_by(AppointmentWindow.begins, AppointmentWindow.position)
    )
    return tuple(
        Window(row.id, time.fromisoformat(row.begins), time.fromisoformat(row.ends)) for row in rows
    )


def worker_of(technician: Technician, booked: Sequence[Appointment] = ()) -> Worker:
    return Worker(
        technician.id,
        technician.name,
        technician.home_area_id,
        frozenset(technician.areas),
        frozenset(technician.skills),
        hours_of(technician),
        booked,
    )


def hours_of(technician: Technician) -> Hours:
    """When a technician works: the week, without holidays of the home area and days off."""
    area = technician.home_area
    return Hours(
        ZoneInfo(area.time_zone),
        BusinessHours(time_zone=area.time_zone, week=_week(technician.week)).stretches(),
        frozenset(_days(technician.absences)),
        area.country,
        area.subdivision,
    )


def _week(stored: Mapping[str, Any]) -> Any:
    return {day: tuple(stretches) for day, stretches in stored.items()}


def _days(absences: Iterable[Absence]) -> Iterable[date]:
    for absence in absences:
        for number in range((absence.last_day - absence.first_day).days + 1):
            yield absence.first_day + timedelta(days=number)


def _booked(
    session: Session,
    technicians: Sequence[int],
    begin: datetime,
    end: datetime,
    without: int | None,
) -> dict[int, tuple[Appointment, ...]]:
    rows = session.execute(
        select(Visit.id, Visit.technician_id, Visit.starts_at, Visit.ends_at, Visit.area_id)
        .where(
            Visit.technician_id.in_(technicians),
            Visit.status != VisitStatus.CANCELLED,
            # A day more on each side: what is booked then decides where a technician comes from.
            Visit.starts_at >= begin - timedelta(days=1),
            Visit.starts_at < end + timedelta(days=1),
        )
        .order_by(Visit.starts_at)
    )
    found: dict[int, list[Appointment]] = {}
    for visit, technician, starts, ends, area in rows:
        if visit != without:
            found.setdefault(technician, []).append(Appointment(starts, ends, area))
    return {technician: tuple(appointments) for technician, appointments in found.items()}
