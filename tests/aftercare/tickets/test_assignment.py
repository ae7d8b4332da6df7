"""Open tickets go from a person or team to another in one act, each with its line of history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed
from aftercare.staff.leaving import let_back_in, let_go
from aftercare.staff.roles import Role
from aftercare.staff.teams import add_member, make_team, retire_team
from aftercare.tables.exchange import WebhookDelivery
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.assignment import HasTickets, assign, count_open, give_to_team, hand_on
from aftercare.tickets.history import Actor, EventKind
from aftercare.webhooks.events import TICKET_CHANGED
from aftercare.webhooks.subscriptions import Wish, subscribe
from tests.factories import make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """Nothing that a test does stays."""
    with company() as session:
        session.connection(execution_options={"write": True})
        yield session
        session.rollback()


@pytest.fixture
def rita(session: Session) -> Staff:
    return make_staff(session, role=Role.ADMIN)


@pytest.fixture
def bruno(session: Session) -> Staff:
    return make_staff(session, email="bruno@marulho.example", name="Bruno")


@pytest.fixture
def by(rita: Staff) -> Actor:
    return Actor.of(rita)


@pytest.fixture
def desk(session: Session, now: datetime) -> Team:
    return make_team(session, "Front desk", None, now)


def tickets_of(session: Session, by: Actor, now: datetime, owner: Staff | Team) -> list[Ticket]:
    """Two open tickets and a closed one, which stays."""
    found = []
    for number, status in enumerate((TicketStatus.NEW, TicketStatus.WAITING, TicketStatus.CLOSED)):
        ticket = make_ticket(session, intake_key=f"k{number}")
        if isinstance(owner, Staff):
            assign(session, ticket, owner, by=by, now=now)
        else:
            give_to_team(session, ticket, owner, by=by, now=now)
        ticket.status = status
        found.append(ticket)
    session.flush()
    return found


def last(ticket: Ticket) -> tuple[str, str | None, str | None]:
    line = ticket.events[-1]
    return line.kind, line.before, line.after


def test_open_tickets_of_a_person_go_to_another(
    session: Session, rita: Staff, bruno: Staff, by: Actor, now: datetime
) -> None:
    *moved, closed = tickets_of(session, by, now, rita)
    assert hand_on(session, rita, bruno, by=by, now=now) == 2
    assert [one.assignee for one in (*moved, closed)] == [bruno, bruno, rita]
    assert {last(one) for one in moved} == {(EventKind.ASSIGNED, "Rita Prado", "Bruno")}
    assert count_open(session, rita) == 0


def test_open_tickets_of_a_person_go_to_a_team(
    session: Session, rita: Staff, desk: Team, by: Actor, now: datetime
) -> None:
    *moved, _ = tickets_of(session, by, now, rita)
    hand_on(session, rita, desk, by=by, now=now)
    assert {(one.assignee_id, one.team_id) for one in moved} == {(None, desk.id)}
    kinds = [event.kind for event in moved[0].events[-2:]]
    assert kinds == [EventKind.ASSIGNED, EventKind.TEAM]


def test_whoever_works_on_a_teams_ticket_goes_on(
    session: Session, rita: Staff, bruno: Staff, desk: Team, by: Actor, now: datetime
) -> None:
    taken, free, _ = tickets_of(session, by, now, desk)
    assign(session, taken, rita, by=by, now=now)
    assert hand_on(session, desk, bruno, by=by, now=now) == 2
    assert (taken.assignee, free.assignee) == (rita, bruno)
    assert taken.team_id is None and free.team_id is None


def test_tickets_go_back_to_nobody(session: Session, desk: Team, by: Actor, now: datetime) -> None:
    *moved, _ = tickets_of(session, by, now, desk)
    hand_on(session, desk, None, by=by, now=now)
    assert {last(one) for one in moved} == {(EventKind.TEAM, "Front desk", None)}


def test_nobody_who_cannot_work_gets_them(
    session: Session, rita: Staff, bruno: Staff, desk: Team, by: Actor, now: datetime
) -> None:
    tickets_of(session, by, now, rita)
    retire_team(session, desk)
    let_go(session, bruno, by=rita)
    for to in (bruno, desk, rita):
        with pytest.raises(NotAllowed):
            hand_on(session, rita, to, by=by, now=now)
    assert count_open(session, rita) == 2


def test_other_systems_learn_of_each_ticket(
    session: Session, rita: Staff, bruno: Staff, by: Actor, now: datetime
) -> None:
    tickets_of(session, by, now, rita)
    subscribe(session, Wish("https://hooks.example/in", "", (TICKET_CHANGED,)), now)
    hand_on(session, rita, bruno, by=by, now=now)
    events = select(func.count(func.distinct(WebhookDelivery.event_id)))
    assert session.scalar(events) == 2


def test_nobody_leaves_and_no_team_retires_before_their_tickets_are_given_away(
    session: Session, rita: Staff, bruno: Staff, desk: Team, by: Actor, now: datetime
) -> None:
    tickets_of(session, by, now, bruno)
    with pytest.raises(HasTickets):
        let_go(session, bruno, by=rita)
    hand_on(session, bruno, desk, by=by, now=now)
    let_go(session, bruno, by=rita)
    with pytest.raises(HasTickets):
        retire_team(session, desk)
    assert (bruno.active, desk.active) == (False, True)


def test_who_left_is_in_no_team_and_may_come_back(
    session: Session, rita: Staff, bruno: Staff, desk: Team
) -> None:
    add_member(session, desk, bruno)
    bruno.available = True
    let_go(session, bruno, by=rita)
    session.refresh(desk)
    assert (desk.members, bruno.active, bruno.available) == ([], False, False)
    let_back_in(session, bruno, by=rita)
    assert bruno.active


@pytest.mark.parametrize(
    ("whom", "by_role"),
    [(Role.MANAGER, Role.MANAGER), (Role.ADMIN, Role.MANAGER), (Role.AGENT, Role.AGENT)],
)
def test_superiors_decide_who_leaves(
    session: Session, rita: Staff, bruno: Staff, whom: Role, by_role: Role
) -> None:
    bruno.role, rita.role = whom, by_role
    if by_role == Role.AGENT:
        bruno = rita  # nobody decides about themselves
    with pytest.raises(NotAllowed):
        let_go(session, bruno, by=rita)
    assert bruno.active
