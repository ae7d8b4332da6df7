"""Makes and changes teams of staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tickets.assignment import require_no_tickets

LONGEST_NAME = 100


class NameTaken(NotAllowed):
    """Another team, maybe a retired one, has the name."""


class RoleTaken(NotAllowed):
    """Another team does the role already."""


def make_team(session: Session, name: str, role: str | None, now: datetime) -> Team:
    """A new team without members. Raises NameTaken, RoleTaken, NotAllowed."""
    team = Team(name="", role=None, active=True, created_at=now)
    _name(session, team, name, role)
    session.add(team)
    _flush(session)
    return team


def change_team(session: Session, team: Team, name: str, role: str | None) -> None:
    """Rename a team and give it a role. Raises NameTaken, RoleTaken, NotAllowed."""
    _check_in_use(team)
    _name(session, team, name, role)
    _flush(session)


def add_member(session: Session, team: Team, staff: Staff) -> None:
    """Raises NotAllowed for a retired team and for somebody who left."""
    _check_in_use(team)
    if not staff.active:
        raise NotAllowed("this person does not work here any more")
    if staff not in team.members:
        team.members.append(staff)
        session.flush()


def remove_member(session: Session, team: Team, staff: Staff) -> None:
    """The tickets that the person has stay theirs."""
    if staff in team.members:
        team.members.remove(staff)
        session.flush()


def retire_team(session: Session, team: Team) -> None:
    """No ticket comes to it any more. Raises HasTickets while open ones are with it."""
    require_no_tickets(session, team)
    team.active = False
    session.flush()


def _check_in_use(team: Team) -> None:
    if not team.active:
        raise NotAllowed(f"the team {team.name} is retired")


def _name(session: Session, team: Team, name: str, role: str | None) -> None:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise NotAllowed(f"a team's name has 1 to {LONGEST_NAME} letters")
    others = select(Team.id).where(Team.id != (team.id or 0))
    if session.scalar(others.where(Team.name == name)) is not None:
        raise NameTaken(name)
    if role and session.scalar(others.where(Team.role == role, Team.active)) is not None:
        raise RoleTaken(role)
    team.name, team.role = name, role or None


def _flush(session: Session) -> None:
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise NotAllowed("somebody else took the name or the role a moment ago") from error
