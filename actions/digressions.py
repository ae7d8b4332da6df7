"""Answers to what is asked or told beside the intakes and in the middle of them."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.guard import Events, GuardedAction
from actions.translation import FORM, MEMORY, last_answer, memory, said, state, talk, utter
from aftercare.desk import Desk


class AnswerUsage(GuardedAction):
    action_name = "action_answer_usage"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        remembered = memory(tracker)
        replies = self._desk.answer_usage(said(tracker), state(tracker), remembered, talk(tracker))
        utter(dispatcher, replies)
        return [SlotSet(MEMORY, remembered.to_json())]


class AnswerWarranty(GuardedAction):
    action_name = "action_answer_warranty"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        replies = self._desk.answer_warranty(
            said(tracker), state(tracker), memory(tracker), talk(tracker)
        )
        utter(dispatcher, replies)
        return []


class AnswerWaitingTime(GuardedAction):
    action_name = "action_answer_waiting_time"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        utter(dispatcher, self._desk.answer_waiting_time(talk(tracker)))
        return []


class TakeVerdict(GuardedAction):
    """Hears whether what the manual says has helped."""

    action_name = "action_take_verdict"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        remembered = memory(tracker)
        utter(dispatcher, self._desk.take_verdict(said(tracker), remembered, talk(tracker)))
        return [SlotSet(MEMORY, remembered.to_json())]


class AnswerPostback(GuardedAction):
    """Does what a button asks, or says what the desk announces."""

    action_name = "action_answer_postback"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        remembered = memory(tracker)
        utter(dispatcher, self._desk.postbacks.answer(said(tracker), remembered, talk(tracker)))
        events: Events = [SlotSet(MEMORY, remembered.to_json())]
        if remembered.asked:
            events.append(FollowupAction(FORM))  # which hears the answer
        return events


class TakeShortAnswer(GuardedAction):
    """Hears a typed yes, no or "cancel" while no intake is under way."""

    action_name = "action_take_short_answer"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        remembered = memory(tracker)
        replies = self._desk.take_short_answer(
            said(tracker), last_answer(tracker), remembered, talk(tracker)
        )
        utter(dispatcher, replies)
        events: Events = [SlotSet(MEMORY, remembered.to_json())]
        if remembered.asks:
            events.append(FollowupAction(FORM))  # which begins what was said yes to
        return events


class TakeFiles(GuardedAction):
    """Answers a message that is nothing but files."""

    action_name = "action_take_files"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        utter(dispatcher, self._desk.take_files(state(tracker), talk(tracker)))
        return []


class TakeUpRemark(GuardedAction):
    """Answers what is told outside of an intake, and keeps the product that it names."""

    action_name = "action_take_up_remark"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        if self._desk.service_meant(said(tracker)):
            return [FollowupAction(FORM)]  # a ticket number or an error code is a wish by itself
        message, remembered = said(tracker), memory(tracker)
        moved = self._desk.hear_of_visit(message, last_answer(tracker), remembered, talk(tracker))
        utter(dispatcher, moved or self._desk.take_up_remark(message, remembered, talk(tracker)))
        return [SlotSet(MEMORY, remembered.to_json())]


class NoteOtherWish(GuardedAction):
    action_name = "action_note_other_wish"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        present = state(tracker)
        if present is None:
            return []
        remembered = memory(tracker)
        replies = self._desk.note_other_wish(said(tracker), present, remembered, talk(tracker))
        utter(dispatcher, replies)
        return [SlotSet(MEMORY, remembered.to_json())]
