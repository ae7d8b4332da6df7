"""The page about the people of the staff: what they work on, who leaves, who is back."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from aftercare.errors import NotAllowed, NotFound
from aftercare.staff.leaving import let_back_in, let_go, may_let_go
from aftercare.staff.roles import TEAMS
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team, TeamMember
from aftercare.tables.tickets import Ticket, is_open
from aftercare.tickets.assignment import HasTickets
from console.access import LARGEST_ID, Visit, open_change, open_visit
from console.forms import Form, query_value
from console.handing_on import hand_on_chosen, owners, value_of
from console.pages import go, show

router = APIRouter()

HAS_TICKETS = "Nothing was saved: open tickets are left. Choose to whom they go."
_OTHERWISE = (
    "Nothing was saved. Nobody decides about themselves, and only an administrator about managers "
    "and administrators. Whoever is to get the tickets must work here, and be somebody else."
)


@dataclass(frozen=True)
class PersonCard:
    """Somebody of the staff; `may_change` says whether the reader decides about them."""

    id: int
    value: str
    name: str
    email: str
    role: str
    teams: tuple[str, ...]
    open_tickets: int
    may_change: bool


@router.get("/people", name="people")
def list_people(request: Request) -> Response:
    """Everybody who works here, and who left."""
    return _page(request, saved=query_value(request, "saved"))


@router.post("/people/{staff_id:int}", name="change_person")
def change_person(request: Request, staff_id: int, form: Form) -> Response:
    """Give somebody's tickets to others, let them go, or let them back in."""
    try:
        with open_change(request, form, TEAMS) as visit:
            staff = visit.session.get(Staff, min(staff_id, LARGEST_ID), with_for_update=True)
            if staff is None:
                raise NotFound("nobody of the staff")
            _change(visit, staff, form)
    except HasTickets:
        return _page(request, problem=HAS_TICKETS, about=staff_id, status=409)
    except NotAllowed:
        return _page(request, problem=_OTHERWISE, about=staff_id, status=409)
    return go(request, "people", {"saved": "yes"})


def _change(visit: Visit, staff: Staff, form: Form) -> None:
    deed = form.get("deed", "")
    if deed == "let_back_in":
        let_back_in(visit.session, staff, by=visit.staff)
    elif deed == "hand_on" and form.get("to"):
        hand_on_chosen(visit, staff, form)
    elif deed == "let_go":
        hand_on_chosen(visit, staff, form)
        let_go(visit.session, staff, by=visit.staff)
    else:
        raise NotAllowed("the form says nothing that can be done")


def _page(
    request: Request, *, saved: str = "", problem: str = "", about: int = 0, status: int = 200
) -> Response:
    with open_visit(request, TEAMS) as visit:
        present, gone = _cards(visit)
        choices = owners(visit)
    return show(
        request,
        "people.html",
        status=status,
        area="tickets",
        people=present,
        gone=gone,
        owners=choices,
        saved=saved,
        problem=problem,
        about=about,
    )


def _cards(visit: Visit) -> tuple[list[PersonCard], list[PersonCard]]:
    """Those who work here, and those who left."""
    counted = visit.session.execute(
        select(Ticket.assignee_id, func.count())
        .where(is_open(), Ticket.assignee_id.is_not(None))
        .group_by(Ticket.assignee_id)
    )
    counts = {staff_id: count for staff_id, count in counted if staff_id is not None}
    teams: dict[int, list[str]] = {}
    for staff_id, name in visit.session.execute(
        select(TeamMember.staff_id, Team.name)
        .join(Team, Team.id == TeamMember.team_id)
        .where(Team.active)
        .order_by(Team.name)
    ):
        teams.setdefault(staff_id, []).append(name)
    cards: dict[bool, list[PersonCard]] = {True: [], False: []}
    for staff in visit.session.scalars(select(Staff).order_by(Staff.name, Staff.id)):
        cards[staff.active].append(
            PersonCard(
                staff.id,
                value_of(staff),
                staff.name,
                staff.email,
                staff.role,
                tuple(teams.get(staff.id, ())),
                counts.get(staff.id, 0),
                may_let_go(staff, visit.staff),
            )
        )
    return cards[True], cards[False]
