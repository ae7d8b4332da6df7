"""The virus scanner is asked in its own words, and silence is never taken for "clean"."""

from __future__ import annotations

import io
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftercare.attachments.scanner import ClamAv, NoScanner, open_scanner
from aftercare.errors import ScannerUnavailable
from aftercare.settings import Settings
from tests.clamav import ClamAvStandIn, running_clamav
from tests.sample_files import EICAR, PDF


@pytest.fixture
def clamav() -> Iterator[ClamAvStandIn]:
    with running_clamav() as running:
        yield running


def test_clean_content_goes_through_whole(clamav: ClamAvStandIn) -> None:
    content = PDF * 5000
    assert ClamAv(clamav.address).finds(io.BytesIO(content)) is False
    assert clamav.scanned == [content]


def test_harmful_content_is_found(clamav: ClamAvStandIn) -> None:
    assert ClamAv(clamav.address).finds(io.BytesIO(PDF + EICAR)) is True


@pytest.mark.parametrize("answer", [b"stream: ERROR\0", b"\0", b"UNKNOWN COMMAND\0", b"OK\0"])
def test_answer_without_a_verdict_is_none(clamav: ClamAvStandIn, answer: bytes) -> None:
    clamav.answer_with(answer)
    with pytest.raises(ScannerUnavailable):
        ClamAv(clamav.address).finds(io.BytesIO(PDF))


def test_content_too_large_for_the_scanner_has_no_verdict(clamav: ClamAvStandIn) -> None:
    clamav.take_at_most(10)
    with pytest.raises(ScannerUnavailable):
        ClamAv(clamav.address).finds(io.BytesIO(bytes(3_000_000)))


def test_scanner_that_is_down_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(ScannerUnavailable):
        ClamAv(address).finds(io.BytesIO(PDF))


def test_socket_in_the_file_system_is_asked_too(tmp_path: Path) -> None:
    class Clean(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(b"stream: OK\0")

    place = tmp_path / "clamd.ctl"
    with socketserver.UnixStreamServer(str(place), Clean) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert ClamAv(f"unix:{place}").finds(io.BytesIO(PDF)) is False
        thread.join(5)
    with pytest.raises(ScannerUnavailable):
        ClamAv(f"unix:{place}.gone").finds(io.BytesIO(PDF))


def test_nothing_is_scanned_unless_it_is_set_up(settings: Settings) -> None:
    scanner = open_scanner(settings)
    assert isinstance(scanner, NoScanner)
    assert scanner.finds(io.BytesIO(EICAR)) is False
