"""Ways into the gateway for tests: in process, over a real socket, and as one visitor."""

from __future__ import annotations

import json
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import requests
import uvicorn
from fastapi import FastAPI

with warnings.catch_warnings():
    # Starlette asks for httpx's successor; httpx serves the tests just as well.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = [
    *("Stream", "TestClient", "Visit", "asked_from", "code_of", "new_visit", "served"),
    "wait_until",
]


def code_of(answer: Any) -> tuple[int, str]:
    """An error's status and its code for programs."""
    return answer.status_code, answer.json()["error"]["code"]


def wait_until[Found](condition: Callable[[], Found], seconds: float = 10) -> Found:
    """The condition's first true value; fails when it does not come true in time."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "the condition did not come true"
        pause.wait(0.005)
    return found


class Visit:
    """One conversation seen from the website."""

    def __init__(self, client: TestClient, token: str, conversation_id: str) -> None:
        self.client = client
        self.token = token
        self.conversation_id = conversation_id
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, body: object = None, **request: Any) -> Any:
        if body is not None:
            request["json"] = body
        headers = {**self.headers, **request.pop("headers", {})}
        return self.client.post("/chat/v1/messages", headers=headers, **request)

    def say(self, text: str, client_id: str | None = None) -> int:
        answer = self.post({"id": client_id or str(uuid4()), "text": text})
        assert answer.status_code == 202, answer.text
        seq: int = answer.json()["seq"]
        return seq

    def press(self, button: str) -> Any:
        return self.post({"id": str(uuid4()), "button": button})

    def messages(self, after: int = 0) -> list[dict[str, Any]]:
        answer = self.client.get(f"/chat/v1/messages?after={after}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages()]

    def wait_for(self, text: str) -> dict[str, Any]:
        """The message that begins so, as soon as it is there."""
        return wait_until(
            lambda: next((m for m in self.messages() if m["text"].startswith(text)), None)
        )


def asked_from(client: TestClient, address: str) -> TestClient:
    """The same gateway, asked from another network address; its workers are the client's."""
    return TestClient(client.app, raise_server_exceptions=False, client=(address, 50000))


def new_visit(client: TestClient, language: str = "en") -> Visit:
    """A conversation whose greeting is answered where a bot is at work."""
    answer = client.post("/chat/v1/sessions", json={"language": language})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return Visit(client, made["token"], made["conversation_id"])


@contextmanager
def served(app: FastAPI, port: int = 0, **options: Any) -> Iterator[str]:
    """The application behind a real socket; for endless answers and for bodies in pieces."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            app, log_config=None, lifespan="on", timeout_graceful_shutdown=1, **options
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


class Stream:
    """Events as they come in, read by a thread; `events` holds (name, id, data)."""

    def __init__(self, url: str, visit: Visit, last_event_id: int | None = None) -> None:
        headers = dict(visit.headers)
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.answer = requests.get(
            f"{url}/chat/v1/events", headers=headers, stream=True, timeout=(5, 20)
        )
        assert self.answer.status_code == 200
        self.events: list[tuple[str, int | None, dict[str, Any]]] = []
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def named(self, name: str) -> list[dict[str, Any]]:
        return [data for event, _, data in list(self.events) if event == name]

    def texts(self) -> list[str]:
        return [data["text"] for data in self.named("message")]

    def close(self) -> None:
        """As a vanished client: the connection goes without a word."""
        raw = getattr(self.answer.raw, "_connection", None)
        if raw is not None and raw.sock is not None:
            raw.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self.answer.close()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            for line in self.answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    number = int(fields["id"]) if "id" in fields else None
                    self.events.append((fields["event"], number, json.loads(fields["data"])))
                    fields = {}
        except (requests.RequestException, OSError, ValueError, AttributeError):
            pass
        finally:
            self.ended.set()
