"""The pages about technicians: skills, areas, hours, days off and the address of their calendar."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from aftercare.errors import NotAllowed
from aftercare.staff.roles import RESOURCES
from aftercare.tables.visits import Technician
from aftercare.visits.areas import active_areas
from aftercare.visits.technicians import (
    LONGEST_NAME,
    Profile,
    add_absence,
    in_the_way,
    known_skills,
    remove_absence,
    renew_feed,
    save_technician,
)
from aftercare.visits.words import show_visit
from console.access import Visit, open_change, open_visit
from console.desk import desk_of
from console.formats import plain_name
from console.forms import Form, query_value
from console.pages import go, show
from console.visits import find_technician

router = APIRouter()

_WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_NEW = "new"


@router.get("/technicians", name="technicians")
def list_technicians(request: Request) -> Response:
    """Everybody, those who left last, and the areas with the ways between them."""
    with open_visit(request, RESOURCES) as visit:
        found = visit.session.scalars(
            select(Technician).order_by(Technician.active.desc(), Technician.name)
        )
        areas = active_areas(visit.session)
        names = {area.id: area.name for area in areas}
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "skills": ", ".join(plain_name(skill) for skill in one.skills),
                "areas": ", ".join(names.get(area, area) for area in one.areas),
                "active": one.active,
                "in_the_way": len(in_the_way(visit.session, one)),
            }
            for one in found
        ]
        ways = [
            (area, [(other.name, area.travel.get(other.id)) for other in areas]) for area in areas
        ]
    return show(request, "technicians.html", area="visits", rows=rows, areas=areas, ways=ways)


@router.get("/technicians/new", name="new_technician")
def show_new(request: Request) -> Response:
    """The empty form."""
    return _page(request, None)


@router.get("/technicians/{technician_id:int}", name="technician")
def show_technician(request: Request, technician_id: int) -> Response:
    """One technician."""
    return _page(request, technician_id, saved=query_value(request, "saved"))


@router.post("/technicians/new", name="add_technician")
def add(request: Request, form: Form) -> Response:
    """Add a technician."""
    try:
        with open_change(request, form, RESOURCES) as visit:
            saved = save_technician(visit.session, None, _read_profile(visit, form)).id
    except NotAllowed as error:
        return _page(request, None, problem=str(error), form=form, status=422)
    return go(request, "technician", {"saved": "yes"}, technician_id=saved)


@router.post("/technicians/{technician_id:int}", name="change_technician")
def change(request: Request, technician_id: int, form: Form) -> Response:
    """Change what is on file, days off or the address of the calendar."""
    deed = form.get("deed", "")
    try:
        with open_change(request, form, RESOURCES) as visit:
            technician = find_technician(visit, technician_id)
            if deed == "save":
                save_technician(visit.session, technician, _read_profile(visit, form))
            elif deed == "absence":
                first = _read_day(form, "first")
                last = _read_day(form, "last") if form.get("last") else first
                add_absence(visit.session, technician, first, last, form.get("reason", ""))
            elif deed == "remove":
                chosen = form.get("absence", "")
                if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
                    remove_absence(visit.session, technician, int(chosen))
            elif deed == "feed":
                renew_feed(visit.session, technician)
            else:
                raise NotAllowed("The form says nothing that can be done.")
    except NotAllowed as error:
        typed = form if deed == "save" else None
        return _page(request, technician_id, problem=str(error), form=typed, status=422)
    return go(request, "technician", {"saved": "yes"}, technician_id=technician_id)


def _page(
    request: Request,
    technician_id: int | None,
    *,
    saved: str = "",
    problem: str = "",
    form: Form | None = None,
    status: int = 200,
) -> Response:
    with open_visit(request, RESOURCES) as visit:
        technician = find_technician(visit, technician_id) if technician_id is not None else None
        areas = [(area.id, area.name) for area in active_areas(visit.session)]
        skills = [(skill, plain_name(skill)) for skill in known_skills(visit.session)]
        if form is not None:
            profile = _read_profile(visit, form)
        elif technician:
            profile = _profile_of(technician)
        else:
            profile = Profile("", (), "", (), {})
        stuck = (
            [
                (one.ticket.number, show_visit(one, "en"))
                for one in in_the_way(visit.session, technician)
            ]
            if technician
            else []
        )
        absences = (
            [(one.id, one.first_day, one.last_day, one.reason) for one in technician.absences]
            if technician
            else []
        )
        feed = technician.feed_key if technician else ""
        name = technician.name if technician else ""
    return show(
        request,
        "technician.html",
        status=status,
        area="visits",
        technician_id=technician_id,
        name=name,
        profile=profile,
        areas=areas,
        skills=skills,
        weekdays=_WEEKDAYS,
        absences=absences,
        in_the_way=stuck,
        feed_url=f"{desk_of(request).settings.site_url}/visits/feeds/{feed}.ics" if feed else "",
        longest_name=LONGEST_NAME,
        saved=saved,
        problem=problem,
    )


def _profile_of(technician: Technician) -> Profile:
    return Profile(
        technician.name,
        tuple(technician.skills),
        technician.home_area_id,
        tuple(technician.areas),
        {day: " ".join(stretches) for day, stretches in technician.week.items()},
        technician.active,
    )


def _read_profile(visit: Visit, form: Form) -> Profile:
    """What was filled in; boxes are named after what they stand for."""
    areas = [area.id for area in active_areas(visit.session)]
    skills = known_skills(visit.session)
    return Profile(
        form.get("name", ""),
        tuple(skill for skill in skills if form.get(f"skill-{skill}")),
        form.get("home", ""),
        tuple(area for area in areas if form.get(f"area-{area}")),
        {day: form.get(day, "").strip() for day in _WEEKDAYS},
        form.get("left") != "yes",
    )


def _read_day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError as error:
        raise NotAllowed("Choose the days.") from error
