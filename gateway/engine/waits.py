"""Remembers which customers wait for an answer, since when, and what was tried for them so far.

It is this process's memory only: another process, or this one after a restart, begins anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.bot import TurnResult


@dataclass
class Attempts:
    """What was tried for one message; only the worker that holds the conversation touches it."""

    seq: int
    unexpected: int = 0
    #: An answer that the database would not take yet.
    unsaved: TurnResult | None = None


@dataclass
class Wait:
    """One conversation's waiting messages by number; times are monotonic."""

    conversation_id: str
    noted_at: float
    seen: dict[int, float] = field(default_factory=dict)
    answered_at: float = 0.0
    #: Whether this outage was told; while it lasts, the bot does not seem to type either.
    told: bool = False
    reason: str = "slow"
    attempts: Attempts | None = None

    def since(self) -> float | None:
        """When the customer began to wait without any answer; None where nothing waits."""
        return max(min(self.seen.values()), self.answered_at) if self.seen else None


class Waits:
    """All waiting conversations that this process knows of; any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waits: dict[str, Wait] = {}

    def note(self, conversation_id: str, *numbers: int) -> Wait:
        """These messages wait, if they are not known already."""
        with self._lock:
            return self._note(conversation_id, numbers)

    def attempts(self, wait: Wait, seq: int) -> Attempts:
        """What was tried for this message, which is the oldest that waits."""
        if wait.attempts is None or wait.attempts.seq != seq:
            wait.attempts = Attempts(seq)
        return wait.attempts

    def waited(self, wait: Wait, seq: int) -> float:
        """Seconds since this message was first seen."""
        with self._lock:
            return time.monotonic() - wait.seen.get(seq, time.monotonic())

    def settle(self, wait: Wait, seq: int, *, answered: bool) -> None:
        """This message waits no more. The bot's answer ends an outage."""
        with self._lock:
            wait.seen.pop(seq, None)
            wait.answered_at = time.monotonic()
            wait.attempts = None
            if answered:
                wait.told, wait.reason = False, "slow"
            if not wait.seen and self._waits.get(wait.conversation_id) is wait:
                del self._waits[wait.conversation_id]

    def reconcile(self, waiting: Mapping[str, tuple[int, int]], asked_at: float) -> None:
        """Take over what the database said: each conversation's first and last waiting number.

        What it does not name any more was answered elsewhere, unless it came after `asked_at`.
        """
        with self._lock:
            for conversation_id, (first, last) in waiting.items():
                wait = self._note(conversation_id, (first, last))
                answered = [seq for seq in wait.seen if seq < first]
                for seq in answered:
                    del wait.seen[seq]
                if answered:
                    wait.answered_at = time.monotonic()
            gone = [
                conversation_id
                for conversation_id, wait in self._waits.items()
                if conversation_id not in waiting and wait.noted_at < asked_at
            ]
            for conversation_id in gone:
                del self._waits[conversation_id]

    def late(self, seconds: float) -> list[Wait]:
        """Who waits longer than that and was not told."""
        limit = time.monotonic() - seconds
        with self._lock:
            return [
                wait
                for wait in self._waits.values()
                if not wait.told and (since := wait.since()) is not None and since <= limit
            ]

    def _note(self, conversation_id: str, numbers: tuple[int, ...]) -> Wait:
        now = time.monotonic()
        wait = self._waits.setdefault(conversation_id, Wait(conversation_id, now))
        for seq in numbers:
            if wait.seen.setdefault(seq, now) == now:
                wait.noted_at = now
        return wait
