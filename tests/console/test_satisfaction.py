"""What customers say: figures for managers, and the follow-up by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.satisfaction.surveys import give_reason, open_survey, rate
from aftercare.tables.conversations import ChatSession, Message
from aftercare.tables.satisfaction import FollowUp, Survey
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor
from aftercare.tickets.life import put_status
from tests.console.browsers import Clock, Response, TestClient
from tests.factories import make_conversation, make_staff, make_ticket


@pytest.fixture
def bruno(database: SessionFactory) -> int:
    """A colleague of Rita's."""
    with writing(database) as session:
        return make_staff(session, email="bruno@marulho.example", name="Bruno Reis").id


def _promote(database: SessionFactory) -> None:
    with writing(database) as session:
        session.scalars(select(Staff).where(Staff.name == "Rita Prado")).one().role = "manager"


def _answer(
    database: SessionFactory, clock: Clock, solver: str, rating: int, reason: str = ""
) -> str:
    """A ticket that the solver closed and its customer rated; its number."""
    with writing(database) as session:
        staff = session.scalars(select(Staff).where(Staff.name == solver)).one()
        talk = make_conversation(session)
        ticket = make_ticket(session, conversation_id=talk.id)
        for status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            put_status(session, ticket, status, "status", by=Actor.of(staff), now=clock.now)
        survey = open_survey(session, ticket, talk.id, "en", clock.now)
        assert survey
        rate(session, survey, rating, clock.now)
        give_reason(session, survey, reason)
        return ticket.number


def test_manager_sees_average_spread_and_words(
    browser: TestClient, database: SessionFactory, clock: Clock, bruno: int
) -> None:
    _promote(database)
    number = _answer(database, clock, "Rita Prado", 5, "Quick and <b>kind</b>")
    _answer(database, clock, "Bruno Reis", 2)
    page = browser.get("/console/satisfaction").text
    for told in ("3.50 of 5", number, "Quick and &lt;b&gt;kind", "Rita Prado", "Repair", "2026-"):
        assert told in page, told
    assert "1 unhappy customer waits" in page
    only = browser.get("/console/satisfaction?rating=unhappy").text
    assert "2.00 of 5" in only
    assert number not in only
    assert number not in browser.get(f"/console/satisfaction?person={bruno}").text
    assert "No answer fits" in browser.get("/console/satisfaction?to=2020-01-01").text


def test_page_without_answers_says_when_there_will_be_some(
    browser: TestClient, database: SessionFactory
) -> None:
    _promote(database)
    assert "Nobody has answered yet" in browser.get("/console/satisfaction").text


def test_agents_see_whom_to_call_but_not_the_figures(
    browser: TestClient, database: SessionFactory, clock: Clock, bruno: int
) -> None:
    number = _answer(database, clock, "Bruno Reis", 1, "Nobody came")
    assert browser.get("/console/satisfaction").status_code == 403
    page = browser.get("/console/follow-ups").text
    assert number in page
    assert "Nobody came" in page
    assert "Unhappy customers to get in touch with" in browser.get("/console/").text


def test_who_solved_it_leaves_the_follow_up_to_somebody_else(
    browser: TestClient,
    post: Callable[..., Response],
    database: SessionFactory,
    clock: Clock,
    bruno: int,
) -> None:
    own = _answer(database, clock, "Rita Prado", 1)
    other = _answer(database, clock, "Bruno Reis", 2)
    page = browser.get("/console/follow-ups").text
    assert "You solved this ticket" in page
    refused = post(f"/console/follow-ups/{own}", note="I called")
    assert refused.status_code == 409
    assert "I called" not in refused.text
    assert post(f"/console/follow-ups/{other}", note=" ").status_code == 409
    assert post(f"/console/follow-ups/{other}", note="Called, all good now").status_code == 303
    with reading(database) as session:
        states = dict(
            session.execute(select(Ticket.number, Survey.follow_up).join(Survey.ticket)).all()
        )
        assert states == {own: FollowUp.OPEN, other: FollowUp.DONE}
    assert other not in browser.get("/console/follow-ups").text
    assert "got in touch" in browser.get(f"/console/tickets/{other}").text


def test_follow_up_of_a_ticket_without_an_answer_is_not_there(
    post: Callable[..., Response], database: SessionFactory
) -> None:
    with writing(database) as session:
        number = make_ticket(session).number
    assert post(f"/console/follow-ups/{number}", note="x").status_code == 404


def test_months_are_those_of_the_company(
    browser: TestClient, database: SessionFactory, clock: Clock
) -> None:
    _promote(database)
    first = clock.now.strftime("%Y-%m")
    _answer(database, clock, "Rita Prado", 4)
    clock.now += timedelta(days=40)
    _answer(database, clock, "Rita Prado", 2)
    # The session of the browser has ended meanwhile.
    browser.post(
        "/console/sign-in",
        data={"email": "rita@marulho.example", "password": "correct horse battery"},
    )
    page = browser.get("/console/satisfaction").text
    second = clock.now.strftime("%Y-%m")
    assert page.index(f">{second}<") < page.index(f">{first}<")


def test_resolving_tells_the_customer_in_the_chat(
    browser: TestClient, post: Callable[..., Response], database: SessionFactory, clock: Clock
) -> None:
    with writing(database) as session:
        talk = make_conversation(session)
        session.add(
            ChatSession(
                token_hash=talk.id,
                conversation_id=talk.id,
                created_at=clock.now,
                expires_at=clock.now + timedelta(days=30),
            )
        )
        ticket = make_ticket(session, conversation_id=talk.id, service_id="person")
        number, conversation = ticket.number, talk.id
    assert "For the customer" in browser.get(f"/console/tickets/{number}").text
    form = {"seen": "new", "note": "Paid back", "told": "Your money is on its way."}
    path = f"/console/tickets/{number}/status"
    assert post(path, to="in_progress", **form).status_code == 303
    with reading(database) as session:
        assert session.scalars(select(Message)).all() == []
    assert post(path, to="resolved", **{**form, "seen": "in_progress"}).status_code == 303
    with reading(database) as session:
        said = session.scalars(select(Message)).one()
        assert (said.conversation_id, said.sender) == (conversation, "system")
        assert said.payload == f'/postback{{"do": "solved", "of": "{number}"}}'
    page = browser.get(f"/console/tickets/{number}").text
    assert "told the customer" in page
    assert "Your money is on its way." in page


def test_words_for_the_customer_survive_a_refusal(
    post: Callable[..., Response], database: SessionFactory
) -> None:
    with writing(database) as session:
        number = make_ticket(session, service_id="person").number
    form = {"seen": "waiting", "to": "resolved", "note": "", "told": "All done."}
    refused = post(f"/console/tickets/{number}/status", **form)
    assert refused.status_code == 409
    assert "All done." in refused.text
