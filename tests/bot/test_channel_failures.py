"""A turn in which an action fails: the customer is told, and the gateway gets the reference."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, List

from tests.bot.calls import TURN, Answer, Post, on_server
from tests.bot.fakes import FakeAgent


def _texts(answer: Answer) -> List[str]:
    return [reply["text"] for reply in answer.body["replies"]]


@on_server
async def test_failed_action_is_told_with_its_reference(post: Post, agent: FakeAgent) -> None:
    agent.fails_with = ConnectionError("down")
    answer = await post(TURN)
    assert answer.status == 200
    error_id = answer.body["error_id"]
    assert error_id.startswith("E-")
    assert answer.body["failed_action"] == "action_answer"
    (reply,) = answer.body["replies"]
    assert reply["response"] == "utter_trouble"
    assert reply["text"] == f"Something failed ({error_id})"


@on_server
async def test_trouble_is_told_in_the_customers_language(post: Post, agent: FakeAgent) -> None:
    tracker = await agent.tracker_store.get_or_create_tracker("c-1")
    tracker.slots["language"].value = "pt"
    agent.tracker_store.retrieve = _always(tracker)
    agent.fails_with = ConnectionError("down")
    answer = await post(TURN)
    assert _texts(answer) == [f"Algo falhou ({answer.body['error_id']})"]


@on_server
async def test_repeat_of_a_failed_turn_tells_the_same_trouble(post: Post, agent: FakeAgent) -> None:
    agent.fails_with = ConnectionError("down")
    first = await post(TURN)
    again = await post(TURN)
    assert again.body["replies"] == first.body["replies"]
    assert again.body["error_id"] == first.body["error_id"]
    assert len(agent.handled) == 1


@on_server
async def test_failure_of_one_turn_is_not_told_in_the_next(post: Post, agent: FakeAgent) -> None:
    agent.fails_with = ConnectionError("down")
    await post(TURN)
    agent.fails_with = None
    answer = await post({**TURN, "turn_id": "c-1:2"})
    assert _texts(answer) == ["Hello"]
    assert (answer.body["error_id"], answer.body["failed_action"]) == (None, None)


@on_server
async def test_reference_that_an_action_gives_itself_is_passed_on(
    post: Post, agent: FakeAgent
) -> None:
    agent.replies = [{"text": "Trouble", "custom": {"error_id": "E-1234"}}]
    first = await post(TURN)
    assert (first.body["error_id"], first.body["failed_action"]) == ("E-1234", None)
    assert (await post(TURN)).body == first.body


def _always(tracker: Any) -> Callable[[str], Awaitable[Any]]:
    async def retrieve(sender_id: str) -> Any:
        return tracker

    return retrieve
