"""How the bot's answers and failures over HTTP are understood."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from fastapi import FastAPI

from aftercare.errors import BotUnavailable
from aftercare.settings import Settings
from gateway.bot import (
    BotNotAnswering,
    BotReply,
    GiveUp,
    OfferedButton,
    QuotedSource,
    RasaBot,
    Turn,
    TurnResult,
    Understood,
)
from tests.fakes import FakeBot
from tests.gateway.doors import TestClient

TURN = Turn("c-1", "c-1:2", "website", "Hello", None)
ANSWER: dict[str, Any] = {
    "replies": [
        {
            "text": "Is it on?",
            "response": "utter_ask",
            "buttons": [{"title": "Yes", "payload": "/affirm"}],
            "sources": [{"title": "Manual", "section": "Safety", "path": "/manuals/x/en/s"}],
        },
        {"text": "Hm.", "response": None, "buttons": [], "sources": []},
    ],
    "understood": {
        "intent": "inform",
        "confidence": 0.75,
        "entities": [{"entity": "product", "value": "W900", "start": 0, "end": 4}],
    },
    "language": "pt",
    "error_id": "E-1",
    "failed_action": "action_x",
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answers: ClassVar[list[tuple[int, bytes]]] = []
    requests: ClassVar[list[tuple[str, dict[str, str], dict[str, Any]]]] = []
    connections: ClassVar[set[object]] = set()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.connections.add(self.client_address)
        self.requests.append((self.path, dict(self.headers), json.loads(body)))
        status, content = self.answers.pop(0)
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[type[_Handler]]:
    handler = type("Handler", (_Handler,), {"answers": [], "requests": [], "connections": set()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        handler.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield handler
        server.shutdown()
        thread.join()


@pytest.fixture
def rasa(settings: Settings, server: Any) -> Iterator[RasaBot]:
    bot = RasaBot(settings.model_copy(update={"bot_url": server.address, "bot_timeout": 5.0}))
    yield bot
    bot.close()


def test_turn_is_sent_with_the_secret_and_the_answer_is_read(rasa: RasaBot, server: Any) -> None:
    server.answers.append((200, json.dumps(ANSWER).encode()))
    result = rasa.take_turn(TURN)
    path, headers, body = server.requests[0]
    assert path == "/webhooks/aftercare/turn"
    assert headers["X-Aftercare-Secret"] == "test-secret"
    assert body == {
        "conversation_id": "c-1",
        "turn_id": "c-1:2",
        "channel": "website",
        "text": "Hello",
        "payload": None,
    }
    ask = BotReply(
        "Is it on?",
        "utter_ask",
        (OfferedButton("Yes", "/affirm"),),
        (QuotedSource("Manual", "Safety", "/manuals/x/en/s"),),
    )
    entity = {"entity": "product", "value": "W900", "start": 0, "end": 4}
    assert result == TurnResult(
        (ask, BotReply("Hm.")), Understood("inform", 0.75, (entity,)), "pt", "E-1", "action_x"
    )


def test_connection_is_kept_for_the_next_turn(rasa: RasaBot, server: Any) -> None:
    server.answers += [(200, b"{}"), (200, b"{}")]
    assert rasa.take_turn(TURN) == rasa.take_turn(TURN) == TurnResult()
    assert len(server.connections) == 1


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (503, b"", "not_up"),
        (500, b"Traceback", "status_500"),
        (502, b"", "status_502"),
        (302, b"", "status_302"),
        (200, b"<html>", "unreadable_answer"),
        (200, b'{"replies": 5}', "unreadable_answer"),
        (0, b"", "connection_broken"),
    ],
)
def test_bot_in_trouble_may_be_asked_again(
    rasa: RasaBot, server: Any, status: int, content: bytes, reason: str
) -> None:
    server.answers.append((status, content))
    with pytest.raises(BotNotAnswering) as caught:
        rasa.take_turn(TURN)
    assert caught.value.reason == reason
    assert isinstance(caught.value, BotUnavailable)


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_refused_turn_is_given_up(rasa: RasaBot, server: Any, status: int) -> None:
    server.answers.append((status, b""))
    with pytest.raises(GiveUp) as caught:
        rasa.take_turn(TURN)
    assert caught.value.reason == f"refused_{status}"


def test_refused_connection_has_a_reason_of_its_own(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        bot = RasaBot(settings.model_copy(update={"bot_url": url}))
        with pytest.raises(BotNotAnswering) as caught:
            bot.take_turn(TURN)
    assert caught.value.reason == "no_connection"


def test_silent_bot_times_out(settings: Settings) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        changes = {"bot_url": url, "bot_timeout": 0.1}
        bot = RasaBot(settings.model_copy(update=changes))
        with pytest.raises(BotNotAnswering) as caught:
            bot.take_turn(TURN)
        bot.close()
    assert caught.value.reason == "timeout"


def test_connections_to_the_bot_end_with_the_website(
    make_app: Callable[..., FastAPI], bot: FakeBot
) -> None:
    with TestClient(make_app()):
        assert not bot.closed
    assert bot.closed
