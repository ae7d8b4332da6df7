"""Stands in for ClamAV's daemon: reads INSTREAM as clamd(8) describes it and finds EICAR."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.sample_files import EICAR


class _Daemon(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    #: What it says in place of a verdict.
    says: bytes | None = None
    most_bytes = 100_000_000
    scanned: list[bytes]


class _Session(socketserver.BaseRequestHandler):
    server: _Daemon

    def handle(self) -> None:
        assert self._take(len(b"zINSTREAM\0")) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self._take(4))[0]:
            content += self._take(length)
            if len(content) > self.server.most_bytes:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(content)
        verdict = b"Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"OK"
        self.request.sendall(self.server.says or b"stream: " + verdict + b"\0")

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            piece = self.request.recv(count - len(taken))
            if not piece:
                raise ConnectionError
            taken += piece
        return taken


class ClamAvStandIn:
    """A running one; `scanned` is what it was given to look at."""

    def __init__(self, server: _Daemon) -> None:
        self._server = server
        self.address = f"tcp://127.0.0.1:{server.server_address[1]}"
        self.scanned = server.scanned

    def answer_with(self, words: bytes) -> None:
        self._server.says = words

    def take_at_most(self, size: int) -> None:
        self._server.most_bytes = size


@contextmanager
def running_clamav() -> Iterator[ClamAvStandIn]:
    with _Daemon(("127.0.0.1", 0), _Session) as server:
        server.scanned = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield ClamAvStandIn(server)
        finally:
            server.shutdown()
            thread.join(5)
