"""What staff do on a ticket's page: people, steps, records, notes, doubles, following tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.staff.roles import Role
from aftercare.staff.teams import add_member, make_team
from aftercare.tables.catalogue import ServiceRecord
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.tickets.history import EventKind
from tests.console.browsers import Clock, Response, TestClient, sign_in
from tests.factories import AT, make_conversation, make_staff, make_ticket

Post = Callable[..., Response]
JOANA = "joana@mail.example"


def make(database: SessionFactory, **values: object) -> str:
    with writing(database) as session:
        return make_ticket(session, **values).number  # type: ignore[arg-type]


@pytest.fixture
def number(database: SessionFactory) -> str:
    return make(database)


def events_of(database: SessionFactory, number: str) -> list[TicketEvent]:
    with reading(database) as session:
        return list(session.scalars(select(Ticket).where(Ticket.number == number)).one().events)


def ticket_of(database: SessionFactory, number: str) -> Ticket:
    with reading(database) as session:
        return session.scalars(select(Ticket).where(Ticket.number == number)).one()


@pytest.fixture
def rita(database: SessionFactory) -> int:
    with reading(database) as session:
        return session.scalars(select(Staff.id)).one()


def test_ticket_is_given_to_oneself(
    browser: TestClient, database: SessionFactory, post: Post, number: str, rita: int
) -> None:
    seen = {"seen_person": "nobody", "seen_team": "nobody"}
    answer = post(f"/console/tickets/{number}/people", me="yes", **seen)
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "It is with Rita Prado" in page and "gave it to Rita Prado" in page
    assert "Give it to me" not in page
    assert ticket_of(database, number).assignee_id == rita
    assert post(f"/console/tickets/{number}/people", me="yes", **seen).status_code == 409


def test_ticket_is_given_to_a_colleague_and_a_team(
    browser: TestClient, database: SessionFactory, post: Post, number: str
) -> None:
    with writing(database) as session:
        ana = make_staff(session, email="ana@marulho.example", name="Ana Sá").id
        team_id = make_team(session, "Workshop", None, AT).id
    answer = post(
        f"/console/tickets/{number}/people",
        seen_person="nobody",
        seen_team="nobody",
        person=str(ana),
        team=str(team_id),
    )
    assert answer.status_code == 303
    found = ticket_of(database, number)
    assert (found.assignee_id, found.team_id) == (ana, team_id)
    page = browser.get(f"/console/tickets/{number}").text
    assert "gave it to the team Workshop" in page
    row = browser.get("/console/tickets").text
    assert "Ana Sá" in row and "Workshop" in row


@pytest.mark.parametrize("person", ["999", "x", "-1", ""])
def test_ticket_is_given_to_nobody_unknown(
    database: SessionFactory, post: Post, number: str, person: str
) -> None:
    answer = post(
        f"/console/tickets/{number}/people",
        seen_person="nobody",
        seen_team="nobody",
        person=person,
        team="nobody",
    )
    assert answer.status_code == 409
    assert ticket_of(database, number).assignee_id is None


def test_step_is_ticked_and_opened_again(
    browser: TestClient, database: SessionFactory, post: Post, number: str
) -> None:
    path = f"/console/tickets/{number}/steps"
    assert (
        'aria-checked="true"'
        not in browser.get(f"/console/tickets/{number}").text.split("<main")[1]
    )
    answer = post(path, step="acknowledge", done="yes")
    assert answer.headers["location"].endswith("#steps-title")
    page = browser.get(f"/console/tickets/{number}").text.split("<main")[1]
    assert page.count('aria-checked="true"') == 1
    assert "did the step “Read the description and contact the customer.”" in page
    post(path, step="acknowledge", done="no")
    assert [event.kind for event in events_of(database, number)][1:] == [
        EventKind.STEP_DONE,
        EventKind.STEP_OPEN,
    ]
    assert post(path, step="no_such_step", done="yes").status_code == 404


def test_page_says_what_is_missing_and_lets_it_be_filled_in(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    number = make(database, product_id=None)
    answer = post(f"/console/tickets/{number}/status", to="resolved", seen="new", note="Done")
    assert answer.status_code == 409
    assert "this must be there before the ticket is resolved or closed: Product." in answer.text
    assert "Done</textarea>" in answer.text
    filled = post(f"/console/tickets/{number}/records", field="product", seen="", value="mare-w900")
    assert filled.status_code == 303
    assert post(f"/console/tickets/{number}/status", to="resolved", seen="new").status_code == 303
    page = browser.get(f"/console/tickets/{number}").text
    assert "filled in Product: “" in page and "(W900)”" in page


def test_wrong_value_is_refused_beside_its_field(post: Post, number: str) -> None:
    answer = post(f"/console/tickets/{number}/records", field="serial_number", seen="", value="<7>")
    assert answer.status_code == 422
    assert "This is no serial number of the product." in answer.text
    assert 'value="&lt;7&gt;" aria-describedby="why-serial_number"' in answer.text


def test_outdated_record_is_refused_and_what_was_typed_stays(
    database: SessionFactory, post: Post
) -> None:
    number = make(database, records={"order_number": "A-1"}, service_id="return")
    answer = post(f"/console/tickets/{number}/records", field="order_number", seen="", value="B-22")
    assert answer.status_code == 409
    assert 'value="B-22"' in answer.text and 'name="seen" value="A-1"' in answer.text


def test_record_of_another_role_is_neither_shown_nor_written(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    with writing(database) as session:
        record = session.scalars(
            select(ServiceRecord).where(
                ServiceRecord.service_id == "repair", ServiceRecord.field == "symptom"
            )
        ).one()
        record.seen_by = [Role.MANAGER]
    number = make(database, records={"symptom": "leak"})
    assert "Leaks" not in browser.get(f"/console/tickets/{number}").text
    path = f"/console/tickets/{number}/records"
    answer = post(path, field="symptom", seen="leak", value="noise")
    assert answer.status_code == 404
    assert "Leaks" not in answer.text


def test_note_is_kept_with_its_author(
    browser: TestClient, database: SessionFactory, post: Post, number: str
) -> None:
    answer = post(f"/console/tickets/{number}/notes", note=" Rang twice.\r\n<b>No answer</b> ")
    page = browser.get(answer.headers["location"]).text
    assert "Rang twice.\n&lt;b&gt;No answer&lt;/b&gt;</p>" in page
    line = events_of(database, number)[-1]
    assert (line.kind, line.actor) == (EventKind.NOTE, "Rita Prado")
    assert post(f"/console/tickets/{number}/notes", note="  ").status_code == 409


def test_number_of_a_card_is_kept_in_no_note(
    database: SessionFactory, post: Post, number: str
) -> None:
    post(f"/console/tickets/{number}/notes", note="card 4111 1111 1111 1111")
    assert "4111 1111" not in events_of(database, number)[-1].note


def test_ticket_is_closed_without_a_solution(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    number = make(database, product_id=None)
    path = f"/console/tickets/{number}/withdraw"
    assert post(path, seen="new", reason=" ").status_code == 409
    assert post(path, seen="waiting", reason="late").status_code == 409
    assert post(path, seen="new", reason="Bought another").status_code == 303
    page = browser.get(f"/console/tickets/{number}").text
    assert "closed it without a solution" in page and "Bought another" in page
    assert ticket_of(database, number).status == TicketStatus.CLOSED


def test_double_is_offered_merged_and_found_by_its_number(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    with writing(database) as session:
        make_conversation(session, id="talk")
    into = make(database, email=JOANA, description="It drips.")
    double = make(database, email=JOANA, conversation_id="talk", description="Water everywhere!")
    page = browser.get(f"/console/tickets/{into}").text
    assert "Possible doubles" in page and "Water everywhere!" in page
    answer = post(f"/console/tickets/{into}/merge", double=double)
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "The double is merged into this ticket." in page
    assert "Possible doubles" not in page
    assert f"(on {double})" in page, "the history of the double stands beside its own"
    gone = browser.get(f"/console/tickets/{double}").text
    assert "This ticket was a double" in gone and f"/console/tickets/{into}" in gone
    assert 'id="to"' not in gone, "nothing changes there any more"
    assert post(f"/console/tickets/{into}/merge", double=double).status_code == 409
    assert post(f"/console/tickets/{into}/merge", double="K4F-7M2C").status_code == 404


def test_closed_ticket_is_followed_after_the_time_for_reopening(
    browser: TestClient, database: SessionFactory, post: Post, clock: Clock
) -> None:
    number = make(database, at=clock.now)
    post(f"/console/tickets/{number}/status", to="closed", seen="new")
    page = browser.get(f"/console/tickets/{number}").text
    assert "It may be reopened until" in page
    clock.pass_by(days=31)
    sign_in_again(browser)
    page = browser.get(f"/console/tickets/{number}").text
    assert "cannot be reopened" in page and 'id="to"' not in page
    late = post(f"/console/tickets/{number}/status", to="in_progress", seen="closed")
    assert late.status_code == 409
    assert "The time for reopening this ticket is over." in late.text
    answer = post(f"/console/tickets/{number}/follow", note="It drips again")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "It drips again" in page and "Follows" in page and number in page
    assert post(f"/console/tickets/{number}/follow", note="Again").status_code == 409


def sign_in_again(browser: TestClient) -> None:
    browser.cookies.clear()
    assert sign_in(browser).status_code == 303


# A ticket opened by hand --------------------------------------------------------


NEW = {
    "id": "0b9b6c1e-6a54-4b7e-9a2f-4c1d2e3f4a5b",
    "service": "repair",
    "product": "mare-w900",
    "description": "Phoned: it does not spin.",
    "language": "pt",
    "name": "Joana Lima",
    "email": "Joana@Mail.example",
    "phone": "",
}


def test_ticket_is_opened_by_hand_once(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    assert browser.get("/console/tickets/new").status_code == 200
    first, second = post("/console/tickets/new", **NEW), post("/console/tickets/new", **NEW)
    assert first.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    page = browser.get(first.headers["location"]).text
    assert "The ticket is opened." in page and "did not come out of a conversation" in page
    with reading(database) as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.customer is not None and ticket.customer.email == "joana@mail.example"
        assert (ticket.language, ticket.events[0].actor) == ("pt", "Rita Prado")
        assert {one.field for one in ticket.records} >= {"product", "description", "name", "email"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"service": "warranty"}, "Choose what the customer needs."),
        ({"description": " "}, "Write what the customer told."),
        ({"email": "joana"}, "is no e-mail address"),
        ({"phone": "12"}, "is no phone number"),
        ({"id": "x"}, "The form is damaged"),
    ],
)
def test_ticket_that_cannot_be_opened_keeps_what_was_typed(
    database: SessionFactory, post: Post, wrong: dict[str, str], why: str
) -> None:
    answer = post("/console/tickets/new", **{**NEW, **wrong})
    assert answer.status_code == 422
    assert why in answer.text
    assert 'value="Joana Lima"' in answer.text
    with reading(database) as session:
        assert session.scalars(select(Ticket)).all() == []


# Whose tickets ------------------------------------------------------------------


@pytest.fixture
def shared(database: SessionFactory, rita: int) -> Iterator[dict[str, str]]:
    """Tickets of Rita, of both her teams, of another team and of nobody; also a closed one."""
    with writing(database) as session:
        me = session.get_one(Staff, rita)
        teams = [make_team(session, name, None, me.created_at) for name in ("A", "B", "C")]
        for team in teams[:2]:
            add_member(session, team, me)
        owners = {
            "mine": (rita, None, TicketStatus.NEW),
            "a": (None, teams[0].id, TicketStatus.WAITING),
            "b": (None, teams[1].id, TicketStatus.CLOSED),
            "c": (None, teams[2].id, TicketStatus.NEW),
            "nobody": (None, None, TicketStatus.NEW),
        }
        found = {}
        for name, (person, team_id, status) in owners.items():
            ticket = make_ticket(session, status=status)
            ticket.assignee_id, ticket.team_id = person, team_id
            found[name] = ticket.number
    yield found


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"whose": "mine"}, {"mine"}),
        ({"whose": "my-teams"}, {"a", "b"}),
        ({"whose": "my-teams", "status": "open"}, {"a"}),
        ({"whose": "my-teams", "status": "closed"}, {"b"}),
        ({"whose": "nobodys"}, {"a", "b", "c", "nobody"}),
        ({"whose": "nobodys", "status": "open"}, {"a", "c", "nobody"}),
        ({"whose": "team-3"}, {"c"}),
        ({"whose": "person-1"}, {"mine"}),
        ({"whose": "team-x"}, set()),
        ({"whose": "else"}, set()),
    ],
)
def test_list_shows_whose_tickets_are_asked_for(
    browser: TestClient, shared: dict[str, str], query: dict[str, str], wanted: set[str]
) -> None:
    page = browser.get("/console/tickets", params=query).text
    assert {name for name, number in shared.items() if f">{number}</a>" in page} == wanted


def test_pages_of_my_teams_lose_and_double_nothing(
    browser: TestClient, database: SessionFactory, shared: dict[str, str]
) -> None:
    with writing(database) as session:
        for index in range(60):
            ticket = make_ticket(session)
            ticket.team_id = 1 + index % 2
    seen: list[str] = []
    path = "/console/tickets?whose=my-teams&status=open"
    while path:
        page = browser.get(path).text
        seen += [part.split("<")[0] for part in page.split('<a class="number" href="')[1:]]
        _, _, after = page.partition('rel="next"')
        path = after.split('href="')[1].split('"')[0].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == 61
