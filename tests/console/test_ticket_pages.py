"""One ticket: what is on file, the change of its status, and the way to its number."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.catalogue import ServiceRecord
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.tickets.life import change_status
from aftercare.tickets.moves import ALLOWED_MOVES
from console.formats import status_name
from tests.console.browsers import Clock, Response, TestClient, form_token
from tests.factories import make_conversation, make_ticket

Post = Callable[..., Response]


def make(database: SessionFactory, **values: object) -> str:
    with writing(database) as session:
        return make_ticket(session, **values).number  # type: ignore[arg-type]


def ticket_in(database: SessionFactory, number: str) -> tuple[str, list[TicketEvent]]:
    with reading(database) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        return ticket.status, list(ticket.events)


def test_page_shows_what_is_on_file(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        make_conversation(session, id="talk", language="pt")
        number = make_ticket(
            session,
            conversation_id="talk",
            language="pt",
            description="Não liga\n<b>nada</b>",
            name="Joana Lima",
            records={
                "product": "mare-w900",
                "purchase_date": "2025-08-14",
                "serial_number": "W912345678",
                "left_the_catalogue": "old value",
            },
        ).number
    page = browser.get(f"/console/tickets/{number}").text
    assert f"<title>Ticket {number}" in page
    assert 'lang="pt" dir="auto">Não liga\n&lt;b&gt;nada&lt;/b&gt;</p>' in page
    assert "(W900)" in page
    assert "Serial number" in page and "W912345678" in page
    assert "Bought on" in page and "14 Aug 2025" in page
    assert "Left the catalogue" in page and "old value" in page
    assert 'href="/console/conversations/talk"' in page
    assert "Joana Lima" in page and "opened the ticket" in page


def test_choice_is_shown_by_its_name(browser: TestClient, database: SessionFactory) -> None:
    with reading(database) as session:
        record = session.scalars(
            select(ServiceRecord).where(ServiceRecord.kind == "choice").order_by(ServiceRecord.id)
        ).all()
    named = [(r, c) for r in record for c in r.choices if c["name"]["en"] != c["id"]]
    chosen, choice = named[0]
    number = make(database, service_id=chosen.service_id, records={chosen.field: choice["id"]})
    page = browser.get(f"/console/tickets/{number}").text
    assert f">{choice['name']['en']}</span>" in page
    assert f">{choice['id']}</span>" not in page


def test_fault_and_part_are_shown_by_their_names(
    browser: TestClient, database: SessionFactory
) -> None:
    told = {"symptom": "leak", "part": "mare-w900/door_seal"}
    number = make(database, service_id="repair", records=told)
    page = browser.get(f"/console/tickets/{number}").text
    assert ">Leaks</span>" in page and ">Door seal</span>" in page


def test_ticket_about_no_product_and_without_customer(
    browser: TestClient, database: SessionFactory
) -> None:
    number = make(database, service_id="feedback", product_id=None, email=None)
    page = browser.get(f"/console/tickets/{number}").text
    assert "Not about a product" in page
    assert "Unknown" in page
    assert "did not come out of a conversation" in page


def test_hostile_words_stay_words(browser: TestClient, database: SessionFactory) -> None:
    evil = '<script>alert(1)</script>"><img src=x>'
    number = make(
        database, description=evil, name=evil, records={"serial_number": evil, "other": evil}
    )
    page = browser.get(f"/console/tickets/{number}").text
    assert "<script>" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("status", list(TicketStatus))
def test_form_offers_the_allowed_moves_only(
    browser: TestClient, database: SessionFactory, status: TicketStatus
) -> None:
    number = make(database, status=status)
    page = browser.get(f"/console/tickets/{number}").text
    for other in TicketStatus:
        offered = f'<option value="{other}">{status_name(other)}</option>' in page
        assert offered is (other in ALLOWED_MOVES[status])
    assert f'name="seen" value="{status}"' in page


def test_allowed_change_is_saved_with_its_author_and_note(
    browser: TestClient, database: SessionFactory, post: Post, clock: Clock
) -> None:
    number = make(database)
    answer = post(
        f"/console/tickets/{number}/status",
        to="waiting",
        seen="new",
        note="Asked for a photo.\r\n<i>Twice</i>\0",
    )
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "Saved. The ticket is now “Waiting for customer”." in page
    assert "Asked for a photo.\n&lt;i&gt;Twice&lt;/i&gt;" in page
    status, events = ticket_in(database, number)
    assert status == TicketStatus.WAITING
    line = events[-1]
    assert (line.actor, line.from_status, line.to_status) == ("Rita Prado", "new", "waiting")
    assert line.note == "Asked for a photo.\n<i>Twice</i>"
    assert line.at == clock.now
    assert line.staff_id is not None


@pytest.mark.parametrize(
    ("present", "to"),
    [("closed", "resolved"), ("new", "new"), ("resolved", "nonsense"), ("new", "")],
)
def test_forbidden_change_is_refused_in_words(
    database: SessionFactory, post: Post, present: str, to: str
) -> None:
    number = make(database, status=TicketStatus(present))
    answer = post(f"/console/tickets/{number}/status", to=to, seen=present, note="keep me")
    assert answer.status_code == 409
    assert "The ticket cannot go there" in answer.text
    assert "keep me</textarea>" in answer.text
    status, events = ticket_in(database, number)
    assert status == present
    assert len(events) == 1


def test_somebody_else_was_faster(database: SessionFactory, post: Post, clock: Clock) -> None:
    with writing(database) as session:
        ticket = make_ticket(session)
        change_status(
            session,
            ticket,
            TicketStatus.RESOLVED,
            staff=session.scalars(select(Staff)).one(),
            note="Done by phone",
            seen=TicketStatus.NEW,
            now=clock.now,
        )
    answer = post(
        f"/console/tickets/{ticket.number}/status",
        to="in_progress",
        seen="new",
        note="I'll take it </textarea><script>",
    )
    assert answer.status_code == 409
    assert "Somebody else has changed this ticket" in answer.text
    assert "it is now “Resolved”" in answer.text
    assert "Done by phone" in answer.text
    assert "I&#39;ll take it &lt;/textarea&gt;&lt;script&gt;</textarea>" in answer.text
    assert 'name="seen" value="resolved"' in answer.text
    status, events = ticket_in(database, ticket.number)
    assert status == TicketStatus.RESOLVED
    assert len(events) == 2


def test_form_without_the_seen_status_is_refused(database: SessionFactory, post: Post) -> None:
    number = make(database)
    assert post(f"/console/tickets/{number}/status", to="closed").status_code == 409
    assert ticket_in(database, number)[0] == TicketStatus.NEW


def test_change_of_an_unknown_ticket(post: Post) -> None:
    answer = post("/console/tickets/K4F-7M2C/status", to="closed", seen="new")
    assert answer.status_code == 404


@pytest.mark.parametrize("form", ["{0}", " {1} ", "#{1}", "{2}.{3}"])
def test_number_in_any_written_form_goes_to_the_ticket(
    browser: TestClient, database: SessionFactory, form: str
) -> None:
    number = make(database)
    head, tail = number.split("-")
    written = form.format(number, (head + tail).lower(), head, tail)
    answer = browser.get("/console/search", params={"find": written})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/tickets/{number}"
    assert browser.get(f"/console/tickets/{(head + tail).lower()}").status_code == 200


def test_number_that_nobody_has_is_said(browser: TestClient) -> None:
    answer = browser.get("/console/search", params={"find": "k4f7m2c"})
    assert answer.status_code == 404
    assert "No ticket has the number K4F-7M2C" in answer.text


def test_words_are_looked_for_in_the_conversations(browser: TestClient) -> None:
    answer = browser.get("/console/search", params={"find": "água fria"})
    assert answer.headers["location"] == "/console/conversations?q=%C3%A1gua+fria"


def test_navigation_marks_where_one_is(browser: TestClient, database: SessionFactory) -> None:
    number = make(database)
    for path in ("/console/tickets", f"/console/tickets/{number}"):
        assert '<a href="/console/tickets" aria-current="page">' in browser.get(path).text


def test_token_stands_in_no_address(browser: TestClient) -> None:
    token = form_token(browser)
    page = browser.get("/console/tickets").text
    assert not any(token in part.split('"')[0] for part in page.split('href="')[1:])
