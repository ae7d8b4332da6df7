"""Conversations by chance: turns as they happen, and events in any order."""

from __future__ import annotations

import random
from typing import Any, Callable, Dict, List

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

FORM = "intake_form"
LISTEN = "action_listen"


class Dialogues:
    """Makes events by chance that the domain knows."""

    def __init__(self, domain: Domain, seed: int) -> None:
        self.chance = random.Random(seed)
        self._domain = domain
        self._actions = [*domain.action_names_or_texts, FORM, FORM, FORM, LISTEN, LISTEN]
        self._moment = 1_700_000_000.0

    def likely(self, turns: int) -> List[Event]:
        """A conversation as the bot leads it, in and out of its form."""
        events: List[Event] = [
            ActionExecuted("action_session_start"),
            SessionStarted(),
            ActionExecuted(LISTEN),
        ]
        in_form = False
        for _ in range(turns):
            events += [self.message(), *self._some(self.slot)]
            if self.chance.random() < 0.8:
                events.append(DefinePrevUserUtteredFeaturization(False))
            if in_form or self.chance.random() < 0.4:
                rejects = in_form and self.chance.random() < 0.3
                if rejects:
                    events += [ActionExecutionRejected(FORM), self.action(), self.speech()]
                    events += self._some(lambda: LoopInterrupted(True))
                events.append(ActionExecuted(FORM))
                if not in_form:
                    events.append(ActiveLoop(FORM))
                in_form = self.chance.random() < 0.7
                events += [self.speech(), *self._some(self.slot)]
                if not in_form:
                    events += [SlotSet("requested_slot", None), ActiveLoop(None)]
            else:
                events += [self.action(), self.speech()]
                events += self._some(lambda: FollowupAction(FORM))
            events.append(ActionExecuted(LISTEN))
        cut = self.chance.randint(0, 4)
        return self._timed(events[: len(events) - cut])

    def wild(self, length: int) -> List[Event]:
        """Any events, also such as undo others."""
        makers: List[Callable[[], Event]] = [
            *[self.message, self.action, self.action, self.slot, self.speech] * 4,
            lambda: DefinePrevUserUtteredFeaturization(self.chance.random() < 0.2),
            lambda: ActiveLoop(self.chance.choice([FORM, FORM, None])),
            lambda: ActionExecutionRejected(self.chance.choice([FORM, "utter_greet"])),
            lambda: LoopInterrupted(self.chance.random() < 0.5),
            lambda: FollowupAction(self.chance.choice([FORM, "utter_greet"])),
            *[ConversationPaused, ConversationResumed, AllSlotsReset, SessionStarted, Restarted],
        ]
        if self.chance.random() < 0.3:
            makers += [ActionReverted, UserUtteranceReverted]
        return self._timed([self.chance.choice(makers)() for _ in range(length)])

    def message(self) -> Event:
        intent = self.chance.choice([*self._domain.intents, "restart", "back"])
        entities: List[Dict[str, Any]] = [
            {"entity": name, "value": "x", "start": 0, "end": 1}
            for name in self.chance.sample(sorted(self._domain.entities), 2)
        ]
        parsed = {"intent": {"name": intent, "confidence": 0.5}, "entities": entities}
        return UserUttered("some words", parsed["intent"], entities, parsed)

    def action(self) -> Event:
        return ActionExecuted(self.chance.choice(self._actions), "RulePolicy", 1.0)

    def slot(self) -> Event:
        name = self.chance.choice([slot.name for slot in self._domain.slots])
        return SlotSet(name, self.chance.choice([None, "en", {"answers": [1, 2]}]))

    def speech(self) -> Event:
        return BotUttered("said", {"buttons": [{"title": "A", "payload": "/greet"}]})

    def _some(self, make: Callable[[], Event]) -> List[Event]:
        return [make() for _ in range(self.chance.choice([0, 0, 1, 2]))]

    def _timed(self, events: List[Event]) -> List[Event]:
        for event in events:
            self._moment += 0.25
            event.timestamp = self._moment
        return events


def everything(tracker: DialogueStateTracker) -> Dict[str, Any]:
    """All that a tracker holds, in a form that can be compared."""
    held = dict(vars(tracker))
    for name in ("_applied_events", "_latest_states"):  # found by the way
        held.pop(name, None)
    held["slots"] = {name: vars(slot) for name, slot in tracker.slots.items()}
    held["events"] = [_held(event) for event in tracker.events]
    for name in ("latest_message", "latest_bot_utterance"):
        held[name] = _held(held[name])
        if held[name]["text"] is None:
            del held[name]["timestamp"]  # nothing was said, and each tracker notes when that was
    return held


def _held(event: Event) -> Dict[str, Any]:
    return {"kind": type(event), **vars(event)}
