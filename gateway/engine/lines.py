"""Decides which conversation a worker takes next: one at a time each, retries when they are due.

It knows numbers and times only; what a turn is and how it is stored is not its business.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from gateway.engine.pauses import pause_after


@dataclass
class Line:
    """One conversation with waiting messages, as far as this process knows; times are monotonic."""

    conversation_id: str
    newest: int = 0
    failures: int = 0
    due: float | None = None
    busy: bool = False
    queued: bool = False


class Lines:
    """All waiting conversations, shared by the workers; any thread may call any method."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lines: dict[str, Line] = {}
        self._ready: deque[Line] = deque()
        self._stopped = False

    def add(self, conversation_id: str, seq: int) -> None:
        """A message waits. A conversation that is being retried keeps its pause."""
        with self._changed:
            line = self._lines.setdefault(conversation_id, Line(conversation_id))
            line.newest = max(line.newest, seq)
            if not line.busy and line.due is None:
                self._queue(line)

    def take(self) -> Line | None:
        """The next conversation, for the caller alone until it is given back; None at the end."""
        with self._changed:
            while not self._stopped:
                pause = self._release_due()
                if self._ready:
                    line = self._ready.popleft()
                    line.queued, line.busy = False, True
                    return line
                self._changed.wait(pause)
        return None

    def newest(self, line: Line) -> int:
        with self._changed:
            return line.newest

    def settle(self, line: Line, seq: int, *, answered: bool) -> None:
        """Give the line back: nothing up to this number waits. The bot's answer ends an outage."""
        with self._changed:
            line.busy = False
            line.failures = 0
            if answered:
                for other in self._lines.values():
                    if other.due is not None:
                        self._queue(other)
            if line.newest > seq:
                self._queue(line)
            else:
                self._lines.pop(line.conversation_id, None)

    def postpone(self, line: Line) -> None:
        """Give the line back to be tried again after a pause that doubles each time."""
        with self._changed:
            line.due = time.monotonic() + pause_after(line.failures)
            line.failures += 1
            line.busy = False
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _queue(self, line: Line) -> None:
        line.due = None
        if not line.queued:
            line.queued = True
            self._ready.append(line)
            self._changed.notify()

    def _release_due(self) -> float | None:
        """Queue what is due; the seconds until the next one is, None where none is planned."""
        now = time.monotonic()
        next_due: float | None = None
        for line in self._lines.values():
            if line.due is None:
                continue
            if line.due <= now:
                self._queue(line)
            else:
                next_due = line.due if next_due is None else min(next_due, line.due)
        return None if next_due is None else next_due - now
