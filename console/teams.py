"""The page about teams: who is in which, and which does what role of the procedures."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from aftercare.errors import NotAllowed, NotFound
from aftercare.staff.roles import TEAMS
from aftercare.staff.teams import (
    LONGEST_NAME,
    NameTaken,
    RoleTaken,
    add_member,
    change_team,
    make_team,
    remove_member,
    retire_team,
)
from aftercare.tables.catalogue import Service
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, is_open
from aftercare.tickets.assignment import HasTickets
from aftercare.tickets.checklist import BOT_ROLE
from console.access import Visit, open_change, open_visit
from console.formats import plain_name
from console.forms import Form, query_value
from console.handing_on import hand_on_chosen, owners, value_of
from console.pages import go, show

router = APIRouter()

_PROBLEMS = {
    NameTaken: "Another team has this name, maybe a retired one. Choose another name.",
    RoleTaken: "Another team does this role already. Take it from that team first.",
    HasTickets: "Nothing was saved: the team has open tickets. Choose to whom they go.",
}
_OTHERWISE = (
    f"Nothing was saved. A name has 1 to {LONGEST_NAME} letters, and a retired team or somebody "
    "who left cannot be changed any more, nor get tickets. Somebody else may have changed it a "
    "moment ago."
)


@dataclass(frozen=True)
class TeamCard:
    """A team as it is shown; `others` are the people who could be added: id and name."""

    id: int
    value: str
    name: str
    role: str | None
    members: tuple[tuple[int, str], ...]
    others: tuple[tuple[int, str], ...]
    open_tickets: int


@router.get("/teams", name="teams")
def list_teams(request: Request) -> Response:
    """All teams, with the forms that change them."""
    return _page(request, saved=query_value(request, "saved"))


@router.post("/teams", name="make_team")
def make(request: Request, form: Form) -> Response:
    """Make a team."""
    try:
        with open_change(request, form, TEAMS) as visit:
            make_team(visit.session, form.get("name", ""), form.get("role"), visit.now)
    except NotAllowed as error:
        return _refused(request, error)
    return go(request, "teams", {"saved": "yes"})


@router.post("/teams/{team_id:int}", name="change_team")
def change(request: Request, team_id: int, form: Form) -> Response:
    """Rename a team, give it a role or a member, give its tickets away, or retire it."""
    try:
        with open_change(request, form, TEAMS) as visit:
            team = visit.session.get(Team, team_id, with_for_update=True)
            if team is None:
                raise NotFound("no such team")
            _change(visit, team, form)
    except NotAllowed as error:
        return _refused(request, error)
    return go(request, "teams", {"saved": "yes"})


def _change(visit: Visit, team: Team, form: Form) -> None:
    deed = form.get("deed", "")
    if deed == "change":
        change_team(visit.session, team, form.get("name", ""), form.get("role"))
    elif deed == "hand_on" and form.get("to"):
        hand_on_chosen(visit, team, form)
    elif deed == "retire":
        hand_on_chosen(visit, team, form)
        retire_team(visit.session, team)
    elif deed in ("add", "remove"):
        person = form.get("person", "")
        known = person.isascii() and person.isdigit() and len(person) < 10
        staff = visit.session.get(Staff, int(person)) if known else None
        if staff is None:
            raise NotAllowed("nobody was chosen")
        (add_member if deed == "add" else remove_member)(visit.session, team, staff)
    else:
        raise NotAllowed("the form says nothing that can be done")


def _refused(request: Request, error: NotAllowed) -> Response:
    return _page(request, problem=_PROBLEMS.get(type(error), _OTHERWISE), status=409)


def _page(request: Request, *, saved: str = "", problem: str = "", status: int = 200) -> Response:
    with open_visit(request, TEAMS) as visit:
        cards, retired = _cards(visit)
        roles = _roles(visit)
        choices = owners(visit)
    return show(
        request,
        "teams.html",
        status=status,
        area="tickets",
        teams=cards,
        retired=retired,
        roles=roles,
        owners=choices,
        longest_name=LONGEST_NAME,
        saved=saved,
        problem=problem,
    )


def _cards(visit: Visit) -> tuple[list[TeamCard], list[TeamCard]]:
    """The teams in use, and the retired ones that still have open tickets."""
    people = visit.session.execute(
        select(Staff.id, Staff.name).where(Staff.active).order_by(Staff.name, Staff.id)
    ).all()
    counted = visit.session.execute(
        select(Ticket.team_id, func.count())
        .where(is_open(), Ticket.team_id.is_not(None))
        .group_by(Ticket.team_id)
    )
    counts = {team_id: count for team_id, count in counted if team_id is not None}
    teams = visit.session.scalars(
        select(Team).order_by(Team.name).options(selectinload(Team.members))
    ).all()
    cards: dict[bool, list[TeamCard]] = {True: [], False: []}
    for team in teams:
        members = {member.id for member in team.members}
        cards[team.active].append(
            TeamCard(
                team.id,
                value_of(team),
                team.name,
                team.role,
                tuple((member.id, member.name) for member in team.members),
                tuple((id_, name) for id_, name in people if id_ not in members),
                counts.get(team.id, 0),
            )
        )
    return cards[True], [card for card in cards[False] if card.open_tickets]


def _roles(visit: Visit) -> list[tuple[str, str]]:
    """The roles of the procedures' steps and those that teams have, with their names."""
    procedures = visit.session.scalars(select(Service.procedure).where(Service.active))
    roles = {step["role"] for procedure in procedures for step in procedure}
    roles |= set(
        visit.session.scalars(select(Team.role).where(Team.active, Team.role.is_not(None)))
    )
    return [(role, plain_name(role)) for role in sorted(roles - {BOT_ROLE})]
