"""Remembers the events of the latest conversations, beside a digest of the text they are stored as.

The stored text decides: only where it is the very same are the remembered events what reading it
would give. So nothing is wrong after an erasure, another process's turn or a restart.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import List, Optional

from rasa.shared.core.events import Event

#: Events of all conversations together, each of about a kilobyte: a hundred long conversations.
_MOST = 12_000
#: So many seconds after its last turn a conversation is forgotten at the next look.
_SECONDS = 600.0


@dataclass(frozen=True)
class _Conversation:
    digest: bytes
    events: List[Event]
    at: float


class RememberedEvents:
    """What was stored of each conversation in the last minutes, the oldest first."""

    def __init__(self, most: int = _MOST, seconds: float = _SECONDS) -> None:
        self.seconds = seconds
        self._most = most
        self._kept: OrderedDict[str, _Conversation] = OrderedDict()
        self._count = 0

    def find(self, sender_id: str, text: str) -> Optional[List[Event]]:
        """The events that the text says, if they are remembered."""
        kept = self._kept.get(sender_id)
        return list(kept.events) if kept is not None and kept.digest == _digest(text) else None

    def keep(self, sender_id: str, text: str, events: List[Event]) -> None:
        """After it was stored; what is too old or too much goes."""
        self.forget(sender_id)
        self._kept[sender_id] = _Conversation(_digest(text), events, time.monotonic())
        self._count += len(events)
        self.forget_old()

    def forget_old(self) -> bool:
        """What is too old or too much goes; whether anything is still remembered."""
        since = time.monotonic() - self.seconds
        while self._kept:
            oldest = next(iter(self._kept))
            if self._count <= self._most and self._kept[oldest].at >= since:
                return True
            self.forget(oldest)
        return False

    def forget(self, sender_id: str) -> None:
        kept = self._kept.pop(sender_id, None)
        if kept is not None:
            self._count -= len(kept.events)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
