"""What is said of steps and parts while no training is under way; a training runs in the form."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.guard import Events, GuardedAction
from actions.translation import FORM, MEMORY, last_answer, memory, said, state, talk, utter
from aftercare.desk import Desk
from aftercare.training.beside import walk_on, wants_training


class WalkOn(GuardedAction):
    """Reads on in a long answer, or starts the training that the message wants."""

    action_name = "action_walk_on"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        message, present, remembered = said(tracker), state(tracker), memory(tracker)
        if present is None and wants_training(message):
            return [FollowupAction(FORM)]
        talking, replies = talk(tracker), []
        if present is None:  # "another day" is taken for a wish to go on later
            replies = self._desk.hear_of_visit(message, last_answer(tracker), remembered, talking)
        replies = replies or walk_on(
            self._desk.trainer,
            message,
            in_intake=present is not None,
            memory=remembered,
            talk=talking,
        )
        utter(dispatcher, replies)
        return [SlotSet(MEMORY, remembered.to_json())]
