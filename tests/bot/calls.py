"""One call of the private channel, as the gateway makes it."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict

import pytest

SECRET = "secret of the tests"
TURN = {"conversation_id": "c-1", "turn_id": "c-1:1", "channel": "telegram", "text": "Hello"}

#: All of these tests share the one server, and so its event loop.
on_server = pytest.mark.asyncio(loop_scope="session")


class Answer:
    def __init__(self, status: int, body: Dict[str, Any]) -> None:
        self.status = status
        self.body = body


Post = Callable[..., Awaitable[Answer]]
