"""Tests of actions/__main__.py: the action server over a real socket on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import rasa_sdk
import uvicorn
import yaml

from actions.__main__ import create_action_server
from actions.server import SHARED_HEADER, read_call
from aftercare.desk import Desk
from aftercare.settings import PROJECT_ROOT

SECRET = "only the two of us know"
PRIVATE = "joana@mail.example"

Call = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@pytest.fixture
def ask(desk: Desk) -> Callable[[Call], httpx.Response]:
    """Starts the action server, makes one call and stops it."""

    async def serve(call: Call) -> httpx.Response:
        config = uvicorn.Config(
            create_action_server(desk, SECRET), lifespan="off", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", 0)) as door:
            serving = asyncio.create_task(server.serve([door]))
            try:
                async with httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{door.getsockname()[1]}"
                ) as client:
                    return await call(client)
            finally:
                server.should_exit = True
                await serving

    return lambda call: asyncio.run(serve(call))


def _call(action: str | None, **tracker: Any) -> dict[str, Any]:
    return {
        "next_action": action,
        "sender_id": "c-1",
        "version": rasa_sdk.__version__,
        "domain": {},
        "tracker": {
            "sender_id": "c-1",
            "slots": {},
            "latest_message": {"text": PRIVATE, "intent": {"name": "inform"}, "entities": []},
            "events": [],
            "paused": False,
            "active_loop": {},
            "latest_action_name": "action_listen",
            **tracker,
        },
    }


def _post(body: Any, secret: str | None = SECRET) -> Call:
    headers = {} if secret is None else {SHARED_HEADER: secret.encode()}
    return lambda client: client.post("/webhook", json=body, headers=headers)


def test_action_is_run_for_who_knows_the_secret(ask: Callable[[Call], httpx.Response]) -> None:
    answer = ask(_post(_call("action_answer_usage")))
    assert answer.status_code == 200
    assert [reply["response"] for reply in answer.json()["responses"]] == [
        "utter_manual_which_product"
    ]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "s\u00e9cret"])
def test_wrong_secret_is_refused_and_nothing_is_told(
    ask: Callable[[Call], httpx.Response], secret: str | None
) -> None:
    answer = ask(_post(_call("action_answer_usage"), secret))
    assert answer.status_code == 403
    assert answer.json() == {"error": "not allowed"}


def test_secret_that_is_no_text_is_refused_like_any_other(
    ask: Callable[[Call], httpx.Response],
) -> None:
    answer = ask(lambda client: client.get("/actions", headers={SHARED_HEADER: b"\xff\xfe"}))
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/actions", "/webhook", "/nothing"])
def test_every_path_but_health_needs_the_secret(
    ask: Callable[[Call], httpx.Response], path: str
) -> None:
    assert ask(lambda client: client.get(path)).status_code == 403


def test_health_is_open(ask: Callable[[Call], httpx.Response]) -> None:
    answer = ask(lambda client: client.get("/health"))
    assert answer.status_code == 200
    assert "status" in answer.json()


@pytest.mark.parametrize(
    "body",
    [
        _call("action_nobody_knows"),
        {**_call("action_answer_usage"), "tracker": {"latest_message": PRIVATE}},
        {**_call("action_answer_usage"), "tracker": PRIVATE},
    ],
)
def test_error_never_echoes_the_tracker(
    ask: Callable[[Call], httpx.Response], body: dict[str, Any]
) -> None:
    answer = ask(_post(body))
    assert answer.status_code >= 400
    assert PRIVATE not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "body",
    [b'{"next_action": "action_answer_usage", "tracker": "' + PRIVATE.encode(), b"", b"\xff"],
)
def test_what_is_no_json_is_refused_without_an_echo(
    ask: Callable[[Call], httpx.Response], body: bytes
) -> None:
    answer = ask(
        lambda client: client.post("/webhook", content=body, headers={SHARED_HEADER: SECRET})
    )
    assert answer.status_code == 400
    assert answer.json() == {"error": "no JSON"}


def test_a_call_that_comes_in_pieces_is_put_together(ask: Callable[[Call], httpx.Response]) -> None:
    whole = json.dumps(_call("action_answer_usage", slots={"language": "pt", "x": "ã" * 100_000}))

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(whole), 50_000):
            yield whole[at : at + 50_000].encode()

    answer = ask(
        lambda client: client.post("/webhook", content=pieces(), headers={SHARED_HEADER: SECRET})
    )
    assert answer.status_code == 200


def test_half_a_letter_is_read_and_given_back(ask: Callable[[Call], httpx.Response]) -> None:
    call = json.dumps(_call("action_answer_usage", slots={"memory": {"question": "\ud83d"}}))
    answer = ask(
        lambda client: client.post("/webhook", content=call, headers={SHARED_HEADER: SECRET})
    )
    assert answer.status_code == 200
    (memory,) = (event["value"] for event in answer.json()["events"])
    assert memory["question"] == "\ud83d"


def test_a_failure_beside_the_action_is_logged_without_what_was_said(
    ask: Callable[[Call], httpx.Response], caplog: pytest.LogCaptureFixture
) -> None:
    body = {**_call("action_answer_usage"), "tracker": {"latest_message": PRIVATE}}
    assert ask(_post(body)).json() == {"error": "failed"}
    assert "action_call_failed" in caplog.text
    assert "KeyError" in caplog.text
    assert PRIVATE not in caplog.text


@pytest.mark.parametrize(("method", "path"), [("GET", "/webhook"), ("POST", "/health")])
def test_other_methods_find_nothing(
    ask: Callable[[Call], httpx.Response], method: str, path: str
) -> None:
    answer = ask(lambda client: client.request(method, path, headers={SHARED_HEADER: SECRET}))
    assert answer.status_code == 404


def test_server_knows_every_action_of_the_domain(ask: Callable[[Call], httpx.Response]) -> None:
    domain = yaml.safe_load((PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8"))
    answer = ask(lambda client: client.get("/actions", headers={SHARED_HEADER: SECRET}))
    assert {action["name"] for action in answer.json()} == set(domain["actions"])


def test_server_without_a_secret_does_not_start(desk: Desk) -> None:
    with pytest.raises(ValueError, match="AFTERCARE_PRIVATE_SECRET"):
        create_action_server(desk, "")


def test_what_customers_wrote_does_not_stay_in_the_memory_of_the_process() -> None:
    body = json.dumps({"text": PRIVATE}).encode()
    assert read_call(body)["text"] is not read_call(body)["text"]
