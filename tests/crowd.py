"""Lets many do the same at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def all_at_once[Result](work: Callable[[int], Result], items: list[int]) -> list[Result]:
    """What the work gives for each item; a thread for each, all begun together."""
    start = threading.Barrier(len(items))

    def wait_and_work(item: int) -> Result:
        start.wait()
        return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(wait_and_work, items))
