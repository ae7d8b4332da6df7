"""Bounds what a client may take before its request is complete: the size of the head, the time.

Uvicorn bounds neither. Without this, one connection could fill the memory with headers, and a
thousand that send a byte now and then would leave no place for customers.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's protocol; a connection out of bounds is closed."""

    longest_head = 64 * 1024
    #: Enough for the largest body without files over a poor line. Files get as long again for
    #: every piece of this size, which a line of 70 kbit/s brings.
    request_seconds = 30.0
    piece_bytes = 256 * 1024

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._piece_bytes = 0
        self._in_head = True
        self._too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.longest_head:
            self.transport.close()
        self._piece_bytes += len(data)
        if self._piece_bytes >= self.piece_bytes and self._too_late is not None:
            self._expect_request()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes, self._in_head = 0, True
        self._expect_request()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()

    def _expect_request(self) -> None:
        self._stop_waiting()
        self._piece_bytes = 0
        self._too_late = self.loop.call_later(self.request_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None
