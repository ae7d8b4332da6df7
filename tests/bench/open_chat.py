"""A chat as a browser holds it open: a live stream to hear on, a kept connection to write on.

It costs little itself, because it runs on the machine that is measured.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.chat_client import DELAY_NOTICES, ChatClient

#: Long enough for a queue that a minute of too many messages has left.
_PATIENCE_SECONDS = 300
_NOTICES = tuple(f'"text":"{notice}'.encode() for notice in DELAY_NOTICES)


@dataclass
class Said:
    """One message of a customer; all times are those of time.perf_counter."""

    #: When it was to be sent. What comes late because something is busy counts from here.
    meant: float
    accepted: float = 0.0
    #: When the first words of the answer came.
    answered: float = 0.0
    #: The desk would not take it, and nothing comes of it.
    refused: bool = False
    #: It was taken, and no answer came for minutes: more was asked than the desk can do.
    given_up: bool = False

    @property
    def accept_ms(self) -> float:
        return (self.accepted - self.meant) * 1000

    @property
    def turn_ms(self) -> float:
        return (self.answered - self.meant) * 1000


class OpenChat:
    """One conversation. It takes the bot's n-th message after the greeting for the n-th answer,
    so ask it only what is answered by one message.
    """

    def __init__(self, chat: ChatClient) -> None:
        address = urlsplit(chat.address)
        self._place = (address.hostname, address.port)
        self._head = (
            f"HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: {chat.http.headers['Authorization']!s}\r\n"
        )
        self._waiting: deque[tuple[Said, asyncio.Event]] = deque()
        self._greeted = asyncio.Event()
        self._writing = asyncio.Lock()
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Follow the conversation, and wait until the bot has greeted."""
        reader, self._stream = await asyncio.open_connection(*self._place)
        self._stream.write(f"GET /chat/v1/events {self._head}\r\n".encode())
        self._reading = asyncio.create_task(self._hear(reader))
        await asyncio.wait_for(self._greeted.wait(), _PATIENCE_SECONDS)

    async def close(self) -> None:
        self._reading.cancel()
        self._stream.close()
        if self._line:
            self._line[1].close()

    async def ask(self, text: str, meant: float | None = None) -> Said:
        """Send a text and wait for its answer."""
        said = Said(meant or time.perf_counter())
        answered = asyncio.Event()
        body = json.dumps({"id": str(uuid.uuid4()), "text": text}).encode()
        async with self._writing:
            # The answer may be heard before the acknowledgement is.
            self._waiting.append((said, answered))
            said.refused = await self._post(body) != b"202"
            if said.refused:
                self._waiting.remove((said, answered))
                return said
        said.accepted = time.perf_counter()
        try:
            await asyncio.wait_for(answered.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            said.given_up = True
        return said

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if b'"from":"bot"' not in line or any(notice in line for notice in _NOTICES):
                continue
            if not self._greeted.is_set():
                self._greeted.set()
            elif self._waiting:
                said, answered = self._waiting.popleft()
                said.answered = time.perf_counter()
                answered.set()

    async def _post(self, body: bytes) -> bytes:
        """The status of the answer. A connection that the server has closed is opened again."""
        head = f"POST /chat/v1/messages {self._head}Content-Type: application/json\r\n"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        if self._line is not None:
            try:
                return await _exchange(*self._line, request)
            except (ConnectionError, asyncio.IncompleteReadError):
                self._line[1].close()
        self._line = await asyncio.open_connection(*self._place)
        return await _exchange(*self._line, request)


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, length = head.partition(b"content-length:")
    await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
    return head.split(b" ", 2)[1]
