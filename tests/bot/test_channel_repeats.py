"""The same turn again, after the gateway did not hear the first answer."""

from __future__ import annotations

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
    again = await post({**TURN, "repeat": True})
    assert again.body == first.body
    assert len(agent.handled) == 1


@on_server
async def test_repeat_of_an_earlier_turn_has_the_answer_of_that_turn(
    post: Post, agent: FakeAgent
) -> None:
    first = await post(TURN)
    agent.replies = [{"text": "Something else"}]
    await post({**TURN, "turn_id": "c-1:2"})
    assert (await post({**TURN, "repeat": True})).body == first.body
    assert len(agent.handled) == 2


@on_server
@pytest.mark.parametrize("changed", [{"turn_id": "c-1:2"}, {"conversation_id": "c-2"}, {}])
async def test_repeat_of_a_turn_that_never_ran_is_run(
    post: Post, agent: FakeAgent, changed: Dict[str, str]
) -> None:
    if changed:
        await post(TURN)
    answer = await post({**TURN, **changed, "repeat": True})
    assert [reply["text"] for reply in answer.body["replies"]] == ["Hello"]
    assert agent.handled[-1].message_id == changed.get("turn_id", "c-1:1")
