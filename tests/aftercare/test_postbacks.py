from __future__ import annotations

from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood, from_rasa
from aftercare.postbacks import Postbacks, postback
from aftercare.replies import Reply
from aftercare.talk import Talk

TALK = Talk("c-1", "website", "en")


def _pressed(do: str, of: str) -> Understood:
    entities = [{"entity": "do", "value": do}, {"entity": "of", "value": of}]
    return from_rasa({"text": "Yes", "intent": {"name": "postback"}, "entities": entities})


def test_handler_gets_what_the_button_is_about() -> None:
    heard = []

    def confirm(of: str, memory: Memory, talk: Talk) -> list[Reply]:
        heard.append((of, talk.conversation_id))
        memory.ticket = of
        return [Reply("utter_welcome")]

    memory = Memory()
    replies = Postbacks({"confirm": confirm}).answer(_pressed("confirm", "AC-1"), memory, TALK)
    assert replies == [Reply("utter_welcome")]
    assert heard == [("AC-1", "c-1")]
    assert memory.ticket == "AC-1"


def test_button_that_nobody_handles_any_more_is_told_so() -> None:
    nothing = Postbacks({})
    for said in (_pressed("gone", "AC-1"), from_rasa({"text": "x", "entities": []})):
        assert nothing.answer(said, Memory(), TALK) == [Reply("utter_button_outdated")]


def test_payload_survives_quotes_in_its_subject() -> None:
    assert postback("Yes", "do", 'a"b').payload == '/postback{"do": "do", "of": "a\\"b"}'
