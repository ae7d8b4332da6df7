"""What is not a message gets a clear refusal, costs little and stores nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading
from aftercare.tables.conversations import Message
from gateway.customer_text import read_text
from tests.gateway.doors import Visit, served

JSON = {"Content-Type": "application/json"}
LIMIT = 2000


def code_of(answer: requests.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"].endswith((".", "!"))
    return answer.status_code, error["code"]


def count_messages(sessions: SessionFactory) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(Message)) or 0


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", (400, "not_json")),
        (b"{", (400, "not_json")),
        (b"\x00\xff\xfe binary", (400, "not_json")),
        (b'{"id": NaN, "text": "x"}', (400, "not_json")),
        (b"[1, 2]", (400, "not_json")),
        (b'"text"', (400, "not_json")),
        (b"null", (400, "not_json")),
        ('{"text": "x"}'.encode("utf-16"), (400, "not_json")),
        (b"\xef\xbb\xbf{}", (400, "not_json")),
        (b"[" * 60_000, (400, "not_json")),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, (400, "not_json")),
        (b'{"id": ' + b"9" * 10_000 + b"}", (400, "not_json")),
        (b"{}", (422, "invalid_id")),
        (b'{"id": "1", "text": "x"}', (422, "invalid_id")),
        (b'{"id": {"a": 1}, "text": "x"}', (422, "invalid_id")),
    ],
)
def test_body_that_is_no_message_is_refused(
    idle_visit: Visit, sessions: SessionFactory, body: bytes, refusal: tuple[int, str]
) -> None:
    assert code_of(idle_visit.post(content=body, headers=JSON)) == refusal
    assert count_messages(sessions) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "text_or_button"),
        ({"text": "x", "button": "y"}, "text_or_button"),
        ({"text": "x", "payload": "/restart"}, "unknown_field"),
        ({"text": "x", "sender": "bot"}, "unknown_field"),
        ({"text": ""}, "empty_text"),
        ({"text": " \n\t\u00a0"}, "empty_text"),
        ({"text": None}, "not_text"),
        ({"text": 7}, "not_text"),
        ({"text": ["x"]}, "not_text"),
        ({"text": "a\x00b"}, "not_text"),
        ({"text": "a\x1bb"}, "not_text"),
        ({"text": "a\ud800b"}, "not_text"),
        ({"text": "x" * (LIMIT + 1)}, "text_too_long"),
    ],
)
def test_wrong_content_is_refused(
    idle_visit: Visit, sessions: SessionFactory, fields: dict[str, object], code: str
) -> None:
    body = json.dumps({"id": str(uuid4()), **fields})
    assert code_of(idle_visit.post(content=body.encode(), headers=JSON)) == (422, code)
    assert count_messages(sessions) == 1


def test_longest_text_is_taken_and_the_refusal_says_the_limit(idle_visit: Visit) -> None:
    assert idle_visit.say("é" * LIMIT) == 2
    answer = idle_visit.post({"id": str(uuid4()), "text": "é" * (LIMIT + 1)})
    assert str(LIMIT) in answer.json()["error"]["message"]


def test_lines_and_tabs_stay_in_a_text() -> None:
    assert read_text("  one\n\ttwo \U0001f600 ", LIMIT) == "one\n\ttwo \U0001f600"


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"]
)
def test_other_media_types_are_refused(idle_visit: Visit, media_type: str) -> None:
    answer = idle_visit.post(content=b'{"id": 1}', headers={"Content-Type": media_type})
    assert code_of(answer) == (415, "unsupported_media_type")


def test_only_messages_may_carry_files(idle_visit: Visit) -> None:
    files = {"files": ("leak.jpg", b"\xff\xd8", "image/jpeg")}
    answer = idle_visit.client.post("/chat/v1/sessions", files=files)
    assert code_of(answer) == (415, "unsupported_media_type")


def test_json_with_a_charset_is_taken(idle_visit: Visit) -> None:
    body = json.dumps({"id": str(uuid4()), "text": "Olá"}).encode()
    headers = {"Content-Type": "Application/JSON; charset=UTF-8"}
    assert idle_visit.post(content=body, headers=headers).status_code == 202


@pytest.fixture
def address(make_app: Callable[..., FastAPI]) -> Iterator[str]:
    with served(make_app()) as url:
        yield url


def pieces(size: int) -> Iterator[bytes]:
    """A body without an announced length."""
    for _ in range(size // 1024):
        yield b" " * 1024


def test_five_megabytes_are_refused_by_their_length(address: str, idle_visit: Visit) -> None:
    body = json.dumps({"id": str(uuid4()), "text": "x" * 5_000_000}).encode()
    answer = requests.post(
        f"{address}/chat/v1/messages", data=body, headers={**JSON, **idle_visit.headers}, timeout=10
    )
    assert code_of(answer) == (413, "too_large")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_large_body_in_pieces_is_refused_while_it_comes(address: str, idle_visit: Visit) -> None:
    answer = requests.post(
        f"{address}/chat/v1/messages",
        data=pieces(200 * 1024),
        headers={**JSON, **idle_visit.headers},
        timeout=10,
    )
    assert code_of(answer) == (413, "too_large")
    assert "65536" in answer.json()["error"]["message"]


def test_small_body_in_pieces_is_taken(address: str, idle_visit: Visit) -> None:
    body = json.dumps({"id": str(uuid4()), "text": "in pieces"}).encode()
    answer = requests.post(
        f"{address}/chat/v1/messages",
        data=iter([body[:10], body[10:]]),
        headers={**JSON, **idle_visit.headers},
        timeout=10,
    )
    assert answer.status_code == 202


def test_large_body_without_a_token_is_refused_as_well(address: str) -> None:
    answer = requests.post(
        f"{address}/chat/v1/sessions", data=pieces(200 * 1024), headers=JSON, timeout=10
    )
    assert code_of(answer) == (413, "too_large")


def test_client_that_leaves_in_the_middle_of_a_body_is_no_error(
    make_app: Callable[..., FastAPI], caplog: pytest.LogCaptureFixture
) -> None:
    begun = "POST /chat/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
    begun += "Content-Type: application/json\r\n\r\n{"
    with served(make_app()) as url:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
            client.sendall(begun.encode())
        assert requests.get(f"{url}/health/live", timeout=5).status_code == 200
    assert "error" not in caplog.text.lower()


def test_follower_that_sends_a_large_body_breaks_nothing(
    address: str, idle_visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    with requests.get(
        f"{address}/chat/v1/events",
        data=pieces(200 * 1024),
        headers=idle_visit.headers,
        timeout=10,
        stream=True,
    ) as answer:
        assert next(answer.iter_lines(chunk_size=1)) == b"event: language"
    assert "error" not in caplog.text.lower()
