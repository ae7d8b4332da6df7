"""Clocks in the console: on a ticket, in the list, on the start page and on every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from aftercare.clocks.files import ClockPlanFile
from aftercare.clocks.plan import put_plan, read_plan
from aftercare.clocks.watch import ClockWatch
from aftercare.database import SessionFactory, writing
from aftercare.tables.clocks import ClockKind
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor
from aftercare.tickets.life import move
from tests.console.browsers import Clock, Response, TestClient
from tests.factories import make_staff, make_ticket

#: A Monday, 8:00 in São Paulo.
MONDAY = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBER = re.compile(r'class="number" href="/console/tickets/([^"?]+)"')


def put_due(ticket: Ticket, number: str, hours: float) -> None:
    """Let the first answer be due so many hours after Monday 8:00, and the solution never."""
    ticket.number = number
    ticket.clocks = [clock for clock in ticket.clocks if clock.kind == ClockKind.RESPONSE]
    (clock,) = ticket.clocks
    clock.target_minutes = round(hours * 60)
    ticket.due_at = clock.due_at = MONDAY + hours * HOUR
    clock.look_at = clock.warn_at = MONDAY + hours * HOUR * 3 / 4


@pytest.fixture
def three(database: SessionFactory, clock: Clock) -> SessionFactory:
    """Three tickets that are late, due soon and on time when it is half past ten."""
    with writing(database) as session:
        for number, hours in (("ONTIME", 8.0), ("LATE", 1.5), ("SOON", 3.0)):
            put_due(make_ticket(session, at=MONDAY), number, hours)
    clock.now = MONDAY + 2.5 * HOUR
    ClockWatch(database, clock).look()
    return database


def numbers(browser: TestClient, query: str) -> list[str]:
    return NUMBER.findall(browser.get(f"/console/tickets{query}").text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?order=due", ["LATE", "SOON", "ONTIME"]),
        ("?order=due&status=new", ["LATE", "SOON", "ONTIME"]),
        ("?clock=late", ["LATE"]),
        ("?clock=due_soon", ["SOON"]),
        ("?clock=due_soon&status=open&priority=nonsense", []),
    ],
)
def test_list_is_filtered_and_ordered_by_what_is_due(
    browser: TestClient, three: SessionFactory, query: str, expected: list[str]
) -> None:
    assert numbers(browser, query) == expected


def test_pages_of_what_is_due_follow_each_other(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        for number in range(30):
            put_due(make_ticket(session, at=MONDAY), f"T{number:02}", 1 + number // 2)
    page = browser.get("/console/tickets?order=due").text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    second = browser.get(following.replace("&amp;", "&")).text
    found = NUMBER.findall(page) + NUMBER.findall(second)
    assert found == [f"T{number:02}" for number in range(30)]


def test_every_page_and_the_overview_tell_what_is_late(
    browser: TestClient, three: SessionFactory
) -> None:
    assert '<b class="badge late">1 late</b>' in browser.get("/console/conversations").text
    start = browser.get("/console/").text
    assert "<b>1</b> <span>Tickets due soon</span>" in start
    assert "<b>1</b> <span>Tickets late</span>" in start


def test_ticket_shows_its_clocks_in_words(
    browser: TestClient, database: SessionFactory, clock: Clock
) -> None:
    with writing(database) as session:
        ticket = make_ticket(session, at=MONDAY)
        number = ticket.number
        put_due(ticket, number, 1.5)
    clock.now = MONDAY + 2.5 * HOUR
    ClockWatch(database, clock).look()
    page = browser.get(f"/console/tickets/{number}").text
    assert "First answer" in page
    assert "by 1 hour" in page
    assert "2 h 30 min of 1 h 30 min used, in business hours" in page
    assert '<time datetime="2026-03-02T12:30:00+00:00">2 Mar 2026, 09:30</time>' in page
    assert "noticed that it is late" in page


def test_ticket_that_waits_for_the_customer_shows_a_paused_clock(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        staff = Actor.of(make_staff(session, email="ann@marulho.example", name="Ann Lee"))
        ticket = make_ticket(session, at=MONDAY)
        number = ticket.number
        move(session, ticket, TicketStatus.WAITING, by=staff, now=MONDAY + HOUR / 2)
    page = browser.get(f"/console/tickets/{number}").text
    assert "Paused since" in page
    assert "30 min of" in page
    assert "Answered in time" in page


def test_ticket_without_targets_says_so(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        ticket = make_ticket(session, at=MONDAY)
        number = ticket.number
        ticket.clocks = []
        ticket.due_at = ticket.due_state = None
    assert "No target is set" in browser.get(f"/console/tickets/{number}").text
    assert "No clock runs" in browser.get("/console/tickets").text


def test_region_is_corrected_on_the_tickets_page(
    browser: TestClient, database: SessionFactory, post: Callable[..., Response]
) -> None:
    with writing(database) as session:
        plan = read_plan(session)
        assert plan
        week = {"mon": ["08:00-12:00"]}
        region = {
            "id": "manaus",
            "name": {"en": "Manaus <AM>", "pt": "Manaus"},
            "postcodes": ["69"],
            "business_hours": {"time_zone": "America/Manaus", "week": week},
        }
        told = {**plan.file.model_dump(mode="json"), "regions": [region]}
        put_plan(session, ClockPlanFile.model_validate(told))
        number = make_ticket(session, at=MONDAY).number
    path = f"/console/tickets/{number}"
    assert "Correct the region" in browser.get(path).text
    assert post(f"{path}/region", region="manaus", seen="").status_code == 303
    page = browser.get(path).text
    assert "Business hours of Manaus &lt;AM&gt;" in page
    assert "let the business hours of Manaus count, before that of the company" in page
    stale = post(f"{path}/region", region="", seen="")
    assert (stale.status_code, "Somebody else has changed this ticket" in stale.text) == (409, True)
    assert post(f"{path}/region", region="mars", seen="manaus").status_code == 409
    assert "Business hours of Manaus" in browser.get(path).text
