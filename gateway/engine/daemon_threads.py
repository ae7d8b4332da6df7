"""Threads for blocking work of an event loop that do not hold up the end of the process.

Those of concurrent.futures are waited for at the end, however long a bot that hangs keeps them.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any


class DaemonThreads:
    """Belongs to the event loop that it is made in."""

    def __init__(self, count: int, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._work: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._count = count
        for number in range(count):
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True).start()

    async def run[Result](self, work: Callable[[], Result]) -> Result:
        """What the work returns or raises. Cancelled, it goes on in its thread unheard."""
        future: asyncio.Future[Result] = self._loop.create_future()
        self._work.put((work, future))
        return await future

    def stop(self) -> None:
        """No more work; each thread ends after what it has in hand."""
        for _ in range(self._count):
            self._work.put(None)

    def _run(self) -> None:
        while given := self._work.get():
            work, future = given
            outcome = _outcome(work)
            try:
                self._loop.call_soon_threadsafe(_tell, future, *outcome)
            except RuntimeError:
                # The loop has ended; nobody waits for this any more.
                return


def _outcome(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return work(), None
    except Exception as error:
        return None, error


def _tell(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
