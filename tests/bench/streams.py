"""Prints what a thousand open chats cost the website's process: `make bench-streams`."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from aftercare.catalogue.load import load_and_index
from aftercare.database import open_engine, open_sessions
from aftercare.migrate import migrate
from tests.bench.programs import resident_megabytes
from tests.chat_client import ChatClient
from tests.stack import Stack, running_stack, stack_settings

STREAMS = 1000
LIMIT_MEGABYTES = 300
_ASKED = 100
_TEXT = "are you a robot?"


class OpenStream:
    """One chat with its event stream, read but not kept."""

    def __init__(self, chat: ChatClient) -> None:
        self.chat = chat
        self.heard: asyncio.Queue[float] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        address = urlsplit(self.chat.address)
        reader, self._writer = await asyncio.open_connection(address.hostname, address.port)
        self._writer.write(
            f"GET /chat/v1/events HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: {self.chat.http.headers['Authorization']!s}\r\n\r\n".encode()
        )
        await asyncio.wait_for(reader.readuntil(b"event: language"), 30)
        self._reading = asyncio.create_task(self._read(reader))

    async def close(self) -> None:
        if self._reading:
            self._reading.cancel()
        self._writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if b'"from":"bot"' in line:
                self.heard.put_nowait(time.perf_counter())


async def measure(stack: Stack, chats: list[ChatClient]) -> tuple[float, float, list[float]]:
    """Resident megabytes before and with all streams open, milliseconds until answers came."""
    before = resident_megabytes(stack)["web"]
    streams = [OpenStream(chat) for chat in chats]
    for stream in streams:
        await stream.open()
    # Through several heartbeats, in which every stream looks at the database.
    await asyncio.sleep(40)
    times = []
    for stream in streams[:: len(streams) // _ASKED]:
        while not stream.heard.empty():
            stream.heard.get_nowait()
        started = time.perf_counter()
        await asyncio.to_thread(stream.chat.say, _TEXT)
        times.append((await asyncio.wait_for(stream.heard.get(), 30) - started) * 1000)
    after = resident_megabytes(stack)["web"]
    for stream in streams:
        await stream.close()
    return before, after, times


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="aftercare-bench-"))
    try:
        settings = stack_settings(folder)
        engine = open_engine(settings)
        migrate(engine)
        load_and_index(open_sessions(engine), settings, datetime.now(UTC))
        engine.dispose()
        with running_stack(settings) as stack:
            chats = [ChatClient(settings.site_url) for _ in range(STREAMS)]
            chats[-1].hears("Marulho")
            before, after, times = asyncio.run(measure(stack, chats))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    cuts = statistics.quantiles(times, n=100)
    print(f"Date: {datetime.now(UTC):%Y-%m-%d}, command: `make bench-streams`")
    print(
        f"Machine: {os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, "
        f"{platform.system()}, load {os.getloadavg()[0]:.1f}\n"
    )
    print("| figure | measured | to reach | reached |\n|---|---|---|---|")
    reached = "yes" if after < LIMIT_MEGABYTES else "no"
    print(
        f"| Website's process with {STREAMS} event streams | {after:.0f} MB "
        f"| under {LIMIT_MEGABYTES} MB | {reached} |"
    )
    print(
        f"\nWithout streams {before:.0f} MB, {(after - before) / STREAMS * 1000:.0f} kB a stream."
    )
    print(
        f"Turn without an action while they are open: p50 {cuts[49]:.0f} ms, "
        f"p95 {cuts[94]:.0f} ms of {len(times)}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
