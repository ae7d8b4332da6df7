"""Browsers for tests: the console as it is deployed, mounted at /console of another application."""

from __future__ import annotations

import re
import warnings
from datetime import datetime, timedelta

from fastapi import FastAPI
from httpx import Response

from aftercare.database import SessionFactory
from aftercare.live import Hub
from aftercare.settings import Settings
from console.app import create_console
from tests.factories import PASSWORD
from tests.fakes import FakeEngine

with warnings.catch_warnings():
    # Starlette asks for httpx's successor; httpx serves the tests just as well.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["Clock", "Response", "TestClient", "form_token", "open_browser", "sign_in"]


class Clock:
    """Stands still until the test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def open_browser(
    settings: Settings, sessions: SessionFactory, clock: Clock, base_url: str = "http://testserver"
) -> TestClient:
    """A browser without cookies that follows no redirect by itself."""
    site, console = FastAPI(), create_console(settings, sessions, clock, Hub(), FakeEngine())
    site.mount("/console", console)
    site.state.desk = console.state.desk
    return TestClient(site, base_url=base_url, follow_redirects=False)


def sign_in(browser: TestClient, **changes: str) -> Response:
    form = {"email": "rita@marulho.example", "password": PASSWORD, **changes}
    return browser.post("/console/sign-in", data=form)


def form_token(browser: TestClient) -> str:
    """The token of the forms on the pages that this browser is shown."""
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/console/").text)
    assert found
    return found[1]
