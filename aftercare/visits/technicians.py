"""Changes who can visit customers: name, skills, areas, hours and days off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.business_hours import BusinessHours
from aftercare.errors import NotAllowed
from aftercare.tables.catalogue import Category, Service
from aftercare.tables.visits import Absence, ServiceArea, Technician, Visit, VisitStatus
from aftercare.visits.needs import needs_of
from aftercare.visits.resources import new_feed_key

LONGEST_NAME = 200
_LONGEST_REASON = 200
_LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True)
class Profile:
    """What is on file of a technician; `week` holds texts like "08:00-12:00 13:00-18:00"."""

    name: str
    skills: tuple[str, ...]
    home: str
    areas: tuple[str, ...]
    week: dict[str, str]
    active: bool = True


def known_skills(session: Session) -> list[str]:
    """What can be chosen: what services ask for, then the categories of products."""
    asked: dict[str, None] = {}
    for service in session.scalars(select(Service).where(Service.active)):
        needs = needs_of(service.visit)
        asked.update(dict.fromkeys(needs.skills if needs else ()))
    categories = session.scalars(select(Category.id).order_by(Category.position))
    return [*asked, *(one for one in categories if one not in asked)]


def save_technician(
    session: Session, technician: Technician | None, profile: Profile
) -> Technician:
    """Change a technician, or add one for None. What is booked stays booked.

    Raises NotAllowed with the reason for the person who filled in the form.
    """
    name = profile.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise NotAllowed("Give the name.")
    areas = set(session.scalars(select(ServiceArea.id).where(ServiceArea.active)))
    if profile.home not in areas or not profile.areas or not set(profile.areas) <= areas:
        raise NotAllowed("Choose where the working day begins, and at least one area.")
    if not profile.skills or not set(profile.skills) <= set(known_skills(session)):
        raise NotAllowed("Choose at least one skill.")
    week = {day: text.replace(",", " ").split() for day, text in profile.week.items()}
    try:
        BusinessHours.model_validate({"time_zone": "UTC", "week": week})
    except ValidationError as error:
        raise NotAllowed(
            'Write hours like "08:00-12:00 13:00-18:00", the earlier first.'
        ) from error
    if technician is None:
        technician = Technician(feed_key=new_feed_key())
        session.add(technician)
    technician.name = name
    technician.skills = list(profile.skills)
    technician.home_area_id = profile.home
    technician.areas = list(profile.areas)
    technician.week = {day: stretches for day, stretches in week.items() if stretches}
    technician.active = profile.active
    session.flush()
    return technician


def add_absence(
    session: Session, technician: Technician, first: date, last: date, reason: str
) -> Sequence[Visit]:
    """Put days off on file; the visits that are booked on them, which somebody has to move.

    Raises NotAllowed with the reason for the person who filled in the form.
    """
    if last < first or last - first > _LONGEST_ABSENCE:
        raise NotAllowed("The last day comes after the first one, within a year.")
    technician.absences.append(
        Absence(first_day=first, last_day=last, reason=reason.strip()[:_LONGEST_REASON])
    )
    session.flush()
    return in_the_way(session, technician)


def in_the_way(session: Session, technician: Technician) -> list[Visit]:
    """Booked visits on days on which the technician does not work."""
    zone = ZoneInfo(technician.home_area.time_zone)
    booked = session.scalars(
        select(Visit)
        .where(Visit.technician_id == technician.id, Visit.status == VisitStatus.BOOKED)
        .order_by(Visit.starts_at)
    )
    return [
        visit
        for visit in booked
        if any(
            absence.first_day <= visit.starts_at.astimezone(zone).date() <= absence.last_day
            for absence in technician.absences
        )
    ]


def remove_absence(session: Session, technician: Technician, absence_id: int) -> None:
    """Take days off back; what is gone already stays gone."""
    technician.absences = [one for one in technician.absences if one.id != absence_id]
    session.flush()


def renew_feed(session: Session, technician: Technician) -> None:
    """Make the address of the calendar anew, so that the old one opens nothing any more."""
    technician.feed_key = new_feed_key()
    session.flush()
