"""A real Chromium against the real programs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from aftercare.database import open_engine, open_sessions, writing
from aftercare.staff.sessions import FIRST_EMAIL, add_first_staff
from tests.conftest import NOW
from tests.stack import Stack

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("stack"))


def _program() -> str:
    named = os.environ.get("AFTERCARE_TEST_BROWSER")
    found = named or shutil.which("chromium") or shutil.which("google-chrome")
    if found:
        return found
    reason = "no Chromium here: install it (`apt-get install chromium`) or run `make test`"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_program(),
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update"),
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh visitor's page; an error in the page's own scripts fails the test."""
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security" in message.text else None,
    )
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """The same on a small phone."""
    context = browser.new_context(
        viewport=PHONE, locale="pt-BR", has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def staff_password(stack: Stack) -> str:
    """The password of the first staff member, made as `make up` does."""
    engine = open_engine(stack.settings)
    with writing(open_sessions(engine)) as session:
        password = add_first_staff(session, email=FIRST_EMAIL, now=NOW)
    engine.dispose()
    assert password
    return password
