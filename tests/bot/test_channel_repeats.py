"""The same turn again, after the gateway did not hear the first answer."""

from __future__ import annotations

import asyncio
from typing import Dict

import pytest

from tests.bot.calls import TURN, Post, on_server
from tests.bot.fakes import FakeAgent


@on_server
async def test_repeated_turn_has_the_same_answer_and_no_second_action(
    post: Post, agent: FakeAgent
) -> None:
    buttons = [{"title": "Yes", "payload": "/affirm"}]
    agent.replies = [
        {"text": "Hello", "utter_action": "utter_greet"},
        {"text": "Is it on?", "buttons": buttons, "custom": {"sources": [{"title": "Manual"}]}},
    ]
    first = await post(TURN)
    again = await post(TURN)
    assert again.body == first.body
    assert len(agent.handled) == 1


@on_server
async def test_repeat_of_an_earlier_turn_has_the_answer_of_that_turn(
    post: Post, agent: FakeAgent
) -> None:
    first = await post(TURN)
    agent.replies = [{"text": "Something else"}]
    await post({**TURN, "turn_id": "c-1:2"})
    assert (await post(TURN)).body == first.body
    assert len(agent.handled) == 2


@on_server
@pytest.mark.parametrize("changed", [{"turn_id": "c-1:2"}, {"conversation_id": "c-2"}, {}])
async def test_repeat_of_a_turn_that_never_ran_is_run(
    post: Post, agent: FakeAgent, changed: Dict[str, str]
) -> None:
    if changed:
        await post(TURN)
    answer = await post({**TURN, **changed})
    assert [reply["text"] for reply in answer.body["replies"]] == ["Hello"]
    assert agent.handled[-1].message_id == changed.get("turn_id", "c-1:1")


@on_server
async def test_turn_that_is_asked_for_again_while_it_is_done_is_done_once(
    post: Post, agent: FakeAgent
) -> None:
    go_on = asyncio.Event()

    async def wait() -> None:
        await asyncio.wait_for(go_on.wait(), 10)

    agent.pause = wait
    first = asyncio.create_task(post(TURN))
    while not agent.handled:
        await asyncio.sleep(0)
    again = asyncio.create_task(post(TURN))
    other = asyncio.create_task(post({**TURN, "conversation_id": "c-2", "turn_id": "c-2:1"}))
    while len(agent.handled) < 2:
        await asyncio.sleep(0)
    go_on.set()
    assert (await again).body == (await first).body
    await other
    assert [message.sender_id for message in agent.handled] == ["c-1", "c-2"]
