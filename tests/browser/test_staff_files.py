"""Staff send a picture and a document out of the console; the customer has them in the chat."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect
from sqlalchemy import select

from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.tables.conversations import Conversation
from console.app import create_console
from gateway.app import create_gateway
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.console import check_page, sign_in
from tests.browser.widget import Widget
from tests.conftest import settings_in
from tests.factories import make_staff, make_ticket
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import served
from tests.sample_files import HTML, PDF, image

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
PHOTO = FilePayload(name="IMG_2034.jpg", mimeType="image/jpeg", buffer=image(size=(90, 60)))
SHEET = FilePayload(name="passo a passo.pdf", mimeType="application/pdf", buffer=PDF)
PAGE = FilePayload(name="page.jpg", mimeType="image/jpeg", buffer=HTML)
SHOWS = "The hose under the drum"


@dataclass
class Site:
    """Gateway and console in one, as they are deployed."""

    url: str
    sessions: SessionFactory

    def conversation(self) -> str:
        with reading(self.sessions) as session:
            return session.scalars(select(Conversation.id)).one()

    @property
    def console(self) -> str:
        return f"{self.url}/console"


@pytest.fixture
def site(tmp_path: Path, loaded_file: Path) -> Iterator[Site]:
    shutil.copy(loaded_file, tmp_path / "aftercare.db")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings, clock = settings_in(tmp_path, port=port), SteeredClock(datetime.now(UTC))
    engine = open_engine(settings)
    sessions = open_sessions(engine)
    with writing(sessions) as session:
        make_staff(session)
    app = create_gateway(settings, sessions, FakeBot(), clock)
    desk = app.state.desk
    app.mount("/console", create_console(settings, sessions, clock, desk.hub, desk.engine))
    with served(app, port) as url:
        yield Site(url, sessions)
    engine.dispose()


@pytest.fixture
def chat(page: Page, site: Site) -> Widget:
    widget = Widget(page, site.url)
    page.goto(widget.address)
    widget.launcher.click()
    expect(widget.bubbles.first).to_contain_text("/greet")
    widget.say("It leaks")
    expect(widget.bubbles.last).to_contain_text("You said: It leaks")
    return widget


@pytest.fixture
def staff(browser: Browser, site: Site, chat: Widget) -> Iterator[Page]:
    """Rita's browser, with the conversation open, which is hers."""
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    sign_in(page, f"{site.console}/conversations/{site.conversation()}")
    page.get_by_role("button", name="Step in").click()
    expect(page.get_by_label("Answer to the customer")).to_be_visible()
    yield page
    context.close()


def test_picture_and_document_reach_the_customer_at_once_and_stay(
    staff: Page, chat: Widget
) -> None:
    chosen = staff.get_by_label("Photos, PDF or videos")
    chosen.set_input_files([PHOTO, SHEET])
    staff.get_by_label("What the pictures show").fill(SHOWS)
    answer = staff.get_by_label("Answer to the customer")
    answer.fill("Pull here")
    answer.press("Control+Enter")
    sent = chat.log.locator(".message.staff").last
    expect(sent).to_contain_text("Pull here")
    picture = sent.get_by_role("img", name=SHOWS)
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 90)
    document = sent.get_by_role("link", name=re.compile(r"passo a passo\.pdf"))
    document.focus()
    with chat.page.expect_download() as download:
        chat.page.keyboard.press("Enter")
    assert download.value.suggested_filename == "passo a passo.pdf"
    assert Path(download.value.path()).read_bytes() == PDF
    found = Axe().run(chat.page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    chat.page.reload()
    chat.launcher.click()
    again = chat.log.locator(".message.staff").last
    expect(again.get_by_role("img", name=SHOWS)).to_be_visible()
    # The console shows the same, without a reload, and the form is ready for the next answer.
    own = staff.locator(".line.staff").last
    expect(own.get_by_role("img", name=SHOWS)).to_be_visible()
    expect(answer).to_have_value("")
    assert chosen.evaluate("node => node.files.length") == 0


def test_file_that_is_not_taken_is_told_and_nothing_is_lost(staff: Page, chat: Widget) -> None:
    staff.get_by_label("Photos, PDF or videos").set_input_files([PAGE])
    staff.get_by_label("Answer to the customer").fill("Pull here")
    staff.get_by_role("button", name="Send").click()
    alert = staff.get_by_role("alert").filter(has_text="of a kind that is not taken")
    expect(alert).to_be_visible()
    expect(staff.get_by_label("Answer to the customer")).to_have_value("Pull here")
    # A picture alone is an answer too.
    staff.get_by_label("Photos, PDF or videos").set_input_files([PHOTO])
    staff.get_by_label("Answer to the customer").fill("")
    staff.get_by_role("button", name="Send").click()
    sent = chat.log.locator(".message.staff").last
    expect(sent.get_by_role("img", name="IMG_2034.jpg")).to_be_visible()


def test_files_are_put_on_a_ticket_and_sent_from_it(staff: Page, chat: Widget, site: Site) -> None:
    with writing(site.sessions) as session:
        number = make_ticket(session, conversation_id=site.conversation()).number
    staff.goto(f"{site.console}/tickets/{number}")
    for whom, shows in (("For colleagues", "The kitchen"), ("For the customer", SHOWS)):
        staff.get_by_text("Add files", exact=True).click()
        staff.get_by_label("Photos, PDF or videos").set_input_files([PHOTO])
        staff.get_by_label("What the pictures show").fill(shows)
        staff.get_by_role("radio", name=re.compile(whom)).check()
        staff.get_by_role("button", name="Add the files").click()
        expect(staff.get_by_role("img", name=shows)).to_be_visible()
    expect(chat.log.locator(".message.staff")).to_have_count(1)
    expect(chat.log.get_by_role("img", name=SHOWS)).to_be_visible()
    staff.get_by_text("Add files", exact=True).click()
    staff.get_by_text(re.compile("^Remove")).first.click()
    check_page(staff)
    staff.set_viewport_size(PHONE)
    check_page(staff)
    staff.get_by_role("button", name="Remove IMG_2034.jpg").click()
    expect(staff.get_by_role("img", name="The kitchen")).to_have_count(0)
    expect(staff.get_by_role("main")).to_contain_text("removed the file IMG_2034.jpg")


def test_form_of_an_answer_fits_a_phone_and_is_for_everybody(staff: Page, chat: Widget) -> None:
    check_page(staff)
    staff.set_viewport_size(PHONE)
    check_page(staff)
