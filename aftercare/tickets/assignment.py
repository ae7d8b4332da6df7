"""Who works on a ticket: a person, a team, both or nobody yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from aftercare.errors import NotAllowed
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, TicketStatus, TicketStep, is_open
from aftercare.tickets.history import Actor, Change, EventKind, record_many

#: Who may have tickets.
Owner = Staff | Team


class HasTickets(NotAllowed):
    """Open tickets are with a person or team that is to go: somebody decides first where to."""


@dataclass(frozen=True)
class _Place:
    """One of the two places of a ticket that an owner fills; its names are those of the table."""

    column: InstrumentedAttribute[int | None]
    relation: str
    table: type[Staff] | type[Team]
    kind: EventKind


_PERSON = _Place(Ticket.assignee_id, "assignee", Staff, EventKind.ASSIGNED)
_TEAM = _Place(Ticket.team_id, "team", Team, EventKind.TEAM)


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
    _give(session, ticket, _PERSON, staff, by=by, now=now)


def give_to_team(
    session: Session, ticket: Ticket, team: Team | None, *, by: Actor, now: datetime
) -> None:
    """Give the ticket to a team, or with None to no team; who works on it stays.

    Raises NotAllowed for a retired team and for a closed ticket.
    """
    _give(session, ticket, _TEAM, team, by=by, now=now)


def count_open(session: Session, owner: Owner) -> int:
    """How many tickets of a person or team still need work."""
    counted = select(func.count()).select_from(Ticket)
    return session.scalar(counted.where(is_open(), _place_of(owner).column == owner.id)) or 0


def require_no_tickets(session: Session, owner: Owner) -> None:
    """Raises HasTickets while open tickets are with the person or team."""
    if count_open(session, owner):
        raise HasTickets(f"open tickets are with {owner.name}")


def hand_on(session: Session, owner: Owner, to: Owner | None, *, by: Actor, now: datetime) -> int:
    """Give all open tickets of a person or team to another one, or with None to nobody.

    How many they were. From a team to a person they leave the team, and whoever works on one
    already goes on. Raises NotAllowed for somebody who left, a retired team and the owner itself.
    """
    _check_works_here(session, to)
    place = _place_of(owner)
    target = place if to is None else _place_of(to)
    if to is not None and target is place and to.id == owner.id:
        raise NotAllowed(f"they are with {owner.name} already")
    tickets = list(
        session.scalars(
            select(Ticket)
            .where(is_open(), place.column == owner.id)
            .order_by(Ticket.id)
            .with_for_update(of=Ticket)
        )
    )
    if target is not place:
        _put(session, tickets, place, None, by=by, now=now)
    taken_on = tickets
    if place is _TEAM and target is _PERSON:
        taken_on = [ticket for ticket in tickets if ticket.assignee_id is None]
    _put(session, taken_on, target, to, by=by, now=now)
    return len(tickets)


def _give(
    session: Session, ticket: Ticket, place: _Place, to: Owner | None, *, by: Actor, now: datetime
) -> None:
    if ticket.status == TicketStatus.CLOSED:
        raise NotAllowed(f"ticket {ticket.number} is closed: nobody works on it")
    _check_works_here(session, to)
    _put(session, [ticket], place, to, by=by, now=now)


def _put(
    session: Session,
    tickets: Sequence[Ticket],
    place: _Place,
    to: Owner | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Let the owner fill that place of the tickets; those where they do so already stay as is."""
    wanted, field = to.id if to else None, place.column.key
    before = {ticket: getattr(ticket, field) for ticket in tickets}
    before = {ticket: key for ticket, key in before.items() if key != wanted}
    table = place.table
    known = session.execute(select(table.id, table.name).where(table.id.in_(set(before.values()))))
    names = {key: name for key, name in known}
    changes = []
    for ticket, key in before.items():
        changes.append(Change(ticket, names.get(key), to.name if to else None))
        setattr(ticket, field, wanted)
    if changes:
        record_many(session, changes, place.kind, by=by, now=now)
    for change in changes:
        session.expire(change.ticket, [place.relation])


def _place_of(owner: Owner) -> _Place:
    return _PERSON if isinstance(owner, Staff) else _TEAM


def _check_works_here(session: Session, to: Owner | None) -> None:
    """Hold whoever is to get tickets, so that they do not leave meanwhile.

    Raises NotAllowed for somebody who left, and for a retired team.
    """
    if to is None:
        return
    session.refresh(to, with_for_update={"read": True})
    if not to.active:
        raise NotAllowed(f"{to.name} takes no tickets any more")
