"""A manager gives tickets away and retires a team, by keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from aftercare.staff.roles import Role
from aftercare.tables.teams import Team
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.conftest import NOW
from tests.factories import make_staff, make_ticket


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[str]:
    """Bruno and a team have a ticket each."""
    with writing(stocked_sessions) as session:
        make_staff(session, role=Role.MANAGER)
        bruno = make_staff(session, name="Bruno", email="bruno@marulho.example")
        team = Team(name="Front desk", role=None, active=True, created_at=NOW)
        session.add(team)
        session.flush()
        make_ticket(session).assignee_id = bruno.id
        make_ticket(session).team_id = team.id
    with served_console(settings, stocked_sessions) as address:
        yield address


def test_person_leaves_and_team_retires_with_their_tickets_given_away(
    page: Page, console: str
) -> None:
    sign_in(page, f"{console}/people")
    summary = page.get_by_text("Give tickets away or leave: Bruno")
    summary.focus()
    page.keyboard.press("Enter")
    check_page(page)
    page.get_by_label("1 open ticket of Bruno goes to").select_option(label="Team Front desk")
    page.get_by_role("button", name="Give them away; Bruno leaves").press("Enter")
    expect(notice(page)).to_have_text("Saved.")
    expect(page.get_by_role("heading", name="Who left")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Teams").click()
    page.get_by_text("Rename or retire").first.click()
    page.get_by_label("2 open tickets of Front desk go to").select_option(label="Rita Prado")
    check_page(page)
    page.get_by_role("button", name="Retire Front desk").click()
    expect(notice(page)).to_have_text("Saved.")
    page.goto(f"{console}/people")
    expect(page.get_by_role("main")).to_contain_text("2 open tickets")


@pytest.mark.parametrize("place", ["people", "teams"])
def test_page_fits_a_phone(phone: Page, console: str, place: str) -> None:
    sign_in(phone, f"{console}/{place}")
    for summary in phone.locator("main summary").all():
        summary.click()
    check_page(phone)
