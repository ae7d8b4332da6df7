"""What is remembered of a conversation must be what reading it would give, or nothing."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import List

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot import remembered_events
from bot.json_text import read_json, write_json
from bot.remembered_events import RememberedEvents
from bot.tracker_store import CompactTrackerStore, look_once, may_hold
from bot.written_events import WrittenEvents
from tests.bot.components import ROOT
from tests.bot.dialogues import Dialogues, everything

ODD = "half a letter \ud83d, a line\nand [\n{},\n{}\n] in it"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_path(str(ROOT / "domain.yml"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tracker.db"


@pytest.fixture
def store(domain: Domain, file: Path) -> CompactTrackerStore:
    return CompactTrackerStore(domain, db=str(file))


def _read_anew(file: Path, domain: Domain) -> DialogueStateTracker:
    """As a bot does that has just been started, in Rasa's own words."""
    connection = sqlite3.connect(file)
    (stored,) = connection.execute("SELECT events FROM trackers WHERE sender_id = 'c'").fetchone()
    connection.close()
    return DialogueStateTracker.from_dict("c", json.loads(stored), domain.slots)


def _retrieve(store: CompactTrackerStore) -> DialogueStateTracker:
    tracker = asyncio.run(store.retrieve("c"))
    assert tracker is not None
    return tracker


