"""Keeps of each conversation what the bot needs to go on: a short, whole tracker in one row.

Rasa's SQL store keeps every event and reads all of them at each turn: long conversations get
slower and slower. What was said stands in the gateway's log; the bot needs the last turns, slots
and the form that is open.
"""

from __future__ import annotations

import json
import time
from typing import Any, Dict, Iterable, List, Optional

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
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

_metadata = sa.MetaData()
_trackers = sa.Table(
    "trackers",
    _metadata,
    sa.Column("sender_id", sa.String(100), primary_key=True),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)
# Built once: SQLAlchemy takes longer to build a statement than SQLite takes to carry it out.
_find = sa.select(_trackers.c.events).where(_trackers.c.sender_id == sa.bindparam("sender"))
_replace = (
    _trackers.update()
    .where(_trackers.c.sender_id == sa.bindparam("sender"))
    .values(events=sa.bindparam("kept"), saved_at=sa.bindparam("now"))
)
_add = _trackers.insert().values(
    sender_id=sa.bindparam("sender"), events=sa.bindparam("kept"), saved_at=sa.bindparam("now")
)


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
        _metadata.create_all(self._engine)
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
        kept = shortened(list(tracker.events), self._kept_turns)
        row = {
            "sender": tracker.sender_id,
            "kept": json.dumps([event.as_dict() for event in kept]),
            "now": time.time(),
        }
        with self._engine.begin() as connection:
            if not connection.execute(_replace, row).rowcount:
                connection.execute(_add, row)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The tracker as it was saved; None for an unknown conversation."""
        with self._engine.connect() as connection:
            stored = connection.execute(_find, {"sender": sender_id}).scalar()
        if stored is None:
            return None
        events: List[Dict[str, Any]] = json.loads(stored)
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    def mentions(self, sender_id: str, value: str) -> bool:
        """Whether a conversation's tracker has this value somewhere; the tracker is not built."""
        with self._engine.connect() as connection:
            found = connection.execute(_find, {"sender": sender_id}).scalar()
        return found is not None and json.dumps(value) in found

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(_trackers.c.sender_id)).scalars())


def _open_engine(url: sa.engine.URL) -> sa.engine.Engine:
    """SQLAlchemy 1.4 opens a SQLite file anew for each statement.

    The last connection that closes writes the whole write-ahead log back and waits for the disk,
    which was a third of a turn's time. One connection a thread stays open instead.
    """
    if url.get_backend_name() == "sqlite":
        return sa.create_engine(url, poolclass=sa.pool.SingletonThreadPool)
    return sa.create_engine(url)


def may_hold(store: TrackerStore, sender_id: str, turn_id: str) -> bool:
    """Whether a conversation's tracker may hold a turn; asked at each turn, so it must be quick."""
    inner = getattr(store, "_tracker_store", store)  # what Rasa falls back from when it fails
    return inner.mentions(sender_id, turn_id) if isinstance(inner, CompactTrackerStore) else True


def shortened(events: List[Event], turns: int) -> List[Event]:
    """The last turns, after events that lead to the same slots and the same open form."""
    spoken = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
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
