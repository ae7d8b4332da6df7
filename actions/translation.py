"""Puts a tracker into the core's words and the core's replies into Rasa's."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from aftercare.intake.state import IntakeState, Memory
from aftercare.intake.understood import Understood, from_rasa
from aftercare.intake.wishes import apart
from aftercare.replies import Reply, Source
from aftercare.short_answers import OFFERS, LastAnswer
from aftercare.talk import Talk, Turn

#: Slots of the bot that belong to the core (domain.yml).
INTAKE, MEMORY, ANSWER = "intake", "memory", "intake_answer"
#: The one form; its validation is actions/intake.py.
FORM = "intake_form"


def said(tracker: Tracker) -> Understood:
    return from_rasa(tracker.latest_message)


def talk(tracker: Tracker) -> Talk:
    metadata = tracker.latest_message.get("metadata") or {}
    return Talk(
        conversation_id=tracker.sender_id,
        channel=metadata.get("channel") or "website",
        language=language(tracker),
        turn_id=str(metadata.get("turn_id") or ""),
    )


def language(tracker: Tracker) -> str:
    return tracker.get_slot("language") or "en"


def state(tracker: Tracker) -> IntakeState | None:
    stored = tracker.get_slot(INTAKE)
    return IntakeState.from_json(stored) if stored else None


def memory(tracker: Tracker) -> Memory:
    """What is known of the conversation; a product named since then counts as the present one."""
    remembered = Memory.from_json(tracker.get_slot(MEMORY))
    message = said(tracker)
    named = apart(message, message.intent)[0].all("product")
    if named:
        remembered.product = named[-1].value
    return remembered


def last_answer(tracker: Tracker) -> LastAnswer | None:
    """What was said to the customer right before the message that is answered now."""
    said_last: list[tuple[str, list[tuple[str, str]]]] = []
    messages = 0
    for event in reversed(tracker.events):
        messages += event["event"] == "user"
        if messages > 1:
            break
        if messages and event["event"] == "bot":
            response = (event.get("metadata") or {}).get("utter_action") or ""
            buttons = (event.get("data") or {}).get("buttons") or ()
            said_last.append((response, [(one["title"], one["payload"]) for one in buttons]))
    if not said_last:
        return None
    response, buttons = said_last[0]
    offered = (button for name, own in said_last if name in OFFERS for button in own)
    return LastAnswer(response, tuple(payload for _, payload in buttons), tuple(offered))


def turn_events(turn: Turn) -> list[dict[str, Any]]:
    """The slots that keep what a turn led to.

    The answer slot is filled when intake and training are over and nothing is asked about the next.
    """
    waits = turn.state or turn.memory.asks or turn.memory.training
    return [
        SlotSet(INTAKE, turn.state.to_json() if turn.state else None),
        SlotSet(MEMORY, turn.memory.to_json()),
        SlotSet(ANSWER, None if waits else "done"),
    ]


def utter(dispatcher: CollectingDispatcher, replies: list[Reply]) -> None:
    """Hand the replies to Rasa, which words them in the conversation's language."""
    for reply in replies:
        dispatcher.utter_message(
            response=reply.response,
            buttons=[
                {"title": button.title, "payload": button.payload} for button in reply.buttons
            ],
            json_message=_beside(reply),
            **reply.values,
        )


def _beside(reply: Reply) -> dict[str, Any]:
    """What goes with a reply without being said: its sources, and the id that staff look for."""
    beside: dict[str, Any] = {}
    if reply.sources:
        beside["sources"] = [_told(source, reply) for source in reply.sources]
    if "error_id" in reply.values:
        beside["error_id"] = reply.values["error_id"]
    return beside


def _told(source: Source, reply: Reply) -> dict[str, str]:
    """A source, with the words that are quoted from it where the reply has some."""
    told = {"title": source.title, "section": source.section, "path": source.path}
    if source.language and {"heading", "quote"} <= reply.values.keys():
        # As every response with both words them.
        quote = f"{reply.values['heading']}\n\n{reply.values['quote']}"
        told |= {"language": source.language, "quote": quote}
    return told
