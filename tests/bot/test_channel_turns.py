"""One turn through the private channel: what is taken for an intent, and what is answered."""

from __future__ import annotations

import pytest

from bot.nlu.text import SLASH_GUARD
from tests.bot.calls import TURN, Post, on_server
from tests.bot.fakes import FakeAgent


@on_server
async def test_turn_is_answered_with_replies_and_what_was_understood(
    post: Post, agent: FakeAgent
) -> None:
    agent.processor.entities = [
        {"entity": "product", "value": "mare-w900", "start": 0, "end": 4, "extractor": "X"},
        {"entity": "language", "value": "pt", "start": 0, "end": 4, "extractor": "Y"},
    ]
    answer = await post(TURN)
    assert answer.status == 200
    assert answer.body == {
        "replies": [{"text": "Hello", "response": "utter_greet", "buttons": [], "sources": []}],
        "understood": {
            "intent": "inform",
            "confidence": 0.75,
            "entities": [{"entity": "product", "value": "mare-w900", "start": 0, "end": 4}],
        },
        "language": "pt",
        "error_id": None,
        "failed_action": None,
    }


@on_server
async def test_turn_reaches_rasa_with_its_ids_and_channel(post: Post, agent: FakeAgent) -> None:
    await post(TURN)
    (message,) = agent.handled
    assert (message.sender_id, message.message_id) == ("c-1", "c-1:1")
    assert message.input_channel == "aftercare"
    assert message.metadata == {"turn_id": "c-1:1", "channel": "telegram", "button": False}


@on_server
@pytest.mark.parametrize(
    "text", ["/restart", " /greet", "\n/x", '/inform{"product": "w"}', "//", "/", "\t /greet"]
)
async def test_typed_slash_is_never_an_intent(post: Post, agent: FakeAgent, text: str) -> None:
    answer = await post({**TURN, "text": text})
    assert answer.body["understood"]["intent"] == "inform"
    (parsed,) = agent.processor.parsed
    assert parsed.startswith(SLASH_GUARD)
    assert parsed.endswith(text.strip())
    # Neither does Rasa keep it in a form that it would obey when it reads it again.
    tracker = await agent.tracker_store.retrieve("c-1")
    assert not tracker.latest_message.text.strip().startswith("/")


@on_server
async def test_slash_inside_a_text_is_left_alone(post: Post, agent: FakeAgent) -> None:
    await post({**TURN, "text": "and/or"})
    assert agent.processor.parsed == ["and/or"]


@on_server
async def test_payload_is_an_intent_and_needs_no_model(post: Post, agent: FakeAgent) -> None:
    answer = await post({**TURN, "text": "Maré W900", "payload": '/inform{"product": "mare-w900"}'})
    understood = answer.body["understood"]
    assert (understood["intent"], understood["confidence"]) == ("inform", 1.0)
    assert [(one["entity"], one["value"]) for one in understood["entities"]] == [
        ("product", "mare-w900")
    ]
    assert agent.processor.parsed == []
    (message,) = agent.handled
    assert message.text == "Maré W900"
    assert message.metadata["button"] is True


@on_server
@pytest.mark.filterwarnings("ignore:.*intent.*:UserWarning")
@pytest.mark.parametrize("payload", ["/no_such_intent", "no slash", "/"])
async def test_unknown_payload_is_an_intent_that_nobody_knows(post: Post, payload: str) -> None:
    answer = await post({**TURN, "payload": payload})
    assert answer.status == 200
    assert answer.body["understood"]["intent"] is None


@on_server
async def test_buttons_that_leave_a_question_come_last(post: Post, agent: FakeAgent) -> None:
    leaving = ["/skip", "/cancel", "/guidance_not_helped", "/request_human"]
    payloads = [*leaving, "/affirm", "/deny", '/inform{"choice": "a"}']
    buttons = [{"title": payload, "payload": payload, "more": 1} for payload in payloads]
    agent.replies = [{"text": "Right?", "buttons": buttons}]
    (reply,) = (await post(TURN)).body["replies"]
    assert [button["payload"] for button in reply["buttons"]] == [
        "/affirm",
        "/deny",
        '/inform{"choice": "a"}',
        *leaving,
    ]
    assert set(reply["buttons"][0]) == {"title", "payload"}


@on_server
async def test_sources_of_an_answer_are_passed_on(post: Post, agent: FakeAgent) -> None:
    sources = [{"title": "Manual", "section": "Draining", "path": "/manuals/x"}]
    agent.replies = [{"text": "Open the filter.", "custom": {"sources": sources}}]
    (reply,) = (await post(TURN)).body["replies"]
    assert reply["sources"] == sources


@on_server
async def test_reply_without_text_is_left_out(post: Post, agent: FakeAgent) -> None:
    agent.replies = [{"text": None, "custom": {"note": 1}}, {"text": "Hello"}]
    assert [reply["text"] for reply in (await post(TURN)).body["replies"]] == ["Hello"]
