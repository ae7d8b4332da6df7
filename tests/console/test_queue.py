"""The queue page, the count in the navigation, and the switch of staff who are there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.handover.changes import ask_for_person, take
from aftercare.handover.presence import PRESENT_FOR, count_available
from aftercare.tables.staff import Staff
from tests.console.browsers import Clock, Response, TestClient
from tests.factories import make_conversation, make_customer, make_message


def available(database: SessionFactory, clock: Clock) -> int:
    with reading(database) as session:
        return count_available(session, clock())


def test_who_waits_longest_stands_first(
    browser: TestClient, database: SessionFactory, clock: Clock
) -> None:
    for name, language, words in (("Zoe", "en", "it <b>leaks"), ("Ana", "pt", "não liga")):
        with writing(database) as session:
            conversation = make_conversation(session, language=language)
            conversation.customer = make_customer(session, name=name)
            make_message(session, conversation, words)
            ask_for_person(session, conversation.id, clock())
        clock.pass_by(minutes=4)
    page = browser.get("/console/queue").text
    assert page.index("Zoe") < page.index("Ana")
    assert "8 min" in page
    assert "4 min" in page
    assert "it &lt;b&gt;leaks" in page
    assert "Portuguese" in page
    assert '<b class="badge" data-waiting>2</b>' in page
    assert browser.get("/console/queue/pulse").json() == {"waiting": 2}


def test_conversations_with_a_person_stand_apart(
    browser: TestClient, database: SessionFactory, clock: Clock
) -> None:
    with writing(database) as session:
        conversation = make_conversation(session)
        take(session, conversation.id, session.scalars(select(Staff)).one(), clock())
    page = browser.get("/console/queue").text
    assert "Nobody is waiting" in page
    assert "Rita Prado</bdi>, since" in page
    assert '<b class="badge" data-waiting hidden>0</b>' in page


def test_staff_are_there_when_they_say_so_and_a_page_is_open(
    browser: TestClient,
    database: SessionFactory,
    clock: Clock,
    post: Callable[..., Response],
) -> None:
    browser.get("/console/queue")
    assert available(database, clock) == 0
    post("/console/queue/availability", available="yes")
    assert available(database, clock) == 1
    for _ in range(3):
        clock.pass_by(seconds=PRESENT_FOR.total_seconds() - 1)
        browser.get("/console/queue/pulse")
        assert available(database, clock) == 1
    clock.pass_by(seconds=PRESENT_FOR.total_seconds())
    assert available(database, clock) == 0
    browser.get("/console/tickets")
    assert available(database, clock) == 1
    post("/console/queue/availability", available="no")
    assert available(database, clock) == 0


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/console/tickets", "/console/tickets"),
        ("//evil.example", "/console/queue"),
        ("https://evil.example", "/console/queue"),
        ("", "/console/queue"),
    ],
)
def test_switch_leads_back_to_the_page_that_it_was_on(
    post: Callable[..., Response], back: str, to: str
) -> None:
    answer = post("/console/queue/availability", available="yes", back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, to)
