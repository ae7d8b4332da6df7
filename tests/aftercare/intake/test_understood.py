from __future__ import annotations

import json
from datetime import date

from aftercare.intake.understood import Entity, Understood, from_rasa


def test_message_of_rasa_is_read_with_intent_and_entities() -> None:
    said = from_rasa(
        {
            "text": " bought W900 on Tuesday ",
            "intent": {"name": "inform", "confidence": 0.9},
            "entities": [
                {"entity": "product", "value": "mare-w900", "start": 8, "end": 12},
                {
                    "entity": "date",
                    "value": "2026-02-24",
                    "role": "purchase",
                    "additional_info": {"future": "2026-03-03"},
                },
            ],
            "metadata": {"channel": "website"},
        }
    )
    assert (said.text, said.intent, said.confidence) == ("bought W900 on Tuesday", "inform", 0.9)
    assert said.first("product") == Entity("product", "mare-w900", 8, 12)
    day = said.first("date", "purchase")
    assert day and day.future == date(2026, 3, 3)
    assert not said.pressed


def test_part_is_read_with_what_it_is_in_each_product() -> None:
    beside = {"by_product": {"mare-w900": "pump_filter"}}
    entity = {"entity": "part", "value": "filter", "additional_info": beside}
    part = from_rasa({"text": "filter", "entities": [entity]}).first("part")
    assert part and part.by_product == {"mare-w900": "pump_filter"}


def test_refused_wishes_are_told_from_wishes() -> None:
    refund, repair = Entity("wish", "refund", role="refused"), Entity("wish", "repair")
    said = Understood("", "", entities=(refund, repair))
    assert (said.wished(), said.refused()) == (["repair"], ["refund"])


def test_pressed_button_is_known_as_one() -> None:
    assert from_rasa({"text": "Yes", "metadata": {"button": True}}).pressed


def test_message_without_anything_is_empty() -> None:
    assert from_rasa({}) == Understood("", "", 0.0)
    assert from_rasa({"text": None, "intent": None, "entities": None, "metadata": None}) == (
        Understood("", "", 0.0)
    )


def test_sign_that_keeps_a_slash_from_being_a_command_is_taken_off() -> None:
    assert from_rasa({"text": "\u2060/affirm"}).text == "/affirm"


def test_entities_are_found_by_name_and_role() -> None:
    said = Understood("", "", entities=(Entity("date", "1"), Entity("date", "2", role="purchase")))
    assert [entity.value for entity in said.all("date")] == ["1", "2"]
    first, bought = said.first("date"), said.first("date", "purchase")
    assert first and first.value == "1"
    assert bought and bought.value == "2"
    assert said.first("email") is None


def test_ranking_is_read_without_the_fallback() -> None:
    ranking = [
        {"name": "nlu_fallback", "confidence": 0.35},
        {"name": "request_repair", "confidence": 0.3},
        {"name": "request_return", "confidence": 0.28},
    ]
    said = from_rasa({"text": "it", "intent": ranking[0], "intent_ranking": ranking})
    assert said.intent == "nlu_fallback"
    assert said.ranking == (("request_repair", 0.3), ("request_return", 0.28))


def test_message_survives_the_way_through_json() -> None:
    entities = (
        Entity("date", "2026-02-24", 1, 8, "purchase", date(2026, 3, 3)),
        Entity("product", "mare-w900"),
    )
    said = Understood("bought it", "inform", 0.7, entities, pressed=True)
    assert Understood.from_json(json.loads(json.dumps(said.to_json()))) == said
