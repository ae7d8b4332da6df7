"""The pages about maintenance that is due, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.maintenance.deeds import put_off, stop
from aftercare.settings import Settings
from aftercare.tables.maintenance import MaintenancePlan
from tests.aftercare.maintenance.conftest import RITA, W900, make_owner
from tests.aftercare.maintenance.conftest import plan as plan_of
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.conftest import NOW
from tests.factories import make_staff


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[dict[str, str]]:
    """The pages, with one product that is due, and one with all that can be so of its items."""
    with writing(stocked_sessions) as session:
        make_staff(session)
        owner = make_owner(session)
        other = plan_of(session, make_owner(session, W900, customer=owner.customer))
        stop(session, other, ["descale"], by=RITA, now=NOW)
        until = NOW.date().replace(month=5)
        put_off(session, other, ["hose_check"], until=until, by=RITA, now=NOW)
    with reading(stocked_sessions) as session:
        plan = session.scalars(select(MaintenancePlan.id)).first()
    with served_console(settings, stocked_sessions) as url:
        yield {
            "list": f"{url}/maintenance",
            "filtered": f"{url}/maintenance?when=overdue&product=fonte-p30",
            "plan": f"{url}/maintenance/{plan}",
            "customer": f"{url}/customers/{owner.customer}",
        }


def _walk(page: Page, console: dict[str, str]) -> None:
    sign_in(page, console["list"])
    for address in console.values():
        page.goto(address)
        for summary in page.get_by_role("main").locator("summary").all():
            summary.press("Enter")
        check_page(page)


def test_pages_on_a_desk(page: Page, console: dict[str, str]) -> None:
    _walk(page, console)
    page.goto(console["list"])
    table = page.get_by_role("table", name="Maintenance, the longest due first")
    row = table.get_by_role("row", name="Fonte P30")
    row.get_by_text("Note it").press("Enter")
    row.get_by_label("Sanitise the water path").uncheck()
    row.get_by_role("button", name="It was done").press("Enter")
    expect(notice(page)).to_contain_text("Saved")
    expect(row.get_by_role("cell").nth(1)).to_contain_text("Sanitise the water path")
    expect(row.get_by_role("cell").nth(1)).not_to_contain_text("filter cartridge")
    page.goto(console["customer"])
    page.get_by_text("Note what the customer said").press("Enter")
    page.get_by_label("How they said it").select_option("phone")
    page.get_by_role("button", name="No reminders").click()
    expect(page.get_by_text("Not wanted (Website)")).to_be_visible()


def test_pages_on_a_phone(phone: Page, console: dict[str, str]) -> None:
    _walk(phone, console)
