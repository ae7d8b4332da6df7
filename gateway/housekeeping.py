"""Removes what has expired, now and then: chat tokens, staff's sessions, old failed sign-ins."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete

from aftercare.database import SessionFactory, writing
from aftercare.errors import StorageUnavailable
from aftercare.log import log_failure
from aftercare.tables.conversations import ChatSession
from aftercare.tables.staff import SignInFailure, StaffSession

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 3600.0
_STOP_SECONDS = 5.0
#: Far longer than they count, so that somebody may still look at them.
_FAILURES_KEPT = timedelta(days=1)


def remove_expired(sessions: SessionFactory, now: datetime) -> int:
    """Delete it all at once; the number of rows. Raises StorageUnavailable."""
    removed = 0
    with writing(sessions) as session:
        for statement in (
            delete(ChatSession).where(ChatSession.expires_at <= now),
            delete(StaffSession).where(StaffSession.expires_at <= now),
            delete(SignInFailure).where(SignInFailure.at <= now - _FAILURES_KEPT),
        ):
            result = session.execute(statement)
            removed += result.rowcount if isinstance(result, CursorResult) else 0
    return removed


class Housekeeping:
    """A thread that does it at the start and every hour; several processes may do it at once."""

    def __init__(self, sessions: SessionFactory, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="housekeeping", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(_STOP_SECONDS)

    def _keep(self) -> None:
        while True:
            try:
                if removed := remove_expired(self._sessions, self._clock()):
                    _log.info("housekeeping.removed rows=%s", removed)
            except StorageUnavailable:
                _log.warning("housekeeping.storage_unavailable")
            except Exception as error:
                # What cannot be removed now is removed in an hour.
                log_failure("housekeeping.failed", error)
            if self._stopping.wait(_EVERY_SECONDS):
                return
