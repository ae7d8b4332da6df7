"""The choice to whom tickets go that somebody gives away: a person, a team, or back to nobody."""

from __future__ import annotations

from sqlalchemy import select

from aftercare.errors import NotAllowed
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tickets.assignment import Owner, hand_on
from aftercare.tickets.history import Actor
from console.access import LARGEST_ID, Visit
from console.forms import Form
from console.ticket_list import PERSON, TEAM

NOBODY = "nobody"


def owners(visit: Visit) -> list[tuple[str, str]]:
    """Value and name of every team in use and of everybody who works here."""
    teams = visit.session.scalars(select(Team).where(Team.active).order_by(Team.name))
    people = visit.session.scalars(select(Staff).where(Staff.active).order_by(Staff.name, Staff.id))
    return [
        (NOBODY, "Nobody: back to be taken"),
        *((f"{TEAM}{team.id}", f"Team {team.name}") for team in teams),
        *((f"{PERSON}{person.id}", person.name) for person in people),
    ]


def value_of(owner: Owner) -> str:
    """What stands for the person or team among the choices."""
    return f"{PERSON if isinstance(owner, Staff) else TEAM}{owner.id}"


def hand_on_chosen(visit: Visit, owner: Owner, form: Form) -> int:
    """Give the open tickets away where the form says to whom; how many they were.

    Raises NotAllowed where nobody can work on them there.
    """
    chosen = form.get("to", "")
    if not chosen:
        return 0
    by = Actor.of(visit.staff)
    return hand_on(visit.session, owner, _read_owner(visit, chosen), by=by, now=visit.now)


def _read_owner(visit: Visit, chosen: str) -> Owner | None:
    if chosen == NOBODY:
        return None
    found: Owner | None = None
    kind, _, key = chosen.partition("-")
    if key.isascii() and key.isdigit() and len(key) < 10:
        id_ = min(int(key), LARGEST_ID)
        if kind == TEAM.rstrip("-"):
            found = visit.session.get(Team, id_)
        elif kind == PERSON.rstrip("-"):
            found = visit.session.get(Staff, id_)
    if found is None:
        raise NotAllowed("the form names nobody")
    return found
