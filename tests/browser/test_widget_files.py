"""Files in the chat, as people add them; the gateway is real, the bot repeats what it was told."""

from __future__ import annotations

import base64
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, Route, expect

from aftercare.database import open_engine, open_sessions
from gateway.app import create_gateway
from tests.browser.widget import Widget
from tests.conftest import settings_in
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import served
from tests.sample_files import HTML, PDF, image

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
PHOTO = FilePayload(name="leak.jpg", mimeType="image/jpeg", buffer=image(size=(90, 60)))
BILL = FilePayload(name="conta de luz.pdf", mimeType="application/pdf", buffer=PDF)

_DROP = """([name, type, content, event]) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const root = document.querySelector('aftercare-chat').shadowRoot;
  const target = root.querySelector(event === 'paste' ? 'textarea' : '#log');
  const options = { bubbles: true, cancelable: true, composed: true };
  target.dispatchEvent(event === 'paste'
    ? new ClipboardEvent('paste', { ...options, clipboardData: data })
    : new DragEvent('drop', { ...options, dataTransfer: data }));
}"""


@pytest.fixture
def address(tmp_path: Path, migrated_file: Path) -> Iterator[str]:
    shutil.copy(migrated_file, tmp_path / "aftercare.db")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = settings_in(tmp_path, port=port, max_file_bytes=200_000)
    engine = open_engine(settings)
    app = create_gateway(
        settings, open_sessions(engine), FakeBot(), SteeredClock(datetime.now(UTC))
    )
    with served(app, port) as url:
        yield url
    engine.dispose()


@pytest.fixture
def widget(page: Page, address: str) -> Widget:
    widget = Widget(page, address)
    page.goto(widget.address)
    widget.launcher.click()
    expect(widget.bubbles.first).to_contain_text("/greet")
    return widget


def choose(widget: Widget, *files: FilePayload, button: str = "Add photos or files") -> None:
    with widget.page.expect_file_chooser() as chooser:
        widget.panel.get_by_role("button", name=button).click()
    chooser.value.set_files(list(files))


def test_photo_and_document_go_with_a_text_and_come_back(widget: Widget) -> None:
    choose(widget, PHOTO, BILL)
    chosen = widget.panel.get_by_role("list", name="Files that go with the message")
    expect(chosen.get_by_role("listitem")).to_have_count(2)
    widget.say("It leaks here")
    expect(widget.bubbles.last).to_contain_text("You said: It leaks here")
    sent = widget.log.locator(".message.customer").last
    expect(sent).to_contain_text("It leaks here")
    picture = sent.get_by_role("img", name="leak.jpg")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.complete && node.naturalWidth") == 90
    with widget.page.expect_download() as download:
        sent.get_by_role("link", name="conta de luz.pdf").click()
    assert download.value.suggested_filename == "conta de luz.pdf"
    assert Path(download.value.path()).read_bytes() == PDF
    expect(chosen).to_be_hidden()
    widget.page.reload()
    widget.launcher.click()
    again = widget.log.locator(".message.customer").last
    expect(again.get_by_role("img", name="leak.jpg")).to_be_visible()


def test_photo_alone_is_sent_by_keyboard(widget: Widget) -> None:
    choose(widget, PHOTO, BILL)
    remove = widget.panel.get_by_role("button", name="Remove conta de luz.pdf")
    remove.focus()
    widget.page.keyboard.press("Enter")
    expect(widget.panel.get_by_role("button", name="Remove leak.jpg")).to_be_focused()
    widget.box.press("Enter")
    expect(widget.bubbles.last).to_contain_text("You said: /attach_files")
    sent = widget.log.locator(".message.customer").last
    expect(sent.get_by_role("img")).to_have_count(1)
    expect(sent.locator(".text")).to_have_count(0)


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_files_are_pasted_and_dropped(widget: Widget, event: str) -> None:
    content = base64.b64encode(PHOTO["buffer"]).decode()
    widget.page.evaluate(_DROP, ["shot.jpg", "image/jpeg", content, event])
    expect(widget.panel.get_by_role("button", name="Remove shot.jpg")).to_be_visible()
    widget.box.press("Enter")
    expect(widget.log.get_by_role("img", name="shot.jpg")).to_be_visible()


def test_what_is_not_taken_is_told_before_it_is_sent(widget: Widget) -> None:
    alert = widget.panel.get_by_role("alert")
    choose(widget, FilePayload(name="page.html", mimeType="text/html", buffer=HTML))
    expect(alert).to_contain_text("page.html cannot be sent")
    choose(widget, FilePayload(name="big.pdf", mimeType="application/pdf", buffer=bytes(200_001)))
    expect(alert).to_contain_text("big.pdf is too large. A file may have up to 195 kB")
    choose(widget, FilePayload(name="no.pdf", mimeType="application/pdf", buffer=b""))
    expect(alert).to_contain_text("no.pdf is empty")
    choose(widget, *[PHOTO] * 6)
    expect(alert).to_contain_text("at most 5 files")
    expect(widget.panel.get_by_role("button", name="Remove leak.jpg")).to_have_count(5)


def test_refused_file_can_be_taken_out_and_the_text_sent(widget: Widget) -> None:
    choose(widget, FilePayload(name="fake.jpg", mimeType="image/jpeg", buffer=HTML))
    widget.say("See this")
    sent = widget.log.locator(".message.customer").last
    expect(sent).to_contain_text("A file is of a kind that is not taken")
    sent.get_by_role("button", name="Edit").click()
    expect(widget.box).to_have_value("See this")
    widget.panel.get_by_role("button", name="Remove fake.jpg").click()
    widget.box.press("Enter")
    expect(widget.bubbles.last).to_contain_text("You said: See this")


def test_lost_connection_is_told_and_the_file_goes_later(widget: Widget) -> None:
    def cut(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    widget.page.route("**/chat/v1/messages", cut)
    choose(widget, PHOTO)
    widget.say("Look")
    sent = widget.log.locator(".message.customer").last
    expect(sent.get_by_role("button", name="Try again")).to_be_visible(timeout=60_000)
    widget.page.unroute("**/chat/v1/messages")
    sent.get_by_role("button", name="Try again").click()
    expect(widget.bubbles.last).to_contain_text("You said: Look")
    expect(widget.log.get_by_role("img", name="leak.jpg")).to_have_count(1)


def test_portuguese_on_a_phone_fits_and_reads_well(phone: Page, address: str) -> None:
    widget = Widget(phone, address, "pt")
    phone.goto(widget.address)
    widget.launcher.click()
    expect(widget.bubbles.first).to_contain_text("/greet")
    long_name = FilePayload(name="f" * 90 + ".jpg", mimeType="image/jpeg", buffer=PHOTO["buffer"])
    choose(widget, long_name, BILL, button="Adicionar fotos ou arquivos")
    expect(phone.get_by_role("button", name="Remover conta de luz.pdf")).to_be_visible()
    types = phone.locator("input[type=file]").get_attribute("accept") or ""
    assert "image/jpeg" in types and "video/mp4" in types and "heic" not in types
    widget.say("Olha só")
    expect(widget.log.get_by_role("img")).to_be_visible()
    wide = phone.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert widget.log.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_axe_finds_nothing_with_files_chosen_and_sent(widget: Widget) -> None:
    choose(widget, PHOTO, BILL)
    widget.say("Look")
    expect(widget.log.get_by_role("img")).to_be_visible()
    choose(widget, BILL)
    found = Axe().run(widget.page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
