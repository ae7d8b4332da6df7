"""Prints what a thousand open chats cost the website's process: `make bench-streams`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack

from tests.bench.desk import running_desk
from tests.bench.figures import Figure, cut, print_figures
from tests.bench.load import open_chats
from tests.bench.programs import resident_megabytes
from tests.stack import Stack

STREAMS = 1000
LIMIT_MEGABYTES = 300
_ASKED = 100
_TEXT = "are you a robot?"
#: Several heartbeats, in which every stream looks at the database.
_OPEN_SECONDS = 40


async def measure(stack: Stack) -> tuple[float, float, list[float]]:
    """Resident megabytes before and with all streams open, milliseconds until answers came."""
    async with AsyncExitStack() as opened:
        # The first conversation loads what every process loads once.
        await open_chats(opened, stack.settings.site_url, 1)
        before = resident_megabytes(stack)["web"]
        chats = await open_chats(opened, stack.settings.site_url, STREAMS)
        await asyncio.sleep(_OPEN_SECONDS)
        asked = [await chat.ask(_TEXT) for chat in chats[:: STREAMS // _ASKED]]
        after = resident_megabytes(stack)["web"]
    return before, after, [said.turn_ms for said in asked]


def main() -> int:
    with running_desk() as stack:
        before, after, times = asyncio.run(measure(stack))
    name = f"Website's process with {STREAMS} event streams"
    print_figures("make bench-streams", [Figure(name, after, "MB", LIMIT_MEGABYTES, digits=0)])
    print(
        f"\nWithout streams {before:.0f} MB, {(after - before) / STREAMS * 1000:.0f} kB a stream."
    )
    print(
        f"Turn without an action while they are open: p50 {cut(times, 50):.0f} ms, "
        f"p95 {cut(times, 95):.0f} ms of {len(times)}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
