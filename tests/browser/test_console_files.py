"""Staff see what customers sent: photos as pictures, everything else to be saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from tests.browser.console import check_page, served_console, sign_in
from tests.factories import make_staff
from tests.sample_files import PDF, image
from tests.talk_with_files import make_talk_with_files

PHOTO = image(size=(800, 500))


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[dict[str, str]]:
    """The pages of a conversation with a photo and a bill, and of the ticket out of it."""
    with writing(stocked_sessions) as session:
        make_staff(session)
    number = make_talk_with_files(stocked_sessions, settings, PHOTO, (800, 500))
    with served_console(settings, stocked_sessions) as address:
        yield {
            "conversation": f"{address}/conversations/talk",
            "ticket": f"{address}/tickets/{number}",
        }


@pytest.mark.parametrize("place", ["conversation", "ticket"])
def test_photo_is_shown_opened_large_and_the_bill_is_saved(
    page: Page, console: dict[str, str], place: str
) -> None:
    sign_in(page, console[place])
    photo = page.get_by_role("img", name="leak.jpg").first
    photo.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete", arg=photo.element_handle())
    # The browser has drawn it, smaller than it is.
    assert photo.evaluate("image => image.naturalWidth") == 800
    shown = photo.bounding_box()
    assert shown
    assert 0 < shown["width"] < 800
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="leak.jpg").first.click()
    expect(opened.value.locator("img")).to_have_js_property("naturalWidth", 800)
    opened.value.close()
    with page.expect_download() as saved:
        page.get_by_role("link", name="bill.pdf").first.click()
    assert saved.value.suggested_filename == "bill.pdf"
    assert saved.value.path().read_bytes() == PDF


def test_pages_with_files_are_for_everybody_and_fit_a_phone(
    page: Page, phone: Page, console: dict[str, str]
) -> None:
    for screen in (page, phone):
        sign_in(screen, console["conversation"])
        check_page(screen)
