"""Staff see the files of a conversation and of its ticket; nobody else does."""

from __future__ import annotations

import pytest

from aftercare.attachments.stores import open_store
from aftercare.attachments.tying import ONLY_FILES
from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from tests.console.browsers import TestClient
from tests.factories import make_attachment, make_conversation, make_message, make_ticket
from tests.sample_files import PDF, image
from tests.talk_with_files import make_talk_with_files

PHOTO = image(size=(80, 50))


@pytest.fixture
def number(database: SessionFactory, settings: Settings) -> str:
    """The number of a ticket out of a conversation with a photo and a document."""
    return make_talk_with_files(database, settings, PHOTO, (80, 50), "leak <b>.jpg")


@pytest.mark.parametrize("place", ["conversations/talk", "tickets/{number}"])
def test_transcript_and_ticket_show_the_files(browser: TestClient, number: str, place: str) -> None:
    page = browser.get(f"/console/{place.format(number=number)}").text
    assert f'<img src="/console/files/{"a" * 32}" alt="leak &lt;b&gt;.jpg" width="80"' in page
    assert f'<a href="/console/files/{"b" * 32}" download><bdi>bill.pdf</bdi></a>' in page
    assert "Pressed a button" not in page


def test_ticket_without_files_has_no_place_for_them(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        number = make_ticket(session).number
    assert "Files of the customer" not in browser.get(f"/console/tickets/{number}").text


@pytest.mark.parametrize(
    ("file", "content", "way"), [("a", PHOTO, "inline"), ("b", PDF, "attachment")]
)
def test_file_is_safe_to_open(
    browser: TestClient, number: str, file: str, content: bytes, way: str
) -> None:
    answer = browser.get(f"/console/files/{file * 32}")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["Content-Disposition"].startswith(f"{way}; ")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_else_opens_a_file(browser: TestClient, number: str) -> None:
    browser.cookies.clear()
    answer = browser.get(f"/console/files/{'a' * 32}", follow_redirects=False)
    assert answer.status_code == 303
    assert "sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("name", ["c" * 32, "x", "a" * 31 + "%00", "..%2f..%2fetc"])
def test_unknown_file_is_not_found(browser: TestClient, number: str, name: str) -> None:
    assert browser.get(f"/console/files/{name}").status_code == 404


def test_file_that_is_gone_is_not_found(
    browser: TestClient, number: str, settings: Settings
) -> None:
    open_store(settings).remove(["b" * 32])
    assert browser.get(f"/console/files/{'b' * 32}").status_code == 404


def test_list_shows_the_last_words_before_a_message_of_files(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        talk = make_conversation(session)
        make_message(session, talk, "It leaks")
        make_attachment(session, make_message(session, talk, "", payload=ONLY_FILES))
    assert "It leaks" in browser.get("/console/conversations").text
