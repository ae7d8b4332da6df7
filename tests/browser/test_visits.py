"""The pages about visits, technicians and parts, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from aftercare.tables.stock import StockItem
from aftercare.tables.visits import Technician
from aftercare.tickets.life import Actor
from aftercare.visits.booking import Choice, book, next_choices, settle_site
from aftercare.visits.stock import reserve
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.conftest import NOW
from tests.factories import make_staff, make_ticket

BY = Actor("Rita Prado")


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[dict[str, str]]:
    """The pages, with a visit that is booked and a part that is kept."""
    with writing(stocked_sessions) as session:
        make_staff(session, role="manager")
        ticket = make_ticket(
            session,
            service_id="installation",
            product_id="brisa-a12",
            records={"product": "brisa-a12", "address": "Rua Harmonia 12, 05435-000"},
        )
        settle_site(session, ticket)
        slot = next_choices(session, ticket, NOW, 1)[0]
        visit = book(session, ticket, Choice(slot.day, slot.window_id), by=BY, now=NOW)
        item = session.scalars(select(StockItem).where(StockItem.part == "remote_control")).one()
        reserve(session, ticket, item, 1, by=BY, now=NOW)
        technician = session.get_one(Technician, visit.technician_id).id
        number, part = ticket.number, item.id
    with served_console(settings, stocked_sessions) as url:
        yield {
            "week": f"{url}/visits",
            "day": f"{url}/visits?span=day&day={slot.day}",
            "planning": f"{url}/tickets/{number}/visit",
            "ticket": f"{url}/tickets/{number}",
            "technicians": f"{url}/technicians",
            "technician": f"{url}/technicians/{technician}",
            "stock": f"{url}/stock",
            "part": f"{url}/stock/{part}",
        }


def _walk(page: Page, console: dict[str, str]) -> None:
    sign_in(page, console["week"])
    for address in console.values():
        page.goto(address)
        check_page(page)


def test_pages_on_a_desk(page: Page, console: dict[str, str]) -> None:
    _walk(page, console)
    page.goto(console["planning"])
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Move the visit").click()
    expect(notice(page)).to_contain_text("The visit is booked")


def test_pages_on_a_phone(phone: Page, console: dict[str, str]) -> None:
    _walk(phone, console)
