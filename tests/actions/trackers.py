"""Trackers as Rasa sends them, and what an action does with one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.guard import GuardedAction


def tracker(
    text: str = "",
    intent: str = "",
    *,
    entities: tuple[dict[str, Any], ...] = (),
    slots: dict[str, Any] | None = None,
    events: tuple[dict[str, Any], ...] = (),
    button: bool = False,
    confidence: float = 0.95,
) -> Tracker:
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": list(entities),
        "metadata": {"channel": "website", "button": button},
    }
    return Tracker(
        "c-1",
        {"language": "en", **(slots or {})},
        message,
        [{"event": "user"}, *events],
        False,
        None,
        {},
        "action_listen",
    )


@dataclass
class Outcome:
    events: list[dict[str, Any]]
    messages: list[dict[str, Any]]

    @property
    def heard(self) -> list[str]:
        return [message["response"] for message in self.messages]

    @property
    def slots(self) -> dict[str, Any]:
        return {e["name"]: e["value"] for e in self.events if e["event"] == "slot"}


def run(action: GuardedAction, tracker: Tracker) -> Outcome:
    dispatcher = CollectingDispatcher()
    events = asyncio.run(action.run(dispatcher, tracker, {}))
    return Outcome(list(events), dispatcher.messages)
