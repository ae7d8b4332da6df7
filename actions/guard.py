"""Turns every failure of an action into a kind response and a log line with the same id."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from aftercare.catalogue.snapshot import one_catalogue
from aftercare.errors import StorageUnavailable
from aftercare.log import correlated, log_failure

Events = list[dict[str, Any]]

#: More than a website process takes turns at once: a slow database must not hold up the others.
_THREADS = ThreadPoolExecutor(32, thread_name_prefix="action")


class GuardedAction(Action):
    """An action whose `answer` may fail: the customer hears a kind sentence, staff find the id.

    `answer` runs in a thread, so that a slow database holds up one conversation only.
    """

    action_name = ""

    def name(self) -> str:
        return self.action_name

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        raise NotImplementedError

    def after_failure(self, tracker: Tracker) -> Events:
        """Slots that let the customer go on where they were."""
        return []

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        metadata = tracker.latest_message.get("metadata") or {}
        with correlated(str(metadata.get("turn_id") or "")), one_catalogue():
            return await self._guarded(dispatcher, tracker)

    async def _guarded(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        attempt = CollectingDispatcher()
        try:
            here = contextvars.copy_context()
            events = await asyncio.get_running_loop().run_in_executor(
                _THREADS, here.run, self.answer, attempt, tracker
            )
        except Exception as error:
            error_id = log_failure(
                "action_failed",
                error,
                action=self.name(),
                conversation_id=str(tracker.sender_id),
            )
            trouble = (
                "utter_storage_trouble"
                if isinstance(error, StorageUnavailable)
                else "utter_trouble"
            )
            dispatcher.utter_message(
                response=trouble, error_id=error_id, json_message={"error_id": error_id}
            )
            return self.after_failure(tracker)
        dispatcher.messages.extend(attempt.messages)
        return events
