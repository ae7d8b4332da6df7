"""Works the turns with threads of this process, the only one on its database (SQLite)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from aftercare.database import SessionFactory
from aftercare.log import log_failure
from aftercare.settings import Settings
from gateway.engine.lines import Line, Lines
from gateway.engine.waits import Waits
from gateway.engine.watch import Watch
from gateway.turns import Postponed, Turns

_STOP_SECONDS = 5.0


class InProcess:
    """The database's list of unanswered messages is the queue; this only remembers its order."""

    def __init__(
        self, settings: Settings, sessions: SessionFactory, turns: Turns, waits: Waits
    ) -> None:
        self._workers = settings.turn_workers
        self._turns = turns
        self._waits = waits
        self._lines = Lines()
        self._watch = Watch(settings, sessions, turns, waits, self._pick_up)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._watch.start()
        self._threads = [
            threading.Thread(target=self._work, name=f"turns-{number}", daemon=True)
            for number in range(self._workers)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """A turn that hangs is left and taken up at the next start."""
        self._lines.stop()
        self._watch.stop()
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def defer(self, connection: Connection, conversation_id: str) -> None:
        """Nothing to do: a stored message is in the list."""

    def wake(self, conversation_id: str, seq: int) -> None:
        self._waits.note(conversation_id, seq)
        self._lines.add(conversation_id, seq)

    def parts(self) -> Mapping[str, Callable[[], bool]]:
        return {}

    def _work(self) -> None:
        while line := self._lines.take():
            try:
                self._attempt(line)
            except Postponed:
                self._lines.postpone(line)
            except Exception as error:
                # A worker must outlive every error, or the desk falls silent.
                log_failure("turns.worker_failed", error, conversation=line.conversation_id)
                self._lines.postpone(line)

    def _attempt(self, line: Line) -> None:
        newest = self._lines.newest(line)
        ended = self._turns.take_next(line.conversation_id)
        if ended is None:
            self._lines.settle(line, newest, answered=False)
        else:
            self._lines.settle(line, ended.seq, answered=ended.answered)

    def _pick_up(self, waiting: Mapping[str, tuple[int, int]]) -> None:
        """Find what an earlier process left, and what nobody announced."""
        for conversation_id, (_first, last) in waiting.items():
            self._lines.add(conversation_id, last)
