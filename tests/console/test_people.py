"""The page about people: their tickets are given away, they leave, and are back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.settings import Settings
from aftercare.staff.roles import Role
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket
from tests.console.browsers import Clock, Response, TestClient, open_browser, sign_in
from tests.factories import AT, make_staff, make_ticket

Post = Callable[..., Response]


@pytest.fixture
def bruno(database: SessionFactory) -> int:
    """A colleague with one open ticket; Rita is a manager, and there is a team."""
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = Role.MANAGER
        session.add(Team(name="Front desk", role=None, active=True, created_at=AT))
        bruno = make_staff(session, name="Bruno <b>", email="bruno@marulho.example")
        make_ticket(session).assignee_id = bruno.id
        return bruno.id


def owner(database: SessionFactory) -> tuple[int | None, int | None]:
    with reading(database) as session:
        ticket = session.scalars(select(Ticket)).one()
        return ticket.assignee_id, ticket.team_id


def works_here(database: SessionFactory, staff_id: int) -> bool:
    with reading(database) as session:
        return session.get_one(Staff, staff_id).active


def test_person_leaves_once_somebody_has_decided_about_their_tickets(
    browser: TestClient,
    database: SessionFactory,
    settings: Settings,
    clock: Clock,
    post: Post,
    bruno: int,
) -> None:
    own = open_browser(settings, database, clock)
    assert sign_in(own, email="bruno@marulho.example").status_code == 303
    page = browser.get("/console/people").text
    assert "Bruno &lt;b&gt;" in page and "1 open ticket of Bruno" in page
    refused = post(f"/console/people/{bruno}", deed="let_go")
    assert (refused.status_code, "Choose to whom they go" in refused.text) == (409, True)
    assert own.get("/console/").status_code == 200
    assert post(f"/console/people/{bruno}", deed="let_go", to="team-1").status_code == 303
    assert owner(database) == (None, 1)
    assert not works_here(database, bruno)
    assert own.get("/console/").status_code == 303
    assert sign_in(own, email="bruno@marulho.example").status_code != 303
    assert "Who left" in browser.get("/console/people").text
    post(f"/console/people/{bruno}", deed="let_back_in")
    assert sign_in(own, email="bruno@marulho.example").status_code == 303


def test_tickets_are_given_away_while_the_person_stays(
    database: SessionFactory, post: Post, bruno: int
) -> None:
    assert post(f"/console/people/{bruno}", deed="hand_on", to="nobody").status_code == 303
    assert owner(database) == (None, None)
    assert works_here(database, bruno)


@pytest.mark.parametrize(
    "fields",
    [
        {"deed": "hand_on"},
        {"deed": "hand_on", "to": "person-999"},
        {"deed": "hand_on", "to": "team-x"},
        {"deed": "sell", "to": "nobody"},
    ],
)
def test_what_cannot_be_done_changes_nothing(
    database: SessionFactory, post: Post, bruno: int, fields: dict[str, str]
) -> None:
    answer = post(f"/console/people/{bruno}", **fields)
    assert (answer.status_code, "Nothing was saved" in answer.text) == (409, True)
    assert owner(database) == (bruno, None)


def test_nobody_lets_themselves_go(
    browser: TestClient, database: SessionFactory, post: Post, bruno: int
) -> None:
    with reading(database) as session:
        rita = session.scalars(select(Staff.id).where(Staff.name == "Rita Prado")).one()
    assert post(f"/console/people/{rita}", deed="let_go").status_code == 409
    assert works_here(database, rita)
    assert browser.get("/console/").status_code == 200


def test_agents_decide_about_nobody(
    browser: TestClient, database: SessionFactory, post: Post, bruno: int
) -> None:
    with writing(database) as session:
        session.get_one(Staff, bruno).role = Role.AGENT
        session.scalars(select(Staff).where(Staff.id != bruno)).one().role = Role.AGENT
    assert browser.get("/console/people").status_code == 403
    assert post(f"/console/people/{bruno}", deed="let_go", to="nobody").status_code == 403
    assert owner(database) == (bruno, None)


def test_unknown_person_is_not_found(post: Post, bruno: int) -> None:
    assert post("/console/people/99999999999", deed="let_go").status_code == 404
