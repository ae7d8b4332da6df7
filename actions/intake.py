"""The one form of the bot: every call begins, continues or resumes an intake of the core."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.digressions import AnswerPostback
from actions.guard import Events, GuardedAction
from actions.translation import (
    ANSWER,
    FORM,
    INTAKE,
    MEMORY,
    memory,
    said,
    state,
    talk,
    turn_events,
    utter,
)
from aftercare.desk import Desk
from aftercare.talk import Turn


class ValidateIntakeForm(GuardedAction):
    """Rasa calls it when the form starts, at each message within it, and after a digression."""

    action_name = f"validate_{FORM}"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        present, message, remembered = state(tracker), said(tracker), memory(tracker)
        waits = present or remembered.asks or remembered.training
        if _answered_postback(tracker) and (remembered.asked or not waits):
            # What the button asked stands last, or there is nothing more to be said.
            turn = Turn(present, remembered)
        elif present is None and remembered.training:
            again = _digressed(tracker)
            turn = self._desk.train(message, remembered, talk(tracker), again=again)
        elif present is None and remembered.asks:
            turn = (
                self._desk.ask_again(remembered, talk(tracker))
                if _digressed(tracker)
                else self._desk.decide(message, remembered, talk(tracker))
            )
        elif present is None:
            intent = self._desk.service_meant(message) or message.intent
            turn = self._desk.begin(intent, message, remembered, talk(tracker))
        elif _digressed(tracker):
            turn = self._desk.resume(present, remembered, talk(tracker))
        elif message.intent == "switch_service" and (wanted := message.first("service")):
            turn = self._desk.switch(wanted.value, present, remembered, talk(tracker))
        else:
            turn = self._desk.take(message, present, remembered, talk(tracker))
        if turn.digression:
            return [
                SlotSet(INTAKE, turn.state.to_json() if turn.state else None),
                SlotSet(MEMORY, turn.memory.to_json()),
                ActionExecutionRejected(FORM),
            ]
        utter(dispatcher, turn.replies)
        return turn_events(turn)

    def after_failure(self, tracker: Tracker) -> Events:
        # What is under way waits for the same answer again; an intake that could not begin is left.
        waits = tracker.get_slot(INTAKE) or memory(tracker).asks or memory(tracker).training
        return [SlotSet(ANSWER, None if waits else "done")]


def _answered_postback(tracker: Tracker) -> bool:
    """Whether the customer's last message was a button's own request, which was answered."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] == AnswerPostback.action_name:
            return True
    return False


def _digressed(tracker: Tracker) -> bool:
    """Whether something else was answered since the customer's last message."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action_execution_rejected" and event["name"] == FORM:
            return True
    return False
