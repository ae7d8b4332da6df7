"""The private channel: who may call it, and what is refused as no turn."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, Optional
from urllib.parse import urlsplit

import aiohttp
import pytest
from rasa.shared.exceptions import InvalidConfigException

from bot.channel import SHARED_HEADER, PrivateChannel
from tests.bot.calls import SECRET, TURN, Post, on_server
from tests.bot.fakes import FakeAgent


@on_server
@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1]])
async def test_call_without_the_secret_is_refused(
    post: Post, agent: FakeAgent, secret: Optional[str]
) -> None:
    answer = await post(TURN, secret=secret)
    assert (answer.status, answer.body) == (403, {"error": "not allowed"})
    assert agent.handled == []


@on_server
async def test_secret_is_asked_for_before_the_body_is_read(post: Post) -> None:
    assert (await post(data=b"{", secret="wrong")).status == 403


@on_server
async def test_secret_that_is_no_text_is_refused(address: str) -> None:
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    call = f"POST {url.path}/turn HTTP/1.1\r\nHost: bot\r\nContent-Length: 2\r\n{SHARED_HEADER}: "
    writer.write(call.encode() + b"\xff\xfe\r\n\r\n{}")
    first_line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert first_line == b"HTTP/1.1 403 Forbidden\r\n"


@pytest.mark.parametrize("credentials", [None, {}, {"secret": ""}, {"secret": "${UNSET}"}])
def test_channel_without_a_secret_does_not_start(credentials: Optional[Dict[str, str]]) -> None:
    with pytest.raises(InvalidConfigException, match="AFTERCARE_PRIVATE_SECRET"):
        PrivateChannel.from_credentials(credentials)


def test_channel_with_a_secret_starts() -> None:
    assert PrivateChannel.from_credentials({"secret": SECRET}).name() == "aftercare"


@on_server
@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"{", "the body is not JSON"),
        (b"\xff\xfe\x00", "the body is not JSON"),
        (b"", "the body is not a JSON object"),
        (b"[]", "the body is not a JSON object"),
        (b'"hello"', "the body is not a JSON object"),
        (b"null", "the body is not a JSON object"),
    ],
)
async def test_body_that_is_no_object_is_refused(post: Post, data: bytes, error: str) -> None:
    answer = await post(data=data)
    assert (answer.status, answer.body) == (400, {"error": error})


@on_server
@pytest.mark.parametrize("field", ["conversation_id", "turn_id", "text"])
async def test_missing_field_is_named(post: Post, agent: FakeAgent, field: str) -> None:
    answer = await post({name: value for name, value in TURN.items() if name != field})
    assert (answer.status, answer.body) == (400, {"error": f"{field} is missing"})
    assert agent.handled == []


@on_server
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"text": None}, "text is not a string"),
        ({"text": ["Hello"]}, "text is not a string"),
        ({"conversation_id": 7}, "conversation_id is not a string"),
        ({"conversation_id": ""}, "conversation_id is empty"),
        ({"turn_id": ""}, "turn_id is empty"),
        ({"channel": {"a": 1}}, "channel is not a string"),
        ({"payload": {"intent": "greet"}}, "payload is not a string"),
    ],
)
async def test_field_of_the_wrong_kind_is_named(
    post: Post, change: Dict[str, Any], error: str
) -> None:
    answer = await post({**TURN, **change})
    assert (answer.status, answer.body) == (400, {"error": error})


@on_server
async def test_message_without_text_is_a_turn(post: Post) -> None:
    assert (await post({**TURN, "text": "", "payload": None})).status == 200


@on_server
async def test_turn_waits_for_the_model(post: Post, agent: FakeAgent, address: str) -> None:
    agent.ready = False
    assert (await post(TURN)).status == 503
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{address}/health") as response:
            assert (response.status, await response.json()) == (503, {"ready": False})
        agent.ready = True
        async with session.get(f"{address}/health") as response:
            assert (response.status, await response.json()) == (200, {"ready": True})
