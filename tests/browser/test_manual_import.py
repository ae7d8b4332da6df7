"""A manager brings a manual in: the file, its progress, the look through it, and it answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from aftercare.database import SessionFactory, writing
from aftercare.guidance.index import GuidanceIndex
from aftercare.settings import Settings
from aftercare.staff.roles import Role
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.factories import make_staff

PRODUCT = "aroma-c200"
#: Long enough for the program that reads it to start on a machine with other work.
_READ_MS = 60_000
MANUAL = FilePayload(
    name="aroma.html",
    mimeType="text/html",
    buffer=(
        b"<h1>Aroma</h1><h2>Use</h2><ol><li>Open the frobnicator.<p class=warning>Hot.</p></li>"
        b"<li>Close it.</li></ol><h2>Care</h2><p>Keep it dry.</p>"
    ),
)
BROKEN = FilePayload(name="aroma.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 nothing")


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[str]:
    with writing(stocked_sessions) as session:
        make_staff(session, role=Role.MANAGER)
    with served_console(settings, stocked_sessions) as address:
        yield address


def upload(page: Page, file: FilePayload) -> None:
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Product", exact=True).select_option(PRODUCT)
    page.get_by_label("Language of the manual").select_option("en")
    page.get_by_label("Version", exact=True).fill("9.0")
    page.get_by_label("Date of the manual").fill("2026-03-01")
    page.get_by_role("button", name="Read the file").click()


def test_manual_is_read_corrected_and_published(
    page: Page, console: str, settings: Settings
) -> None:
    sign_in(page, f"{console}/manuals")
    check_page(page)
    upload(page, MANUAL)
    # The page of the progress looks again by itself until the file is read.
    expect(page.get_by_role("heading", name="What was read")).to_be_visible(timeout=_READ_MS)
    expect(page.get_by_role("main")).to_contain_text("Draft")
    check_page(page)
    assert not list((settings.var_dir / "manuals").iterdir())

    page.get_by_role("link", name="Use").click()
    expect(page.locator("#understood + .card")).to_contain_text("WARNING Hot.")
    check_page(page)
    text = page.get_by_label("Text", exact=True)
    text.fill(text.input_value().replace("Close it.", "Close the frobnicator slowly."))
    page.get_by_role("button", name="Save").click()
    expect(notice(page)).to_have_text("Saved.")
    expect(page.locator("#understood + .card")).to_contain_text("Close the frobnicator slowly.")

    page.locator(".way").get_by_role("link").click()
    page.get_by_role("button", name="Let this version answer").click()
    expect(page.locator("dl").first).to_contain_text("Answers customers")
    found = GuidanceIndex(settings.var_dir).search(
        "how do I close the frobnicator", product=PRODUCT, language="en"
    )
    assert found[0].anchor == "use"
    page.locator(".way").get_by_role("link").click()
    row = page.get_by_role("row").filter(has_text="9.0")
    expect(row).to_contain_text("Answers customers")


def test_file_that_cannot_be_read_is_told_and_may_be_tried_again(
    phone: Page, console: str, settings: Settings
) -> None:
    sign_in(phone, f"{console}/manuals?lang=en")
    upload(phone, BROKEN)
    expect(phone.get_by_role("alert")).to_contain_text("no PDF file", timeout=_READ_MS)
    check_page(phone)
    assert not list((settings.var_dir / "manuals").iterdir())
    phone.locator(".way").get_by_role("link").click()
    expect(phone.get_by_role("link", name="aroma.pdf")).to_be_visible()
    upload(phone, MANUAL)
    expect(phone.get_by_role("heading", name="What was read")).to_be_visible(timeout=_READ_MS)
    check_page(phone)
