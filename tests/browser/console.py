"""The console alone in a browser, served from the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Locator, Page, expect

from aftercare.database import SessionFactory
from aftercare.live import Hub
from aftercare.settings import Settings
from console.app import create_console
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.fakes import FakeEngine
from tests.gateway.doors import served


@contextmanager
def served_console(settings: Settings, sessions: SessionFactory) -> Iterator[str]:
    """The address under which it answers."""
    site = FastAPI()
    console = create_console(settings, sessions, lambda: NOW, Hub(), FakeEngine())
    site.mount("/console", console)
    with served(site) as url:
        yield f"{url}/console"


def sign_in(page: Page, address: str) -> None:
    """Open a page as the member of staff whom `make_staff` makes."""
    page.goto(address)
    page.get_by_label("E-mail").fill("rita@marulho.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(address)


def notice(page: Page) -> Locator:
    """What the page says of the deed that led to it."""
    return page.get_by_role("main").get_by_role("status")


def check_page(screen: Page) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    report = Axe().run(screen)
    assert report.violations_count == 0, report.generate_report()
    width = screen.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]
