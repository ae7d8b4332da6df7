"""Ends waits for a person that take too long, so that no customer is left in silence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.handover.changes import end_silence, end_wait
from aftercare.live import Hub
from aftercare.settings import Settings
from aftercare.tables.handover import Handover, HandoverState
from gateway.engine.interface import Engine

_log = logging.getLogger(__name__)

#: How often to look.
EVERY_SECONDS = 5.0


class HandoverWatch:
    """Looks for them; several processes may do it at once."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        clock: Callable[[], datetime],
        hub: Hub,
        engine: Engine,
    ) -> None:
        self._wait = timedelta(minutes=settings.handover_wait_minutes)
        self._silence = timedelta(minutes=settings.handover_silence_minutes)
        self._sessions = sessions
        self._clock = clock
        self._hub = hub
        self._engine = engine

    def look(self) -> None:
        """End what is overdue now. Raises StorageUnavailable."""
        now = self._clock()
        waits = self._older_than(HandoverState.WAITING, now - self._wait)
        talks = self._older_than(HandoverState.WITH_PERSON, now - self._silence)
        for conversation_id in waits:
            self._end_wait(conversation_id, now)
        for conversation_id in talks:
            self._end_silence(conversation_id, now)

    def _older_than(self, state: HandoverState, since: datetime) -> list[str]:
        with reading(self._sessions) as session:
            return list(
                session.scalars(
                    select(Handover.conversation_id)
                    .where(Handover.state == state, Handover.since <= since)
                    .order_by(Handover.since)
                )
            )

    def _end_wait(self, conversation_id: str, now: datetime) -> None:
        try:
            with writing(self._sessions) as session:
                ended = end_wait(session, conversation_id, now - self._wait, now)
        except NotFound:  # erased a moment ago
            return
        if ended:
            _log.info("handover.nobody_came conversation=%s", conversation_id)
            self._hub.messages(conversation_id)

    def _end_silence(self, conversation_id: str, now: datetime) -> None:
        try:
            with writing(self._sessions) as session:
                seq = end_silence(session, conversation_id, now - self._silence, now)
                if seq is not None:
                    self._engine.defer(session.connection(), conversation_id)
        except NotFound:
            return
        if seq is not None:
            _log.info("handover.went_silent conversation=%s", conversation_id)
            self._hub.messages(conversation_id)
            self._engine.wake(conversation_id, seq)
