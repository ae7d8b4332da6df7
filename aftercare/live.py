"""Tells open event streams that something happened, here or elsewhere. It carries no message."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal, Protocol

_QUEUED_SIGNALS = 64
_STREAMS_PER_CONVERSATION = 8
#: How long somebody who pressed a key counts as typing: whoever goes on says so again meanwhile.
TYPING_SECONDS = 6.0
#: One person's typing is passed on at most this often.
_TYPING_EVERY_SECONDS = 1.0
_KEPT_TYPERS = 1000

Typist = Literal["bot", "customer", "staff"]


@dataclass(frozen=True)
class NewMessages:
    """There may be messages (or another language) in the database."""

    urgent: bool = True
    """False where more is about to come, such as the bot's answer, and both can be read at once."""


@dataclass(frozen=True)
class Typing:
    """Somebody writes. The bot ends by itself, of people nothing more is heard."""

    on: bool
    who: Typist = "bot"


@dataclass(frozen=True)
class Closed:
    """The stream must end; the client comes back and resumes by its last seq."""


Signal = NewMessages | Typing | Closed


class Subscription:
    """One stream's end of the hub; only its own event loop touches the queue."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Signal] = asyncio.Queue(_QUEUED_SIGNALS)
        self._overflown = False

    async def next(self, seconds: float) -> Signal | None:
        """The next signal; None after so many seconds of silence."""
        if self._overflown:
            return Closed()
        try:
            return await asyncio.wait_for(self._queue.get(), seconds)
        except TimeoutError:
            return None

    def send(self, signal: Signal) -> None:
        """May be called from any thread; never waits."""
        try:
            self._loop.call_soon_threadsafe(self._put, signal)
        except RuntimeError:
            # The loop has ended and with it the stream.
            return

    def _put(self, signal: Signal) -> None:
        try:
            self._queue.put_nowait(signal)
        except asyncio.QueueFull:
            self._overflown = True


class Relay(Protocol):
    """Takes signals to the other processes; never waits, and may lose some in an outage."""

    def messages(self, conversation_id: str) -> None: ...

    def typing(self, conversation_id: str, on: bool, who: Typist) -> None: ...


class Hub:
    """Who listens to which conversation, and in which the bot is at work."""

    def __init__(self) -> None:
        self._relay: Relay | None = None
        self._lock = threading.Lock()
        self._streams: dict[str, list[Subscription]] = defaultdict(list)
        self._typing: set[str] = set()
        self._typed_at: dict[tuple[str, Typist], float] = {}

    def relay_through(self, relay: Relay) -> None:
        """From now on tell other processes as well what happens in this one."""
        self._relay = relay

    def subscribe(self, conversation_id: str) -> Subscription:
        """Call it in the event loop, before reading what is there already.

        The oldest stream of a conversation ends where there are too many.
        """
        subscription = Subscription()
        with self._lock:
            streams = self._streams[conversation_id]
            streams.append(subscription)
            surplus = streams.pop(0) if len(streams) > _STREAMS_PER_CONVERSATION else None
            typing = conversation_id in self._typing
        if surplus:
            surplus.send(Closed())
        if typing:
            subscription.send(Typing(True))
        return subscription

    def unsubscribe(self, conversation_id: str, subscription: Subscription) -> None:
        with self._lock:
            streams = self._streams.get(conversation_id, [])
            if subscription in streams:
                streams.remove(subscription)
            if not streams:
                self._streams.pop(conversation_id, None)

    def messages(self, conversation_id: str, *, urgent: bool = True) -> None:
        self.heard_messages(conversation_id, urgent=urgent)
        if self._relay:
            self._relay.messages(conversation_id)

    def typing(self, conversation_id: str, on: bool) -> None:
        """The bot begins or ends; nothing is sent where the state was the same before."""
        if self.heard_typing(conversation_id, on) and self._relay:
            self._relay.typing(conversation_id, on, "bot")

    def person_types(self, conversation_id: str, who: Typist) -> None:
        """A customer or a staff member has pressed a key; told at most once a second."""
        now = time.monotonic()
        with self._lock:
            if now - self._typed_at.get((conversation_id, who), 0.0) < _TYPING_EVERY_SECONDS:
                return
            if len(self._typed_at) >= _KEPT_TYPERS:
                self._typed_at.clear()
            self._typed_at[(conversation_id, who)] = now
        self.heard_typing(conversation_id, True, who)
        if self._relay:
            self._relay.typing(conversation_id, True, who)

    def heard_messages(self, conversation_id: str, *, urgent: bool = True) -> None:
        """Another process stored something."""
        self._send(conversation_id, NewMessages(urgent))

    def heard_typing(self, conversation_id: str, on: bool, who: Typist = "bot") -> bool:
        """Somebody began or ended in another process; whether that changes anything here."""
        if who != "bot":
            self._send(conversation_id, Typing(on, who))
            return True
        with self._lock:
            if on == (conversation_id in self._typing):
                return False
            if on:
                self._typing.add(conversation_id)
            else:
                self._typing.discard(conversation_id)
        self._send(conversation_id, Typing(on))
        return True

    def may_have_missed(self) -> None:
        """Other processes could not be heard for a while: every stream reads what there is."""
        with self._lock:
            typing, streaming = list(self._typing), list(self._streams)
        for conversation_id in typing:
            self.heard_typing(conversation_id, False)
        for conversation_id in streaming:
            self.heard_messages(conversation_id)

    def open_streams(self) -> int:
        with self._lock:
            return sum(len(streams) for streams in self._streams.values())

    def _send(self, conversation_id: str, signal: Signal) -> None:
        with self._lock:
            streams = list(self._streams.get(conversation_id, ()))
        for stream in streams:
            stream.send(signal)
