"""Asks a virus scanner: ClamAV's daemon over its socket, in its INSTREAM protocol (clamd(8))."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from aftercare.errors import ScannerUnavailable
from aftercare.settings import Settings

_CONNECT_SECONDS = 3.0
#: For each piece, and for the verdict.
_ANSWER_SECONDS = 30.0
_PIECE_BYTES = 64 * 1024
_LONGEST_ANSWER = 4096


class Scanner(Protocol):
    def finds(self, content: BinaryIO) -> bool:
        """Whether the content is known as harmful. Raises ScannerUnavailable."""
        ...


class NoScanner:
    """Where none is set up."""

    def finds(self, content: BinaryIO) -> bool:
        return False


class ClamAv:
    """`address`: `unix:/path/of/the/socket` or `tcp://host:port`."""

    def __init__(self, address: str) -> None:
        self._address = address

    def finds(self, content: BinaryIO) -> bool:
        try:
            with self._connected() as connection:
                answer = _ask(connection, content)
        except OSError as error:
            raise ScannerUnavailable(f"ClamAV does not answer: {type(error).__name__}") from error
        if answer.endswith(" FOUND"):
            return True
        if answer.endswith(": OK"):
            return False
        # Such as "INSTREAM size limit exceeded. ERROR": nobody has looked at all of it.
        raise ScannerUnavailable("ClamAV gave no verdict; its StreamMaxLength may be too small")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        if self._address.startswith("unix:"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(_CONNECT_SECONDS)
                connection.connect(self._address.removeprefix("unix:"))
                yield connection
            return
        place = urlsplit(self._address)
        with socket.create_connection(
            (place.hostname, place.port), timeout=_CONNECT_SECONDS
        ) as connection:
            yield connection


def open_scanner(settings: Settings) -> Scanner:
    return ClamAv(settings.virus_scanner) if settings.virus_scanner else NoScanner()


def _ask(connection: socket.socket, content: BinaryIO) -> str:
    connection.settimeout(_ANSWER_SECONDS)
    connection.sendall(b"zINSTREAM\0")
    try:
        while piece := content.read(_PIECE_BYTES):
            connection.sendall(struct.pack("!L", len(piece)) + piece)
        connection.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        # ClamAV hangs up on what is too large for it; its reason may still be read.
        pass
    answer = b""
    while len(answer) < _LONGEST_ANSWER and b"\0" not in answer:
        piece = connection.recv(1024)
        if not piece:
            break
        answer += piece
    return answer.split(b"\0")[0].decode(errors="replace").strip()
