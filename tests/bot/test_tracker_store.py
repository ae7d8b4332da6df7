"""A tracker that is kept short must lead to the same next step as the whole one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import CompactTrackerStore, may_hold, shortened

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_path(str(ROOT / "domain.yml"))


@pytest.fixture
def store(domain: Domain, tmp_path: Path) -> CompactTrackerStore:
    return CompactTrackerStore(domain, db=str(tmp_path / "tracker.db"), kept_turns=3)


def turn(number: int) -> List[Event]:
    return [
        UserUttered(f"text {number}", {"name": "inform", "confidence": 1.0}),
        SlotSet("intake", {"answers": number}),
        BotUttered(f"answer {number}"),
        ActionExecuted("action_listen"),
    ]


def conversation(turns: int) -> List[Event]:
    events: List[Event] = [
        ActionExecuted("action_session_start"),
        ActionExecuted("action_listen"),
        UserUttered("my washer leaks", {"name": "request_repair", "confidence": 1.0}),
        SlotSet("language", "pt"),
        ActionExecuted("intake_form"),
        ActiveLoop("intake_form"),
        SlotSet("requested_slot", "intake_answer"),
        ActionExecuted("action_listen"),
    ]
    for number in range(turns):
        events += turn(number)
    return events


def state(tracker: DialogueStateTracker) -> object:
    return (tracker.current_slot_values(), tracker.active_loop_name, tracker.latest_action_name)


def test_unknown_conversation_has_no_tracker(store: CompactTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4, 40])
def test_slots_open_form_and_last_words_are_kept(
    store: CompactTrackerStore, domain: Domain, turns: int
) -> None:
    whole = DialogueStateTracker.from_events("c", conversation(turns), domain.slots)
    asyncio.run(store.save(whole))
    kept = asyncio.run(store.retrieve("c"))
    assert kept is not None
    assert state(kept) == state(whole)
    assert kept.latest_message.text == whole.latest_message.text
    spoken = [event.text for event in kept.events if isinstance(event, UserUttered)]
    assert spoken == [e.text for e in whole.events if isinstance(e, UserUttered)][-3:]


def test_length_stops_growing(store: CompactTrackerStore, domain: Domain) -> None:
    lengths = []
    for turns in (10, 100):
        tracker = DialogueStateTracker.from_events("c", conversation(turns), domain.slots)
        asyncio.run(store.save(tracker))
        kept = asyncio.run(store.retrieve("c"))
        assert kept is not None
        lengths.append(len(kept.events))
    assert lengths[0] == lengths[1]


def test_saving_again_and_again_loses_nothing(store: CompactTrackerStore, domain: Domain) -> None:
    tracker = DialogueStateTracker.from_events("c", conversation(0), domain.slots)
    for number in range(20):
        for event in turn(number):
            tracker.update(event, domain)
        asyncio.run(store.save(tracker))
        loaded = asyncio.run(store.retrieve("c"))
        assert loaded is not None
        tracker = loaded
    assert tracker.get_slot("language") == "pt"
    assert tracker.get_slot("intake") == {"answers": 19}
    assert tracker.active_loop_name == "intake_form"
    assert asyncio.run(store.keys()) == ["c"]


def test_closed_form_and_emptied_slot_stay_so() -> None:
    events = conversation(1)
    events += [ActiveLoop(None), SlotSet("requested_slot", None), SlotSet("intake", None)]
    for number in range(5):
        events += [UserUttered(f"later {number}"), ActionExecuted("action_listen")]
    kept = shortened(events, 3)
    assert not any(isinstance(event, ActiveLoop) for event in kept)
    assert [event.key for event in kept if isinstance(event, SlotSet)] == ["language"]


def test_file_stays_open_from_turn_to_turn(store: CompactTrackerStore, domain: Domain) -> None:
    opened: List[object] = []
    sa.event.listen(store._engine, "connect", lambda *connection: opened.append(connection))
    sa.event.listen(store._engine, "close", lambda *connection: opened.append(connection))
    tracker = DialogueStateTracker.from_events("c", conversation(1), domain.slots)
    for _ in range(3):
        asyncio.run(store.save(tracker))
        assert asyncio.run(store.retrieve("c")) is not None
    assert opened == []


def test_each_thread_has_a_connection_of_its_own(
    store: CompactTrackerStore, domain: Domain
) -> None:
    tracker = DialogueStateTracker.from_events("c", conversation(1), domain.slots)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, store.save(tracker)).result()
    assert asyncio.run(store.keys()) == ["c"]


def test_conversation_without_events_leaves_no_row(
    store: CompactTrackerStore, domain: Domain
) -> None:
    begun = asyncio.run(store.get_or_create_tracker("c", append_action_listen=False))
    assert list(begun.events) == []
    assert asyncio.run(store.keys()) == []
    begun.update_with_events(conversation(0), domain)
    asyncio.run(store.save(begun))
    assert asyncio.run(store.keys()) == ["c"]


def test_value_in_a_tracker_is_found_without_building_it(
    store: CompactTrackerStore, domain: Domain
) -> None:
    tracker = DialogueStateTracker.from_events("c", conversation(12), domain.slots)
    asyncio.run(store.save(tracker))
    behind_rasas_fallback = FailSafeTrackerStore(store)
    assert may_hold(behind_rasas_fallback, "c", "text 11")
    assert not may_hold(behind_rasas_fallback, "c", "text 1")
    assert not may_hold(behind_rasas_fallback, "other", "text 11")