def _change(file: Path, statement: str, *values: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("seed", range(12))
def test_tracker_from_memory_is_the_one_that_is_stored(
    store: CompactTrackerStore, file: Path, domain: Domain, seed: int
) -> None:
    dialogues = Dialogues(domain, seed)
    tracker = DialogueStateTracker.from_events("c", dialogues.likely(2), domain.slots)
    for _ in range(14):
        with look_once(store, "c"):
            asyncio.run(store.save(tracker))
            tracker = _retrieve(store)
        assert everything(tracker) == everything(_read_anew(file, domain))
        with look_once(store, "c"):
            tracker = _retrieve(store)
            for event in [*dialogues.likely(1)[2:], dialogues.message(), dialogues.slot()]:
                tracker.update(event, domain)
            asyncio.run(store.save(tracker))
        tracker = _retrieve(store)
        assert everything(tracker) == everything(_read_anew(file, domain))


def test_erased_conversation_is_unknown(
    store: CompactTrackerStore, file: Path, domain: Domain
) -> None:
    events = Dialogues(domain, 1).likely(3)
    asyncio.run(store.save(DialogueStateTracker.from_events("c", events, domain.slots)))
    _change(file, "DELETE FROM trackers")
    assert asyncio.run(store.retrieve("c")) is None
    assert store._remembered._kept == {}


def test_what_another_process_wrote_counts(
    store: CompactTrackerStore, file: Path, domain: Domain
) -> None:
    events: List[Event] = [UserUttered("Ann Lee"), SlotSet("language", "en")]
    asyncio.run(store.save(DialogueStateTracker.from_events("c", events, domain.slots)))
    # An erasure writes so: as long as before, and not at another time.
    _change(file, "UPDATE trackers SET events = replace(events, ?, ?)", "Ann Lee", "*******")
    assert _retrieve(store).latest_message.text == "*******"
    asyncio.run(store.save(_retrieve(store)))
    assert _read_anew(file, domain).latest_message.text == "*******"


def test_row_of_an_older_version_is_read_and_written_anew(
    store: CompactTrackerStore, file: Path, domain: Domain
) -> None:
    events = Dialogues(domain, 2).likely(4)
    older = json.dumps([event.as_dict() for event in events])
    _change(file, "INSERT INTO trackers VALUES ('c', ?, 1.0)", older)
    with look_once(store, "c"):
        tracker = _retrieve(store)
        assert everything(tracker) == everything(_read_anew(file, domain))
        tracker.update(SlotSet("language", "pt"))
        asyncio.run(store.save(tracker))
    assert everything(_retrieve(store)) == everything(_read_anew(file, domain))


def test_a_turn_reads_once_and_writes_only_what_is_new(
    store: CompactTrackerStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Dialogues(domain, 3).likely(5)
    asyncio.run(store.save(DialogueStateTracker.from_events("c", events, domain.slots)))
    reads, written = [], []
    find = store._rows.find
    monkeypatch.setattr(store._rows, "find", lambda sender: reads.append(sender) or find(sender))
    as_text = lambda value: written.append(value) or write_json(value)  # noqa: E731
    monkeypatch.setattr("bot.written_events.write_json", as_text)
    with look_once(store, "c"):
        assert not may_hold(store, "c", "turn 7")
        tracker = _retrieve(store)
        tracker.update(SlotSet("language", "pt"))
        asyncio.run(store.save(tracker))
        assert reads == ["c"]
        assert [event["value"] for event in written] == ["pt"]
        assert _retrieve(store).get_slot("language") == "pt"  # not what the turn began with
    assert store._turns == {}


def test_first_turn_is_found_before_it_ends(store: CompactTrackerStore, domain: Domain) -> None:
    events = Dialogues(domain, 6).likely(1)
    with look_once(store, "c"):
        assert asyncio.run(store.retrieve("c")) is None
        asyncio.run(store.save(DialogueStateTracker.from_events("c", events, domain.slots)))
        assert len(_retrieve(store).events) == len(events)


def test_turn_that_could_not_be_stored_is_not_remembered(
    store: CompactTrackerStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Dialogues(domain, 4).likely(2)
    asyncio.run(store.save(DialogueStateTracker.from_events("c", events, domain.slots)))
    before = everything(_retrieve(store))
    with monkeypatch.context() as broken:
        broken.setattr(store._rows, "put", lambda *_row: (_ for _ in ()).throw(OSError("full")))
        tracker = _retrieve(store)
        tracker.update(SlotSet("language", "pt"))
        with pytest.raises(OSError, match="full"):
            asyncio.run(store.save(tracker))
    assert everything(_retrieve(store)) == before


def test_too_many_and_old_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(remembered_events.time, "monotonic", lambda: now[0])
    remembered = RememberedEvents(most=4, seconds=60)
    for name in ("a", "b", "c"):
        remembered.keep(name, name, [SlotSet("x", 1), SlotSet("y", 2)])
    assert [remembered.find(name, name) is not None for name in "abc"] == [False, True, True]
    remembered.keep("b", "b", [SlotSet("x", 1)])  # is the latest now
    now[0] += 50
    remembered.keep("c", "c", [SlotSet("x", 1)])
    now[0] += 20
    remembered.keep("d", "d", [])
    assert [remembered.find(name, name) is not None for name in "bcd"] == [False, True, True]
    assert remembered.find("c", "C") is None


def test_events_keep_their_lines_whatever_they_hold() -> None:
    events: List[Event] = [UserUttered(ODD), SlotSet("intake", {ODD: 2**70})]
    written = WrittenEvents("", []).text_of(events)
    again = WrittenEvents.read(written)
    assert [event.as_dict() for event in again.events] == [event.as_dict() for event in events]
    more = [again.events[1], SlotSet("language", "pt")]
    text = again.text_of(more)
    assert text.split(",\n")[0][2:] == written[:-2].split(",\n")[1]
    assert [e.as_dict() for e in deserialise_events(json.loads(text))] == [
        e.as_dict() for e in more
    ]


@pytest.mark.parametrize("value", [ODD, 2**70, {"a": [1.5, None, True, "ç—😀"]}, {1: "x"}])
def test_json_says_the_same_as_pythons(value: object) -> None:
    assert json.loads(write_json(value)) == json.loads(json.dumps(value))
    assert read_json(write_json(value)) == read_json(json.dumps(value))


@pytest.mark.parametrize("turn_id", ["c:1", 'a "b" \\', "ç", "\x7f", "\ud83d"])
def test_turn_is_found_however_it_was_written(
    store: CompactTrackerStore, file: Path, domain: Domain, turn_id: str
) -> None:
    said = UserUttered("x", metadata={"turn_id": turn_id})
    for text in (f"[\n{write_json(said.as_dict())}\n]", json.dumps([said.as_dict()])):
        _change(file, "INSERT OR REPLACE INTO trackers VALUES ('c', ?, 1.0)", text)
        assert may_hold(store, "c", turn_id)
        assert not may_hold(store, "c", "c:2")


def test_conversations_are_forgotten_also_where_nobody_writes_any_more(
    store: CompactTrackerStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_remembered", RememberedEvents(seconds=0.05))
    tracker = DialogueStateTracker.from_events("c", Dialogues(domain, 1).likely(2), domain.slots)

    async def fall_silent() -> bool:
        await store.save(tracker)
        kept = store._remembered.forget_old()
        for _ in range(200):
            if not store._remembered._kept:
                break
            await asyncio.sleep(0.02)
        return kept

    assert asyncio.run(fall_silent())
    assert not store._remembered._kept


@pytest.mark.parametrize("value", [2**70, -(2**63), 1763766000.1234567, "1" * 30, None])
def test_what_is_written_is_read_as_it_was(value: object) -> None:
    assert read_json(write_json({"a": [value]})) == {"a": [value]}
