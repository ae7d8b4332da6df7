"""The console's pages about personal data with the keyboard, on a small phone and for axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from aftercare.staff.roles import Role
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.factories import (
    make_conversation,
    make_customer,
    make_message,
    make_staff,
    make_ticket,
)

EMAIL = "a.very.long.address.of.zulmira.quaresma.machado@mail.marulho.example"


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[str]:
    """The page, with a manager and one customer."""
    with writing(stocked_sessions) as session:
        make_staff(session, role=Role.MANAGER)
        customer = make_customer(
            session, name="Zulmira Quaresma", email=EMAIL, phone="+351912345678"
        )
        talk = make_conversation(session, customer_id=customer.id)
        make_message(session, talk, "It does not spin")
        make_ticket(session, conversation_id=talk.id, email=EMAIL)
    with served_console(settings, stocked_sessions) as address:
        yield f"{address}/personal-data"


def test_person_is_exported_and_erased_with_the_keyboard(page: Page, console: str) -> None:
    sign_in(page, console)
    page.get_by_label("E-mail address, phone number").focus()
    page.keyboard.type("912345678")
    page.keyboard.press("Enter")
    download = page.get_by_role("button", name="Download the data")
    download.focus()
    with page.expect_download() as downloaded:
        page.keyboard.press("Enter")
    assert downloaded.value.suggested_filename == "personal-data-1.zip"
    page.keyboard.press("Tab")
    page.keyboard.type(EMAIL)
    page.keyboard.press("Enter")
    expect(notice(page)).to_contain_text("Erased")
    expect(page.get_by_role("row").filter(has_text="Tickets").first).to_contain_text("1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_needs_no_sideways_scrolling(
    page: Page, phone: Page, console: str, scheme: str
) -> None:
    for screen in (page, phone):
        screen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        sign_in(screen, console)
        check_page(screen)
        screen.locator("#who").fill(EMAIL)
        screen.keyboard.press("Enter")
        expect(screen.locator("article")).to_be_visible()
        check_page(screen)
    phone.locator("input[name=confirm]").fill(EMAIL)
    phone.keyboard.press("Enter")
    expect(notice(phone)).to_contain_text("Apagado")
    check_page(phone)
