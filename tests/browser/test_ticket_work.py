"""A ticket's page, the form for a new one and the teams: with the keyboard, on a phone, for axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from aftercare.staff.roles import Role
from aftercare.staff.teams import add_member, make_team
from aftercare.tickets.checklist import tick
from aftercare.tickets.history import Actor, EventKind, record
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.conftest import NOW
from tests.factories import make_staff, make_ticket

JOANA = "joana@mail.example"


@pytest.fixture
def number(stocked_sessions: SessionFactory) -> str:
    """A ticket with a little of everything, and a double of it."""
    with writing(stocked_sessions) as session:
        rita = make_staff(session, role=Role.MANAGER)
        team = make_team(session, "Front desk", "support", NOW)
        add_member(session, team, rita)
        ticket = make_ticket(session, email=JOANA, records={"symptom": "leak"})
        make_ticket(session, email=JOANA, description="It drips on the floor, every night again.")
        by = Actor.of(rita)
        tick(session, ticket, ticket.steps[0].key, by=by, now=NOW)
        note = "Rang, nobody there.\nTry after six."
        record(session, ticket, EventKind.NOTE, by=by, now=NOW, note=note)
        return ticket.number


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory, number: str) -> Iterator[str]:
    with served_console(settings, stocked_sessions) as address:
        yield address


def test_ticket_is_worked_with_the_keyboard(page: Page, console: str, number: str) -> None:
    sign_in(page, f"{console}/tickets/{number}")
    page.get_by_role("button", name="Give it to me").press("Enter")
    expect(notice(page)).to_contain_text("It is with Rita Prado, team Front desk")
    step = page.get_by_role("checkbox", name="troubleshooting")
    expect(step).not_to_be_checked()
    step.press("Space")
    expect(page.get_by_role("checkbox", name="troubleshooting")).to_be_checked()
    page.get_by_text("Fill in Serial number").press("Enter")
    page.get_by_label("Serial number").fill("W9 1234-5678")
    page.get_by_label("Serial number").press("Enter")
    expect(page.get_by_text("W912345678").first).to_be_visible()
    page.get_by_role("button", name="Merge it into this one").press("Enter")
    expect(notice(page)).to_contain_text("merged into this ticket")


def test_team_is_made_and_filled(page: Page, console: str, number: str) -> None:
    sign_in(page, f"{console}/teams")
    made = page.get_by_role("region", name="New team")
    made.get_by_label("Name").fill("Workshop")
    made.get_by_label("Role").select_option(label="Technician")
    made.get_by_role("button", name="Make the team").press("Enter")
    team = page.get_by_role("region", name="Workshop")
    team.get_by_label("Add to Workshop").select_option(label="Rita Prado")
    team.get_by_role("button", name="Add").press("Enter")
    expect(team.get_by_role("list", name="Members of Workshop")).to_contain_text("Rita Prado")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_needs_no_sideways_scrolling(
    page: Page, phone: Page, console: str, number: str, scheme: str
) -> None:
    for screen in (page, phone):
        screen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        sign_in(screen, f"{console}/tickets/{number}")
        for summary in screen.locator("summary").all():
            summary.click()
        check_page(screen)
        for path in ("teams", "tickets/new", "tickets?whose=my-teams"):
            screen.goto(f"{console}/{path}")
            check_page(screen)
