"""Who works on a ticket: a person, a team, both or nobody yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, TicketStatus, TicketStep
from aftercare.tickets.history import Actor, EventKind, record


def team_of_first_step(session: Session, steps: Sequence[TicketStep]) -> int | None:
    """The id of the team that does the role of the first step; None where there is no such team."""
    return team_of_role(session, steps[0].role) if steps else None


def team_of_role(session: Session, role: str) -> int | None:
    """The id of the team in use that does a role of the procedures."""
    return session.scalar(select(Team.id).where(Team.role == role, Team.active))


def assign(
    session: Session, ticket: Ticket, staff: Staff | None, *, by: Actor, now: datetime
) -> None:
    """Give the ticket to a person, or with None to nobody.

    Raises NotAllowed for somebody who left and for a closed ticket.
    """
    _check_can_be_given(ticket)
    if staff is not None and not staff.active:
        raise NotAllowed("this person does not work here any more")
    if ticket.assignee_id == (staff.id if staff else None):
        return
    before = session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None
    ticket.assignee_id = staff.id if staff else None
    record(
        session,
        ticket,
        EventKind.ASSIGNED,
        by=by,
        now=now,
        before=before.name if before else None,
        after=staff.name if staff else None,
    )
    session.expire(ticket, ["assignee"])


def give_to_team(
    session: Session, ticket: Ticket, team: Team | None, *, by: Actor, now: datetime
) -> None:
    """Give the ticket to a team, or with None to no team; who works on it stays.

    Raises NotAllowed for a retired team and for a closed ticket.
    """
    _check_can_be_given(ticket)
    if team is not None and not team.active:
        raise NotAllowed(f"the team {team.name} is retired")
    if ticket.team_id == (team.id if team else None):
        return
    before = session.get(Team, ticket.team_id) if ticket.team_id else None
    ticket.team_id = team.id if team else None
    record(
        session,
        ticket,
        EventKind.TEAM,
        by=by,
        now=now,
        before=before.name if before else None,
        after=team.name if team else None,
    )
    session.expire(ticket, ["team"])


def _check_can_be_given(ticket: Ticket) -> None:
    if ticket.status == TicketStatus.CLOSED:
        raise NotAllowed(f"ticket {ticket.number} is closed: nobody works on it")
