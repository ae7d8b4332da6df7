"""Removes what has expired, now and then: tokens, signed-in sessions, records past their period."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete

from aftercare.attachments.cleaning import remove_strays
from aftercare.database import SessionFactory, writing
from aftercare.exchange.tokens import KEY_KEPT
from aftercare.exchange.transfers import remove_unapplied
from aftercare.manuals.importing import remove_left_files
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Stores
from aftercare.tables.conversations import ChatSession
from aftercare.tables.exchange import ApiRequest
from aftercare.tables.staff import StaffSession
from aftercare.webhooks.subscriptions import remove_old_deliveries
from gateway.measures import Measures

_log = logging.getLogger(__name__)

#: How often it is to be done.
EVERY_SECONDS = 3600.0


def remove_expired(sessions: SessionFactory, now: datetime) -> int:
    """Delete tokens, keys and signed-in sessions that are over; how many.

    Raises StorageUnavailable.
    """
    removed = 0
    with writing(sessions) as session:
        for statement in (
            delete(ChatSession).where(ChatSession.expires_at <= now),
            delete(StaffSession).where(StaffSession.expires_at <= now),
            delete(ApiRequest).where(ApiRequest.at <= now - KEY_KEPT),
        ):
            result = session.execute(statement)
            removed += result.rowcount if isinstance(result, CursorResult) else 0
    return removed


class Housekeeping:
    """The work of one round; several processes may do it at once."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime], measures: Measures) -> None:
        self._stores = stores
        self._clock = clock
        self._measures = measures

    def keep(self) -> None:
        """Remove what is over now. Raises StorageUnavailable."""
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
        if days := self._stores.settings.keep_webhooks_days:
            before = self._clock() - timedelta(days=days)
            if sent := remove_old_deliveries(self._stores.sessions, before):
                _log.info("housekeeping.removed webhooks=%s", sent)
        if records := remove_unapplied(self._stores.settings, self._clock()):
            _log.info("housekeeping.removed imports=%s", records)
