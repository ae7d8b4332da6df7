"""Calendar files open by a signed link that expires, and by a technician's own address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.settings import Settings
from aftercare.tables.visits import Technician, Visit
from aftercare.tickets.life import Actor
from aftercare.visits.booking import Choice, book, cancel, next_choices, settle_site
from gateway.app import create_gateway
from gateway.links import Links
from tests.conftest import NOW
from tests.factories import make_ticket
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient

BY = Actor("Rita Prado")


@pytest.fixture
def key(stocked_sessions: SessionFactory) -> str:
    """A visit that is booked."""
    with writing(stocked_sessions) as session:
        ticket = make_ticket(
            session,
            service_id="installation",
            product_id="brisa-a12",
            language="pt",
            records={"product": "brisa-a12", "address": "Rua Harmonia 12, 05435-000"},
        )
        settle_site(session, ticket)
        slot = next_choices(session, ticket, NOW, 1)[0]
        return book(session, ticket, Choice(slot.day, slot.window_id), by=BY, now=NOW).key


@pytest.fixture
def site(
    settings: Settings, stocked_sessions: SessionFactory, bot: FakeBot, clock: SteeredClock
) -> TestClient:
    app = create_gateway(settings, stocked_sessions, bot, clock)
    return TestClient(app, raise_server_exceptions=False)


def _address(settings: Settings, clock: SteeredClock, key: str) -> str:
    return (
        Links(settings, clock).source_url(f"/visits/{key}", "c-1").removeprefix(settings.site_url)
    )


def _event(content: bytes) -> dict[str, object]:
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return {
        "method": str(calendar["method"]),
        "summary": str(event["summary"]),
        "begins": event.decoded("dtstart"),
        "ends": event.decoded("dtend"),
        "location": str(event["location"]),
        "status": str(event["status"]),
        "sequence": event["sequence"],
        "uid": str(event["uid"]),
        "description": str(event["description"]),
    }


def test_customer_gets_the_window_that_was_promised(
    site: TestClient,
    settings: Settings,
    clock: SteeredClock,
    key: str,
    stocked_sessions: SessionFactory,
) -> None:
    answer = site.get(_address(settings, clock, key))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    event = _event(answer.content)
    with reading(stocked_sessions) as session:
        visit = session.scalars(select(Visit)).one()
    assert (event["begins"], event["ends"]) == (visit.window_begins_at, visit.window_ends_at)
    assert event["location"] == "Rua Harmonia 12, 05435-000"
    assert str(event["summary"]).startswith("Marulho: Instalação (")
    assert (event["method"], event["status"], event["sequence"]) == ("PUBLISH", "CONFIRMED", 0)


def test_cancelled_visit_takes_itself_out(
    site: TestClient,
    settings: Settings,
    clock: SteeredClock,
    key: str,
    stocked_sessions: SessionFactory,
) -> None:
    before = _event(site.get(_address(settings, clock, key)).content)
    with writing(stocked_sessions) as session:
        cancel(session, session.scalars(select(Visit)).one(), by=BY, now=NOW)
    event = _event(site.get(_address(settings, clock, key)).content)
    assert (event["method"], event["status"]) == ("CANCEL", "CANCELLED")
    assert (event["uid"], event["sequence"]) == (before["uid"], 1)


def test_link_expires_and_the_key_alone_opens_nothing(
    site: TestClient, settings: Settings, clock: SteeredClock, key: str
) -> None:
    address = _address(settings, clock, key)
    assert site.get(f"/visits/{key}").status_code == 404
    sheet = Links(settings, clock).source_url(f"/trainings/{key}", "c-1")
    assert site.get(f"/visits/{sheet.rpartition('/')[2]}").status_code == 404
    clock.pass_by(minutes=settings.file_link_minutes, seconds=1)
    assert site.get(address).status_code == 410


def test_feed_shows_the_work_until_its_address_is_renewed(
    site: TestClient, key: str, stocked_sessions: SessionFactory
) -> None:
    with reading(stocked_sessions) as session:
        visit = session.scalars(select(Visit)).one()
        feed = visit.technician.feed_key
    answer = site.get(f"/visits/feeds/{feed}.ics")
    assert answer.status_code == 200
    event = _event(answer.content)
    assert (event["begins"], event["ends"]) == (
        visit.starts_at,
        visit.starts_at + timedelta(hours=2),
    )
    assert "Joana Lima" in str(event["description"])
    with writing(stocked_sessions) as session:
        session.get_one(Technician, visit.technician_id).feed_key = "another"
    assert site.get(f"/visits/feeds/{feed}.ics").status_code == 404
    assert site.get(f"/visits/feeds/{'x' * 300}.ics").status_code == 404
