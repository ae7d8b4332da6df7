"""Fixtures for the console: a stocked database, a clock, and browsers with and without Rita."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from tests.console.browsers import Clock, Response, TestClient, form_token, open_browser, sign_in
from tests.factories import make_staff


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def database(stocked_sessions: SessionFactory) -> SessionFactory:
    """The sample company and one member of staff, Rita."""
    with writing(stocked_sessions) as session:
        make_staff(session)
    return stocked_sessions


@pytest.fixture
def stranger(settings: Settings, database: SessionFactory, clock: Clock) -> TestClient:
    """A browser in which nobody is signed in."""
    return open_browser(settings, database, clock)


@pytest.fixture
def browser(stranger: TestClient) -> TestClient:
    """A browser in which Rita is signed in."""
    assert sign_in(stranger).status_code == 303
    return stranger


@pytest.fixture
def post(browser: TestClient) -> Callable[..., Response]:
    """Sends a form with the token that belongs to it."""

    def send(path: str, **fields: str) -> Response:
        return browser.post(path, data={"csrf": form_token(browser), **fields})

    return send
