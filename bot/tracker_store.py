"""Keeps of each conversation what the bot needs to go on: a short, whole tracker in one row.

Rasa's SQL store keeps every event and reads all of them at each turn: long conversations get
slower and slower. What was said stands in the gateway's log; the bot needs the last turns, slots
and the form that is open.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, ContextManager, Dict, Iterable, Iterator, List, Optional

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.event_kinds import is_message
from bot.json_text import write_json
from bot.remembered_events import RememberedEvents
from bot.tracker_rows import open_rows
from bot.written_events import WrittenEvents

_NOTHING = WrittenEvents("", [])


@dataclass
class _Turn:
    """What the store knows of a conversation while it is held for a turn."""

    stored: Optional[str]
    asked: bool = False
    read: WrittenEvents = _NOTHING


class CompactTrackerStore(TrackerStore):
    """Stores trackers shortened to the last `kept_turns` turns of the customer.

    `db` is the path of a SQLite file, `url` an SQLAlchemy address that goes before it.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        event_broker: Optional[EventBroker] = None,
        db: str = "rasa-tracker.db",
        url: Optional[str] = None,
        kept_turns: int = 10,
        **kwargs: Any,
    ) -> None:
        self._kept_turns = kept_turns
        self._engine = _open_engine(sa.engine.make_url(url or f"sqlite:///{db}"))
        self._rows = open_rows(self._engine)
        self._remembered = RememberedEvents()
        self._forgetting: Optional[asyncio.TimerHandle] = None
        self._turns: Dict[str, _Turn] = {}
        kwargs.pop("host", None)  # Rasa hands every store the address of its endpoint
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the shortened tracker in the place of the earlier one.

        Rasa also saves what it has only just created; a tracker without events says nothing that
        an unknown one does not say.
        """
        await self.stream_events(tracker)
        if not tracker.events:
            return
        sender_id = tracker.sender_id
        kept = shortened(list(tracker.events), self._kept_turns)
        turn = self._turns.get(sender_id)
        text = (turn.read if turn else _NOTHING).text_of(kept)
        if turn is not None:
            turn.asked = True  # it is no more what the turn began with
        self._rows.put(sender_id, text, time.time())
        self._remembered.keep(sender_id, text, kept)
        self._forget_later()

    def _forget_later(self) -> None:
        """Also where nobody writes any more: what was erased must not stay in memory for long."""
        if self._forgetting is None:
            loop = asyncio.get_running_loop()
            self._forgetting = loop.call_later(self._remembered.seconds, self._forget_old)

    def _forget_old(self) -> None:
        self._forgetting = None
        if self._remembered.forget_old():
            self._forget_later()

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The tracker as it was saved; None for an unknown conversation."""
        turn = self._turns.get(sender_id)
        stored = self._stored(sender_id, turn)
        if turn is not None:
            turn.asked = True
        if stored is None:
            self._remembered.forget(sender_id)
            return None
        events = self._remembered.find(sender_id, stored)
        read = WrittenEvents.read(stored) if events is None else WrittenEvents(stored, events)
        if turn is not None:
            turn.read = read
        tracker = DialogueStateTracker(sender_id, self.domain.slots)
        for event in read.events:
            # As `update` does for a tracker of no model, without asking what kind of thing it is.
            tracker.events.append(event)
            event.apply_to(tracker)
        return tracker

    def _stored(self, sender_id: str, turn: Optional[_Turn]) -> Optional[str]:
        return self._rows.find(sender_id) if turn is None or turn.asked else turn.stored

    @contextmanager
    def look_once(self, sender_id: str) -> Iterator[None]:
        """For a turn, which holds the conversation: nobody else stores it meanwhile.

        What asks first for the tracker gets what was read when the turn began.
        """
        self._turns[sender_id] = _Turn(self._rows.find(sender_id))
        try:
            yield
        finally:
            self._turns.pop(sender_id, None)

    def mentions(self, sender_id: str, value: str) -> bool:
        """Whether a conversation's tracker has this value somewhere; the tracker is not built."""
        found = self._stored(sender_id, self._turns.get(sender_id))
        return found is not None and (write_json(value) in found or json.dumps(value) in found)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return self._rows.keys()


def _open_engine(url: sa.engine.URL) -> sa.engine.Engine:
    """SQLAlchemy 1.4 opens a SQLite file anew for each statement.

    The last connection that closes writes the whole write-ahead log back and waits for the disk,
    which was a third of a turn's time. One connection a thread stays open instead.
    """
    if url.get_backend_name() == "sqlite":
        return sa.create_engine(url, poolclass=sa.pool.SingletonThreadPool)
    return sa.create_engine(url)


def look_once(store: TrackerStore, sender_id: str) -> ContextManager[None]:
    """For the turn of a conversation that is held: its tracker is read once."""
    inner = _inner(store)
    return inner.look_once(sender_id) if isinstance(inner, CompactTrackerStore) else nullcontext()


def may_hold(store: TrackerStore, sender_id: str, turn_id: str) -> bool:
    """Whether a conversation's tracker may hold a turn; asked at each turn, so it must be quick."""
    inner = _inner(store)
    return inner.mentions(sender_id, turn_id) if isinstance(inner, CompactTrackerStore) else True


def _inner(store: TrackerStore) -> TrackerStore:
    """What Rasa falls back from when it fails, and wraps."""
    while hasattr(store, "_tracker_store"):
        store = store._tracker_store
    return store


def shortened(events: List[Event], turns: int) -> List[Event]:
    """The last turns, after events that lead to the same slots and the same open form."""
    spoken = [place for place, event in enumerate(events) if is_message(event)]
    if len(spoken) <= turns:
        return events
    cut = spoken[-turns]
    slots: Dict[str, Any] = {}
    loop: Optional[str] = None
    for event in events[:cut]:
        if isinstance(event, SlotSet):
            slots[event.key] = event.value
        elif isinstance(event, ActiveLoop):
            loop = event.name
    began = events[0].timestamp
    before: List[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=began),
        SessionStarted(timestamp=began),
    ]
    before += [
        SlotSet(key, value, timestamp=began) for key, value in slots.items() if value is not None
    ]
    if loop:
        before.append(ActiveLoop(loop, timestamp=began))
    return [*before, ActionExecuted(ACTION_LISTEN_NAME, timestamp=began), *events[cut:]]
