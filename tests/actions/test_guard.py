from __future__ import annotations

import re
import threading

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.guard import Events, GuardedAction
from aftercare.catalogue.services import tell_of_change
from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.database import SessionFactory, writing
from aftercare.errors import StorageUnavailable
from aftercare.log import TextFormatter
from tests.actions.trackers import run, tracker

SECRET = "joana@mail.example lives at Rua das Flores 12"


class Failing(GuardedAction):
    action_name = "action_failing"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response="utter_half_said")
        raise self._error

    def after_failure(self, tracker: Tracker) -> Events:
        return [{"event": "slot", "name": "kept", "value": True}]


class Working(GuardedAction):
    action_name = "action_working"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response="utter_said")
        return [{"event": "slot", "name": "thread", "value": threading.current_thread().name}]


class Reading(GuardedAction):
    """Asks for the catalogue, and again when it has changed meanwhile."""

    action_name = "action_reading"

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions
        self._reader = CatalogueReader(sessions)

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        first = self._reader.newest()
        with writing(self._sessions) as session:
            tell_of_change(session)
        same = self._reader.newest() is first
        return [{"event": "slot", "name": "seen", "value": (first.state, same)}]


def test_an_action_has_one_catalogue_and_the_next_one_the_new(
    stocked_sessions: SessionFactory,
) -> None:
    action = Reading(stocked_sessions)
    (first, same), (second, _) = (run(action, tracker()).slots["seen"] for _ in range(2))
    assert same
    assert first != second


def test_working_action_says_what_it_says_beside_the_event_loop() -> None:
    outcome = run(Working(), tracker())
    assert outcome.heard == ["utter_said"]
    assert outcome.slots["thread"] != threading.main_thread().name
    assert Working().name() == "action_working"


@pytest.mark.parametrize(
    ("error", "response"),
    [
        (RuntimeError(SECRET), "utter_trouble"),
        (StorageUnavailable(SECRET), "utter_storage_trouble"),
        (KeyError(SECRET), "utter_trouble"),
    ],
)
def test_failure_is_told_kindly_with_an_id_that_the_log_has(
    error: Exception, response: str, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = run(Failing(error), tracker("my secret words"))
    (message,) = outcome.messages
    assert message["response"] == response
    assert re.fullmatch(r"E-[0-9a-f]{8}", message["error_id"])
    assert message["custom"] == {"error_id": message["error_id"]}
    assert SECRET not in str(outcome)
    assert "utter_half_said" not in str(outcome)
    (line,) = caplog.records
    assert f"error_id={message['error_id']}" in line.message
    assert "action=action_failing" in line.message
    assert "conversation_id=c-1" in line.message
    assert "my secret words" not in caplog.text


def test_failed_action_may_still_keep_slots() -> None:
    assert run(Failing(RuntimeError()), tracker()).slots == {"kept": True}


def test_each_failure_has_its_own_id() -> None:
    failing = Failing(RuntimeError())
    told = {run(failing, tracker()).messages[0]["error_id"] for _ in range(5)}
    assert len(told) == 5


def test_failure_is_logged_with_the_turn_that_the_gateway_named(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caplog.handler, "formatter", TextFormatter("%(message)s"))
    asked = tracker("Hello")
    asked.latest_message["metadata"] = {"turn_id": "c-1:7"}
    run(Failing(RuntimeError(SECRET)), asked)
    line = caplog.text.splitlines()[0]
    assert "action_failed" in line
    assert "correlation=c-1:7" in line
