"""Tells open event streams that something happened, here or elsewhere. It carries no message."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal, Protocol

_STREAMS_PER_CONVERSATION = 8
#: How long somebody who pressed a key counts as typing: whoever goes on says so again meanwhile.
TYPING_SECONDS = 6.0
#: What is quiet is held back for so long. In most turns the bot answers within that time, and the
#: customer's own message and its answer are read at once, without a word that the bot writes.
QUIET_SECONDS = 0.3
#: One person's typing is passed on at most this often.
_TYPING_EVERY_SECONDS = 1.0
_KEPT_TYPERS = 1000

Typist = Literal["bot", "customer", "staff"]


@dataclass(frozen=True)
class NewMessages:
    """There may be messages (or another language) in the database."""

    quiet: bool = False
    """True where more is about to come, such as the bot's answer, and both can be read at once."""


@dataclass(frozen=True)
class Typing:
    """Somebody writes. The bot ends by itself, of people nothing more is heard."""

    on: bool
    who: Typist = "bot"

    @property
    def quiet(self) -> bool:
        return self.on and self.who == "bot"


@dataclass(frozen=True)
class Closed:
    """The stream must end; the client comes back and resumes by its last seq."""

    quiet = False


Signal = NewMessages | Typing | Closed


class Subscription:
    """One stream's end of the hub: what it has to be told, however often it was said.

    Any thread may send; everything else happens in the stream's event loop.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._sent: deque[Signal] = deque()
        self._looking = False
        self._closed = False
        self._people: list[Typist] = []
        self._bot_types = self._bot_told = False
        self._bot_due = self._read_due = math.inf
        self._reader: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Whether the timer goes off soon enough for what is quiet.
        self._timed = False

    async def next(self, seconds: float) -> Signal | None:
        """The next thing to tell; None after so many seconds of silence.

        The bot's typing is told between what was to be read before and what is to be read after.
        """
        until = self._loop.time() + seconds
        while (signal := self._take()) is None:
            if self._loop.time() >= until:
                return None
            self._reader = self._loop.create_future()
            self._set_timer(until)
            try:
                await self._reader
            finally:
                self._reader = None
                self._stop_timer()
        return signal

    def send(self, signal: Signal) -> None:
        """Never waits."""
        self._sent.append(signal)
        # Whoever looks says so before it looks, so that nothing is left lying.
        if self._looking or (signal.quiet and self._timed):
            return
        self._looking = True
        try:
            if asyncio.get_running_loop() is self._loop:
                self._look()
                return
        except RuntimeError:
            # A thread without an event loop.
            pass
        try:
            self._loop.call_soon_threadsafe(self._look)
        except RuntimeError:
            # The loop has ended and with it the stream.
            return

    def _look(self) -> None:
        self._looking = self._timed = False
        self._hear()
        reader = self._reader
        if reader is None or reader.done():
            return
        if self._due() <= self._loop.time():
            reader.set_result(None)
        elif self._timer is not None:
            self._set_timer(self._timer.when())

    def _hear(self) -> None:
        while self._sent:
            match self._sent.popleft():
                case NewMessages(quiet):
                    due = self._loop.time() + (QUIET_SECONDS if quiet else 0)
                    self._read_due = min(self._read_due, due)
                case Typing(on, "bot"):
                    self._bot_types = on
                    self._bot_due = self._loop.time() + QUIET_SECONDS if on else math.inf
                case Typing(_, who) if who not in self._people:
                    self._people.append(who)
                case Closed():
                    self._closed = True

    def _due(self) -> float:
        """When there is something to tell, in the loop's time."""
        if self._closed or self._people or (self._bot_told and not self._bot_types):
            return 0.0
        return min(self._bot_due, self._read_due)

    def _take(self) -> Signal | None:
        self._hear()
        now = self._loop.time()
        if self._closed:
            return Closed()
        if self._people:
            return Typing(True, self._people.pop(0))
        if self._bot_due <= now:
            self._bot_due = math.inf
            if not self._bot_told:
                self._bot_told = True
                return Typing(True)
        if self._read_due <= now:
            self._read_due = math.inf
            return NewMessages()
        if self._bot_told and not self._bot_types:
            self._bot_told = False
            return Typing(False)
        return None

    def _set_timer(self, until: float) -> None:
        self._stop_timer()
        due = self._due()
        self._timed = due < until
        self._timer = self._loop.call_at(min(due, until), self._ring)

    def _stop_timer(self) -> None:
        self._timed = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timed = False
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


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

    def messages(self, conversation_id: str, *, quiet: bool = False) -> None:
        self.heard_messages(conversation_id, quiet=quiet)
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

    def heard_messages(self, conversation_id: str, *, quiet: bool = False) -> None:
        """Another process stored something."""
        self._send(conversation_id, NewMessages(quiet))

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
