"""Decides which conversation a worker takes next: one at a time each, retries when they are due.

It knows numbers and times only; what a turn is and how it is stored is not its business.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

_FIRST_RETRY_SECONDS = 0.2
_LAST_RETRY_SECONDS = 5.0


@dataclass
class Line:
    """One conversation's waiting messages, as far as this process knows; times are monotonic."""

    conversation_id: str
    seen: dict[int, float] = field(default_factory=dict)
    answered_at: float = 0.0
    failures: int = 0
    unexpected: int = 0
    reason: str = "slow"
    noticed: bool = False
    due: float | None = None
    busy: bool = False
    queued: bool = False

    def waiting_since(self) -> float | None:
        """When the customer began to wait without any answer; None where nothing waits."""
        return max(min(self.seen.values()), self.answered_at) if self.seen else None


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
            line.seen.setdefault(seq, time.monotonic())
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

    def known(self, line: Line) -> set[int]:
        with self._changed:
            return set(line.seen)

    def see(self, line: Line, numbers: Iterable[int]) -> None:
        """These messages wait too; they may have been stored before this process began."""
        with self._changed:
            for seq in numbers:
                line.seen.setdefault(seq, time.monotonic())

    def waited(self, line: Line, seq: int) -> float:
        with self._changed:
            return time.monotonic() - line.seen.get(seq, time.monotonic())

    def settle(self, line: Line, numbers: Iterable[int], *, answered: bool) -> None:
        """Give the line back: these messages wait no more. The bot's answer ends an outage."""
        with self._changed:
            for seq in numbers:
                line.seen.pop(seq, None)
            line.busy = False
            line.failures = line.unexpected = 0
            line.answered_at = time.monotonic()
            if answered:
                line.noticed = False
                line.reason = "slow"
                for other in self._lines.values():
                    if other.due is not None:
                        self._queue(other)
            if line.seen:
                self._queue(line)
            else:
                self._lines.pop(line.conversation_id, None)

    def postpone(self, line: Line, reason: str) -> None:
        """Give the line back to be tried again after a pause that doubles each time."""
        with self._changed:
            pause = min(_FIRST_RETRY_SECONDS * 2 ** min(line.failures, 10), _LAST_RETRY_SECONDS)
            line.failures += 1
            line.reason = reason
            line.busy = False
            line.due = time.monotonic() + pause
            self._changed.notify()

    def late(self, seconds: float) -> list[Line]:
        """Lines whose customers wait longer than that and were not told; now they count as told."""
        limit = time.monotonic() - seconds
        with self._changed:
            found = []
            for line in self._lines.values():
                since = line.waiting_since()
                if not line.noticed and since is not None and since <= limit:
                    line.noticed = True
                    found.append(line)
            return found

    def untold(self, line: Line) -> None:
        with self._changed:
            line.noticed = False

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
