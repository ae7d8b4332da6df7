"""How much a request may carry, with gateway and console put together."""

from __future__ import annotations

import warnings

import pytest

from aftercare.database import SessionFactory
from aftercare.settings import Settings
from web.app import create_app

with warnings.catch_warnings():
    # Starlette asks for httpx's successor; httpx serves the tests just as well.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

LARGE = {"file": ("manual.pdf", b"%PDF-" + b"x" * 300_000, "application/pdf")}


@pytest.fixture
def website(settings: Settings, stocked_sessions: SessionFactory) -> TestClient:
    app = create_app(settings.model_copy(update={"max_manual_bytes": 1_000_000}))
    return TestClient(app, follow_redirects=False)


def test_manual_reaches_the_console_which_asks_who_sends_it(website: TestClient) -> None:
    answer = website.post("/console/manuals", files=LARGE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in")


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/manuals/1/publish", "/"])
def test_other_pages_take_no_large_bodies(website: TestClient, path: str) -> None:
    assert website.post(path, files=LARGE).status_code == 413


@pytest.mark.parametrize(
    "path", ["conversations/talk/reply", "tickets/K4F-7M2C/files", "tickets/K4F-7M2C/return/files"]
)
def test_files_of_staff_reach_the_console_which_asks_who_sends_them(
    website: TestClient, path: str
) -> None:
    answer = website.post(f"/console/{path}", files=LARGE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in")


def test_manual_over_the_limit_is_refused_unread(website: TestClient) -> None:
    huge = {"file": ("manual.pdf", b"x" * 1_200_000, "application/pdf")}
    assert website.post("/console/manuals", files=huge).status_code == 413
