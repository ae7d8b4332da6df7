from __future__ import annotations

import yaml
from rasa_sdk.executor import CollectingDispatcher

from actions.translation import (
    ANSWER,
    INTAKE,
    MEMORY,
    memory,
    said,
    state,
    talk,
    turn_events,
    utter,
)
from aftercare.intake.state import IntakeState, Memory
from aftercare.replies import Button, Reply, Source
from aftercare.settings import PROJECT_ROOT
from aftercare.talk import Turn
from tests.actions.trackers import tracker


def test_message_intent_and_entities_are_handed_on() -> None:
    message = said(
        tracker("my W900", "inform", entities=({"entity": "product", "value": "mare-w900"},))
    )
    assert (message.text, message.intent, message.pressed) == ("my W900", "inform", False)
    assert message.first("product")
    assert said(tracker("Yes", "affirm", button=True)).pressed


def test_talk_is_the_conversation_in_its_language() -> None:
    heard = talk(tracker(slots={"language": "pt"}))
    assert (heard.conversation_id, heard.channel, heard.language) == ("c-1", "website", "pt")
    assert talk(tracker(slots={"language": None})).language == "en"


def test_state_and_memory_come_from_their_slots() -> None:
    assert state(tracker()) is None
    assert memory(tracker()) == Memory()
    kept = tracker(
        slots={
            INTAKE: IntakeState("repair", asking="email").to_json(),
            MEMORY: Memory(product="vento-r50").to_json(),
        }
    )
    found = state(kept)
    assert found and found.asking == "email"
    assert memory(kept).product == "vento-r50"


def test_product_named_just_now_becomes_the_present_one() -> None:
    named = tracker(
        entities=({"entity": "product", "value": "mare-w900"},),
        slots={MEMORY: Memory(product="vento-r50").to_json()},
    )
    assert memory(named).product == "mare-w900"


def test_product_of_a_second_wish_is_not_the_present_one() -> None:
    text = "the W900 leaks, how long is the warranty of the P30?"
    entities = (
        {"entity": "product", "value": "mare-w900", "start": 4, "end": 8},
        {"entity": "further_wish", "value": "ask_warranty", "start": 16, "end": len(text)},
        {"entity": "product", "value": "fonte-p30", "start": 48, "end": 51},
    )
    assert memory(tracker(text, "request_repair", entities=entities)).product == "mare-w900"


def test_open_question_about_the_next_wish_leaves_the_answer_open() -> None:
    asking = Memory(choices=["request_repair", "request_return"])
    events = {event["name"]: event["value"] for event in turn_events(Turn(None, asking))}
    assert (events[ANSWER], events[INTAKE]) == (None, None)


def test_running_intake_leaves_the_answer_open_and_a_finished_one_fills_it() -> None:
    running = {e["name"]: e["value"] for e in turn_events(Turn(IntakeState("repair"), Memory()))}
    assert running[ANSWER] is None
    assert running[INTAKE]["service"] == "repair"
    over = {e["name"]: e["value"] for e in turn_events(Turn(None, Memory(failed_proofs=1)))}
    assert (over[ANSWER], over[INTAKE]) == ("done", None)
    assert over[MEMORY]["failed_proofs"] == 1


def test_replies_are_named_with_values_buttons_and_sources() -> None:
    dispatcher = CollectingDispatcher()
    utter(
        dispatcher,
        [
            Reply(
                "utter_manual_answer",
                {"heading": "Descaling"},
                (Button("Yes", "affirm"),),
                (Source("Manual", "Descaling", "/manuals/p/en/descaling"),),
            ),
            Reply("utter_anything_else"),
        ],
    )
    first, second = dispatcher.messages
    assert (first["response"], first["heading"]) == ("utter_manual_answer", "Descaling")
    assert first["buttons"] == [{"title": "Yes", "payload": "/affirm"}]
    assert first["custom"]["sources"] == [
        {"title": "Manual", "section": "Descaling", "path": "/manuals/p/en/descaling"}
    ]
    assert not first["text"]
    assert (second["response"], second["custom"]) == ("utter_anything_else", {})


def test_quotation_goes_with_its_language() -> None:
    dispatcher = CollectingDispatcher()
    source = Source("Manual", "Descaling", "/manuals/p/en/descaling", "en")
    values = {"heading": "Descaling", "quote": "1. Empty it."}
    utter(dispatcher, [Reply("utter_manual_answer", values, sources=(source,))])
    (told,) = dispatcher.messages[0]["custom"]["sources"]
    assert (told["language"], told["quote"]) == ("en", "Descaling\n\n1. Empty it.")


def test_every_response_with_a_quotation_words_it_in_one_piece() -> None:
    domain = yaml.safe_load((PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8"))
    for name, variants in domain["responses"].items():
        for variant in variants:
            text = variant.get("text", "")
            if "{quote}" in text and "{heading}" in text:
                assert "{heading}\n\n{quote}" in text, name


def test_error_id_is_handed_on_for_the_staff() -> None:
    dispatcher = CollectingDispatcher()
    utter(dispatcher, [Reply("utter_storage_trouble", {"error_id": "E-0badf00d"})])
    assert dispatcher.messages[0]["custom"] == {"error_id": "E-0badf00d"}
