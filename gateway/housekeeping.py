"""Removes what has expired, now and then: tokens, signed-in sessions, records past their period."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import CursorResult, delete

from aftercare.attachments.cleaning import remove_strays
from aftercare.database import SessionFactory, writing
from aftercare.errors import StorageUnavailable
from aftercare.log import log_failure
from aftercare.manuals.importing import remove_left_files
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Stores
from aftercare.tables.conversations import ChatSession
from aftercare.tables.staff import StaffSession
from gateway.measures import Measures

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 3600.0
_STOP_SECONDS = 5.0


def remove_expired(sessions: SessionFactory, now: datetime) -> int:
    """Delete tokens and signed-in sessions that are over; how many. Raises StorageUnavailable."""
    removed = 0
    with writing(sessions) as session:
        for statement in (
            delete(ChatSession).where(ChatSession.expires_at <= now),
            delete(StaffSession).where(StaffSession.expires_at <= now),
        ):
            result = session.execute(statement)
            removed += result.rowcount if isinstance(result, CursorResult) else 0
    return removed


class Housekeeping:
    """A thread that does it at the start and every hour; several processes may do it at once."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime], measures: Measures) -> None:
        self._stores = stores
        self._clock = clock
        self._measures = measures
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
                self._keep_once()
            except StorageUnavailable:
                _log.warning("housekeeping.storage_unavailable")
            except Exception as error:
                # What cannot be removed now is removed in an hour.
                log_failure("housekeeping.failed", error)
            if self._stopping.wait(_EVERY_SECONDS):
                return

    def _keep_once(self) -> None:
        if removed := remove_expired(self._stores.sessions, self._clock()):
            _log.info("housekeeping.removed rows=%s", removed)
        for period in apply_periods(self._stores, self._clock()):
            if period.due:
                _log.info("housekeeping.period kind=%s records=%s", period.kind, period.due)
            self._measures.past_period.labels(period.kind).inc(period.due)
        self._measures.periods_kept.set(self._clock().timestamp())
        if strays := remove_strays(self._stores.sessions, self._stores.files.store, self._clock()):
            _log.info("housekeeping.removed files=%s", strays)
        if uploads := remove_left_files(self._stores.settings, self._clock()):
            _log.info("housekeeping.removed uploads=%s", uploads)
