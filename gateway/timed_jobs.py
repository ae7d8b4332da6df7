"""Work that is done now and then beside the calls: what expires, what is due, whom to warn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from aftercare.errors import StorageUnavailable
from aftercare.log import log_failure

_log = logging.getLogger(__name__)

_STOP_SECONDS = 5.0


class TimedJob:
    """A thread that does its work at the start and every so many seconds.

    Several processes may do it at once, so the work itself sees to it that nothing is done twice.
    What fails is logged and done the next time.
    """

    def __init__(self, name: str, every_seconds: float, work: Callable[[], object]) -> None:
        self._name = name
        self._every_seconds = every_seconds
        self._work = work
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after what is in work, within seconds."""
        self._stopping.set()
        self._thread.join(_STOP_SECONDS)

    def _keep(self) -> None:
        while True:
            try:
                self._work()
            except StorageUnavailable:
                _log.warning("%s.storage_unavailable", self._name)
            except Exception as error:
                log_failure(f"{self._name}.failed", error)
            if self._stopping.wait(self._every_seconds):
                return
