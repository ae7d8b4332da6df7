"""The action server: Rasa's calls over HTTP, each answered by one action.

It takes the place of rasa-sdk's own (rasa_sdk/endpoint.py), which traces each call, compares
versions and checks and copies every answer once more: a fifth of what a short turn cost.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from pydantic_core import from_json, to_json
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.guard import GuardedAction
from aftercare.log import log_failure

#: An action that takes longer hangs, and its conversation waits no more for it.
_LONGEST_SECONDS = 60.0
SHARED_HEADER = "X-Aftercare-Secret"
_SHARED = SHARED_HEADER.lower().encode()
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]


class ActionServer:
    """An ASGI application that answers only who knows the secret; `/health` is for everybody.

    Raises ValueError for an empty secret, which everybody would know.
    """

    def __init__(self, actions: Iterable[GuardedAction], secret: str) -> None:
        if not secret:
            raise ValueError("the action server needs AFTERCARE_PRIVATE_SECRET (`make up` sets it)")
        self._actions = {action.name(): action for action in actions}
        self._secret = secret.encode()

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        try:
            status, told = await self._answer(scope, receive)
            body = _written(told)
        except Exception as error:
            # Nobody is told the error's text, which may quote the tracker.
            log_failure("action_call_failed", error)
            status, body = 500, b'{"error":"failed"}'
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: _Message, receive: _Receive) -> tuple[int, Any]:
        asked = f"{scope['method']} {scope['path']}"
        if asked == "GET /health":
            return 200, {"status": "ok"}
        shown = next((value for name, value in scope["headers"] if name == _SHARED), b"")
        if not hmac.compare_digest(shown, self._secret):
            return 403, {"error": "not allowed"}
        if asked == "GET /actions":
            return 200, [{"name": name} for name in self._actions]
        if asked != "POST /webhook":
            return 404, {"error": "nothing here"}
        try:
            call = read_call(await _body(receive))
        except ValueError:
            return 400, {"error": "no JSON"}
        action = self._actions.get(call["next_action"])
        if action is None:
            return 404, {"error": "no such action"}
        said = CollectingDispatcher()
        async with asyncio.timeout(_LONGEST_SECONDS):
            events = await action.run(said, Tracker.from_dict(call["tracker"]), {})
        return 200, {"events": events, "responses": said.messages}


async def _body(receive: _Receive) -> bytes:
    message = await receive()
    parts = [message.get("body", b"")]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def read_call(body: bytes) -> Any:
    """A call of Rasa as it was sent. Raises ValueError."""
    try:
        # Short values would stay in a memory of the whole process: they are customers' words.
        return from_json(body, cache_strings="keys")
    except ValueError:
        return json.loads(body)  # which also takes half a letter, as a broken client may send one


def _written(told: Any) -> bytes:
    try:
        return to_json(told)
    except ValueError:
        return json.dumps(told).encode()
