"""A tracker that is copied as it stands must be the one that Rasa gets by playing its events."""

from __future__ import annotations

import hashlib
import inspect
from typing import Any, Iterator, List

import pytest
from rasa.core.actions.forms import FormAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from bot import tracker_copies
from tests.bot.components import ROOT
from tests.bot.dialogues import FORM, Dialogues, everything

COPY = DialogueStateTracker.copy
APPLIED = DialogueStateTracker.applied_events
TEMPORARY = FormAction._temporary_tracker
#: Of rasa 3.6.21. When one differs, read Rasa's new source, see whether bot/tracker_copies.py still
#: says the same, and only then write the new sum here.
READ_SOURCES = {
    "copy": "dfa48dca9f355ad1b42c625bc6f6370b",
    "travel_back_in_time": "09d16f28f007492f653b504cf2b6064d",
    "init_copy": "429fcd2243b9e0e1a6e8ffc3057a4f2f",
    "__init__": "8f39eb22462aa62b140d9da1f6db986c",
    "_reset": "190858eaf560a0c0a86f45dca86498f8",
    "update": "b55e6b1c724fa6e916399f81ea51dd56",
    "applied_events": "764d5065ea9997d613c1984d9357370f",
    "clear_followup_action": "7e7f684fcc7b1a130ff9c36fa627de3c",
    "_temporary_tracker": "381bc4b6e07fc205a4189558635d1139",
}


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_path(str(ROOT / "domain.yml"))


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    tracker_copies.install()
    yield
    DialogueStateTracker.copy = COPY
    DialogueStateTracker.applied_events = APPLIED
    FormAction._temporary_tracker = TEMPORARY
    del Slot.__copy__


def _trackers(domain: Domain) -> Iterator[DialogueStateTracker]:
    for seed in range(150):
        dialogues = Dialogues(domain, seed)
        for events in (dialogues.likely(seed % 14), dialogues.wild(seed % 60)):
            yield DialogueStateTracker.from_events("c", events, domain.slots)


@pytest.mark.parametrize("name", READ_SOURCES)
def test_rasas_source_is_the_one_that_was_read(name: str) -> None:
    replaced = {"copy": COPY, "applied_events": APPLIED, "_temporary_tracker": TEMPORARY}
    source: Any = replaced.get(name) or getattr(DialogueStateTracker, name)
    found = hashlib.sha256(inspect.getsource(source).encode()).hexdigest()[:32]
    assert found == READ_SOURCES[name], "Rasa has changed what bot/tracker_copies.py replaces"


def test_copy_holds_what_rasas_holds(domain: Domain) -> None:
    for tracker in _trackers(domain):
        assert everything(tracker.copy()) == everything(COPY(tracker))


def test_action_that_was_taken_up_is_in_the_copy_as_in_rasas(domain: Domain) -> None:
    cleared = 0
    for tracker in _trackers(domain):
        tracker.clear_followup_action()  # as Rasa does without an event
        assert tracker.copy().followup_action == COPY(tracker).followup_action
        cleared += COPY(tracker).followup_action is not None
    assert cleared


def test_copy_lives_by_itself(domain: Domain) -> None:
    tracker = DialogueStateTracker.from_events("c", Dialogues(domain, 5).likely(6), domain.slots)
    tracker.change_loop_to(FORM)
    tracker.model_id = "m"
    before = everything(tracker)
    twin = tracker.copy()
    twin.update(SlotSet("language", "pt"))
    twin.interrupt_loop(True)
    twin.update(ActionExecuted("utter_greet"))
    assert everything(tracker) == before
    assert twin.model_id is None


def test_trackers_of_training_are_copied_by_rasa(domain: Domain) -> None:
    tracker = TrackerWithCachedStates("c", domain.slots, domain=domain)
    assert type(tracker.copy()) is TrackerWithCachedStates


def test_same_events_count_however_often_they_are_asked_for(domain: Domain) -> None:
    fewer = 0
    for seed in range(120):
        dialogues = Dialogues(domain, seed)
        for events in (dialogues.likely(seed % 12), dialogues.wild(seed % 50)):
            tracker = DialogueStateTracker("c", domain.slots)
            for event in events:
                tracker.update(event)
                if dialogues.chance.random() < 0.7:
                    wanted = APPLIED(tracker)
                    _assert_same(tracker.applied_events(), wanted)
                    fewer += len(wanted) < len(tracker.events) - 3
    assert fewer > 500  # forms and undone events are among them


def _assert_same(found: List[Event], wanted: List[Event]) -> None:
    assert [id(event) for event in found] == [id(event) for event in wanted]


def test_list_that_was_given_may_be_changed(domain: Domain) -> None:
    tracker = DialogueStateTracker.from_events("c", Dialogues(domain, 3).likely(4), domain.slots)
    tracker.applied_events().clear()
    _assert_same(tracker.applied_events(), APPLIED(tracker))


def test_form_asks_with_the_same_tracker(domain: Domain) -> None:
    form = FormAction(FORM, None)
    for tracker in _trackers(domain):
        added = [SlotSet("intake_answer", "done")]
        found = form._temporary_tracker(tracker, added, domain)
        wanted = TEMPORARY(form, tracker, added, domain)
        for each in (found, wanted):  # made a moment apart
            for event in list(each.events)[-3:]:
                event.timestamp = 0.0
        assert everything(found) == everything(wanted)


def test_second_installation_changes_nothing(domain: Domain) -> None:
    before = DialogueStateTracker.copy
    tracker_copies.install()
    assert DialogueStateTracker.copy is before
