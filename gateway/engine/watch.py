"""Looks at the database now and then: who waits, who must be told, what nobody announced."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from aftercare.database import SessionFactory, reading
from aftercare.errors import StorageUnavailable
from aftercare.log import log_failure
from aftercare.settings import Settings
from gateway.engine.waits import Waits
from gateway.store import waiting_conversations
from gateway.turns import Turns

_log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_STOP_SECONDS = 5.0

#: Gets each waiting conversation with the first and the last of its waiting numbers.
Found = Callable[[Mapping[str, tuple[int, int]]], None]


class Watch:
    """A thread of its own, so that customers hear of a delay also while every worker hangs."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        turns: Turns,
        waits: Waits,
        found: Found,
    ) -> None:
        self._notice_after = settings.delay_notice_after
        self._sessions = sessions
        self._turns = turns
        self._waits = waits
        self._found = found
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def start(self) -> None:
        """Look once before this returns, then go on."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(_STOP_SECONDS)

    def _watch(self) -> None:
        tick = max(0.01, min(_POLL_SECONDS, self._notice_after / 4))
        looked = time.monotonic()
        while not self._stopping.wait(tick):
            if self._waits.late(self._notice_after):
                # Another process may have answered them meanwhile.
                self._look()
                looked = time.monotonic()
                for wait in self._waits.late(self._notice_after):
                    self._turns.tell_delay(wait)
            elif time.monotonic() - looked >= _POLL_SECONDS:
                self._look()
                looked = time.monotonic()

    def _look(self) -> None:
        asked_at = time.monotonic()
        try:
            with reading(self._sessions) as session:
                waiting = waiting_conversations(session)
            self._waits.reconcile(waiting, asked_at)
            self._found(waiting)
        except StorageUnavailable:
            _log.warning("turns.storage_unavailable")
        except Exception as error:
            log_failure("turns.look_failed", error)
