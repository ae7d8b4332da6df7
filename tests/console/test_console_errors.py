"""What a member of staff is told, and what the log keeps, when something breaks."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from pathlib import Path

import pytest
from starlette.types import Message

from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.settings import Settings
from tests.console.browsers import Clock, TestClient, form_token, open_browser, sign_in
from tests.factories import make_ticket

ERROR_ID = re.compile(r"E-[0-9a-f]{8}")


class BrokenSessions:
    """Fails in a way that nobody expected, quoting a customer."""

    words = "my phone is 555"

    def __call__(self) -> None:
        raise RuntimeError(f"could not write '{self.words}' into messages")


@pytest.fixture
def locked(settings: Settings, database: SessionFactory, clock: Clock) -> TestClient:
    """Rita's browser on a database that waits for locks only briefly."""
    impatient = settings.model_copy(update={"database_timeout": 0.05})
    return open_browser(impatient, open_sessions(open_engine(impatient)), clock)


def test_locked_database_is_said_plainly_and_nothing_is_written(
    locked: TestClient,
    settings: Settings,
    database: SessionFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sign_in(locked)
    with writing(database) as session:
        number = make_ticket(session).number
    form = {"csrf": form_token(locked), "to": "closed", "seen": "new", "note": "my private note"}
    holder = sqlite3.connect(settings.var_dir / "aftercare.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with caplog.at_level(logging.ERROR):
            answer = locked.post(f"/console/tickets/{number}/status", data=form)
        assert locked.get(f"/console/tickets/{number}").status_code == 200
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert answer.status_code == 503
    assert "The database cannot be reached just now" in answer.text
    error_id = ERROR_ID.search(answer.text)
    assert error_id and error_id[0] in caplog.text
    assert "locked" not in answer.text
    assert "Traceback" not in answer.text
    assert "in change_ticket_status" in caplog.text
    assert "my private note" not in caplog.text


def test_sign_in_on_a_locked_database_is_a_page_too(locked: TestClient, settings: Settings) -> None:
    holder = sqlite3.connect(settings.var_dir / "aftercare.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = sign_in(locked)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert answer.status_code == 503
    assert ERROR_ID.search(answer.text)


def test_looking_is_possible_while_the_last_visit_cannot_be_noted(
    locked: TestClient, settings: Settings, clock: Clock
) -> None:
    sign_in(locked)
    clock.pass_by(minutes=2)
    holder = sqlite3.connect(settings.var_dir / "aftercare.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert locked.get("/console/tickets").status_code == 200
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@pytest.mark.parametrize("path", ["/", "/tickets", "/sign-in"])
def test_database_that_is_gone(settings: Settings, clock: Clock, tmp_path: Path, path: str) -> None:
    gone = settings.model_copy(update={"var_dir": tmp_path / "gone"})
    browser = open_browser(gone, open_sessions(open_engine(gone)), clock)
    browser.cookies.set("aftercare_console", "some-token")
    answer = browser.get(f"/console{path}")
    assert answer.status_code == 503
    assert ERROR_ID.search(answer.text)
    assert "unable to open" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_unexpected_error_shows_an_id_and_logs_the_place_without_the_words(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    browser = open_browser(settings, BrokenSessions(), clock)  # type: ignore[arg-type]
    browser.cookies.set("aftercare_console", "some-token")
    with caplog.at_level(logging.ERROR):
        answer = browser.get("/console/tickets")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    error_id = ERROR_ID.search(answer.text)
    assert error_id and error_id[0] in caplog.text
    assert "RuntimeError" in caplog.text and "in list_tickets" in caplog.text
    for text in (answer.text, caplog.text):
        assert BrokenSessions.words not in text
    assert "RuntimeError" not in answer.text
    assert answer.headers["content-security-policy"]


def test_wrong_method_is_a_page(browser: TestClient) -> None:
    answer = browser.post("/console/tickets", data={})
    assert answer.status_code == 405
    assert "This request cannot be answered" in answer.text
    assert answer.headers["allow"] == "GET"


def test_too_large_form_is_refused(browser: TestClient, settings: Settings) -> None:
    answer = browser.post("/console/sign-in", data={"email": "x" * settings.max_body_bytes})
    assert answer.status_code == 413
    assert "larger than this desk accepts" in answer.text


def test_form_of_too_many_fields_is_refused(browser: TestClient) -> None:
    answer = browser.post("/console/sign-in", data={f"field{n}": "x" for n in range(401)})
    assert answer.status_code == 400


def test_browser_that_leaves_in_the_middle_of_a_form_is_no_error(
    browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/console/sign-in",
        "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
    }
    sent: list[Message] = []

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def note(message: Message) -> None:
        sent.append(message)

    asyncio.run(browser.app(scope, leave, note))
    assert not sent
    assert not caplog.text
