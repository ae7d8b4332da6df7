"""The page about teams: made, named, filled, retired, and by managers only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.staff.roles import Role
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket
from tests.console.browsers import Response, TestClient
from tests.factories import make_staff, make_ticket

Post = Callable[..., Response]


@pytest.fixture
def manager(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = Role.MANAGER


def teams_in(database: SessionFactory) -> list[tuple[str, str | None, bool, list[str]]]:
    with reading(database) as session:
        return [
            (team.name, team.role, team.active, [member.name for member in team.members])
            for team in session.scalars(select(Team).order_by(Team.id))
        ]


@pytest.mark.usefixtures("manager")
def test_team_is_made_renamed_filled_and_retired(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    with writing(database) as session:
        ana = str(make_staff(session, email="ana@marulho.example", name="Ana Sá").id)
    assert post("/console/teams", name="Front desk", role="support").status_code == 303
    post("/console/teams/1", deed="add", person=ana)
    post("/console/teams/1", deed="change", name="<Desk>", role="technician")
    assert teams_in(database) == [("<Desk>", "technician", True, ["Ana Sá"])]
    with writing(database) as session:
        make_ticket(session).team_id = 1
    page = browser.get("/console/teams").text
    assert "&lt;Desk&gt;" in page and "1 open ticket<" in page
    post("/console/teams/1", deed="remove", person=ana)
    refused = post("/console/teams/1", deed="retire")
    assert (refused.status_code, "Choose to whom they go" in refused.text) == (409, True)
    assert teams_in(database) == [("<Desk>", "technician", True, [])]
    post("/console/teams/1", deed="retire", to=f"person-{ana}")
    assert teams_in(database) == [("<Desk>", "technician", False, [])]
    with reading(database) as session:
        given = session.scalars(select(Ticket)).one()
        assert (given.team_id, given.assignee_id) == (None, int(ana))


@pytest.mark.usefixtures("manager")
def test_tickets_of_a_retired_team_are_given_away(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    post("/console/teams", name="Front desk")
    post("/console/teams/1", deed="retire")
    with writing(database) as session:
        # It was resolved when the team retired, and is reopened.
        make_ticket(session).team_id = 1
    assert "Retired, with open tickets" in browser.get("/console/teams").text
    assert post("/console/teams/1", deed="hand_on", to="team-1").status_code == 409
    assert post("/console/teams/1", deed="hand_on").status_code == 409
    assert post("/console/teams/1", deed="hand_on", to="nobody").status_code == 303
    assert "Retired, with open tickets" not in browser.get("/console/teams").text


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    ("path", "fields", "why"),
    [
        ("/console/teams", {"name": " "}, "Nothing was saved."),
        ("/console/teams", {"name": "Front desk"}, "Another team has this name"),
        ("/console/teams", {"name": "Else", "role": "support"}, "Another team does this role"),
        ("/console/teams/1", {"deed": "add", "person": "99"}, "Nothing was saved."),
        ("/console/teams/1", {"deed": "sell"}, "Nothing was saved."),
    ],
)
def test_what_cannot_be_done_is_said(
    database: SessionFactory, post: Post, path: str, fields: dict[str, str], why: str
) -> None:
    post("/console/teams", name="Front desk", role="support")
    answer = post(path, **fields)
    assert answer.status_code == 409
    assert why in answer.text
    assert teams_in(database) == [("Front desk", "support", True, [])]


def test_agents_make_no_teams(browser: TestClient, database: SessionFactory, post: Post) -> None:
    assert browser.get("/console/teams").status_code == 403
    assert post("/console/teams", name="Mine").status_code == 403
    assert teams_in(database) == []
    assert "/console/teams" not in browser.get("/console/tickets").text
