"""The overview: numbers that lead to their lists, and what waits longest."""

from __future__ import annotations

import re
from datetime import timedelta

from aftercare.database import SessionFactory, writing
from aftercare.tables.conversations import MessageState
from aftercare.tables.tickets import TicketStatus
from tests.console.browsers import TestClient
from tests.factories import AT, make_conversation, make_message, make_ticket

COUNT = re.compile(r'<li><a href="([^"]+)"[^>]*><b>(\d+)</b> <span>([^<]+)</span>')


def counts(browser: TestClient) -> dict[str, int]:
    return {title: int(number) for _, number, title in COUNT.findall(browser.get("/console/").text)}


def test_an_empty_desk(browser: TestClient) -> None:
    assert set(counts(browser).values()) == {0}
    page = browser.get("/console/").text
    assert "No new ticket is waiting" in page
    assert "Nobody has written yet" in page


def test_numbers_of_today(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        for status in ("new", "new", "in_progress", "waiting", "closed"):
            make_ticket(session, status=TicketStatus(status))
        today = make_conversation(session)
        make_message(session, today, state=MessageState.FAILED, error_id="E-1")
        # Yesterday in São Paulo, though today in UTC.
        late = make_conversation(session, at=AT.replace(hour=2))
        make_message(session, late, error_id="E-2")
        make_message(session, make_conversation(session, at=AT - timedelta(days=9)), error_id="E-3")
    assert counts(browser) == {
        "New tickets": 2,
        "Tickets in progress": 1,
        "Waiting for the customer": 1,
        "Tickets due soon": 0,
        "Tickets late": 0,
        "Conversations today": 1,
        "Errors in the last 7 days": 2,
        "Unhappy customers to get in touch with": 0,
    }


def test_numbers_lead_to_lists_of_as_many(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        make_ticket(session)
        make_message(session, make_conversation(session), error_id="E-1")
    for address, number, title in COUNT.findall(browser.get("/console/").text):
        page = browser.get(address.replace("&amp;", "&")).text
        assert (f"{number} shown" in page) or number == "0", title


def test_longest_waiting_ticket_comes_first(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        numbers = [
            make_ticket(session, at=AT - timedelta(hours=hours)).number for hours in range(7)
        ]
    page = browser.get("/console/").text
    shown = re.findall(r'href="/console/tickets/([^"]+)"', page)
    assert shown == numbers[:1:-1]
    assert "All 7 new tickets" in page
