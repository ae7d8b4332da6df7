"""Takes the hub's signals from process to process with PostgreSQL's LISTEN and NOTIFY.

Signals are hints only: what they announce is read from the database, and a stream that hears none
looks by itself now and then. So one that is lost in an outage costs some seconds.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any

import psycopg

from aftercare.live import Hub, Typist
from gateway.engine.connections import OwnTransactions

_log = logging.getLogger(__name__)

_CHANNEL = "aftercare_live"
_LISTEN = f"LISTEN {_CHANNEL}"
_NOTIFY = "SELECT pg_notify(%s, %s)"
_AGAIN_SECONDS = 1.0
#: A payload holds up to 7,999 bytes, and one conversation takes less than 60 of them.
_TOLD_AT_ONCE = 100
#: What waits for a database that does not answer; the rest is dropped.
_KEPT = 10_000


class Notifications:
    """Both directions; `run` lives in one event loop, any thread may tell."""

    def __init__(self, connection: Mapping[str, Any], hub: Hub) -> None:
        self._connection = connection
        self._hub = hub
        self._origin = uuid.uuid4().hex
        # The latest of each conversation: whether there are messages, and who types or has ended.
        self._waiting: dict[str, tuple[bool, dict[Typist, bool]]] = {}
        self._something = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def messages(self, conversation_id: str) -> None:
        self._tell(conversation_id, messages=True)

    def typing(self, conversation_id: str, on: bool, who: Typist) -> None:
        self._tell(conversation_id, typing={who: on})

    async def run(self) -> None:
        """Until it is cancelled; a lost connection is opened again."""
        self._loop = asyncio.get_running_loop()
        try:
            await asyncio.gather(self._keep(self._send), self._keep(self._listen))
        finally:
            self._loop = None

    def _tell(
        self,
        conversation_id: str,
        messages: bool = False,
        typing: Mapping[Typist, bool] | None = None,
    ) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(self._put, conversation_id, messages, typing or {})
        except RuntimeError:
            # The loop has ended with its process.
            return

    def _put(self, conversation_id: str, messages: bool, typing: Mapping[Typist, bool]) -> None:
        known = self._waiting.get(conversation_id)
        if known is None and len(self._waiting) >= _KEPT:
            return
        had_messages, had_typing = known or (False, {})
        self._waiting[conversation_id] = (messages or had_messages, {**had_typing, **typing})
        self._something.set()

    async def _keep(self, work: Any) -> None:
        while True:
            try:
                async with await OwnTransactions.connect(**self._connection) as connection:
                    await work(connection)
            except psycopg.Error as error:
                _log.warning("notifications.connection_lost reason=%s", type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _send(self, connection: OwnTransactions) -> None:
        # A hint that a crash of the server takes with it need not reach the disk first.
        await connection.execute("SET synchronous_commit = off")
        while True:
            await self._something.wait()
            told = dict(list(self._waiting.items())[:_TOLD_AT_ONCE])
            payload = json.dumps({"from": self._origin, "told": told}, separators=(",", ":"))
            await connection.execute(_NOTIFY, [_CHANNEL, payload])
            for conversation_id, what in told.items():
                if self._waiting.get(conversation_id) == what:
                    del self._waiting[conversation_id]
            if not self._waiting:
                self._something.clear()

    async def _listen(self, connection: OwnTransactions) -> None:
        await connection.execute(_LISTEN)
        self._hub.may_have_missed()
        async for notification in connection.notifies():
            said = json.loads(notification.payload)
            if said["from"] == self._origin:
                continue
            for conversation_id, (messages, typing) in said["told"].items():
                # The answer is there before the bot stops to type.
                if messages:
                    self._hub.heard_messages(conversation_id)
                for who, on in typing.items():
                    self._hub.heard_typing(conversation_id, on, who)
