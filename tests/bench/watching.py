"""Looks at a desk at work again and again: memory of each program, and what waits for the bot."""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import requests

_WAITING = re.compile(r"^aftercare_waiting_messages (\S+)", re.MULTILINE)
#: The beginning of a run, in which caches fill, says nothing of growth.
_WARM_UP = 0.25
_ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Sample:
    """What one look found, so many seconds after the first; memory in megabytes by program."""

    seconds: float
    #: Pages that programs share are counted in each of them,
    resident: dict[str, float]
    #: or by their shares.
    proportional: dict[str, float]
    waiting: float


@contextmanager
def watching(pids: Mapping[str, int], site_url: str, every: float) -> Iterator[list[Sample]]:
    """Samples of the programs, each with its children; the list is complete after the block."""
    samples: list[Sample] = []
    over = threading.Event()
    began = time.monotonic()

    def look() -> None:
        while True:
            samples.append(_look(pids, site_url, time.monotonic() - began))
            if over.wait(every):
                return

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield samples
    finally:
        over.set()
        watcher.join()


def processor_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """What each program, with its children, has worked so far."""
    worked = {}
    for name, pid in pids.items():
        times = [process.cpu_times() for process in _family(pid)]
        worked[name] = sum(one.user + one.system for one in times)
    return worked


def growth(seconds: Sequence[float], values: Sequence[float]) -> float:
    """By how much the values rose from the end of the warm-up to the end, along a straight line."""
    first = int(len(values) * _WARM_UP)
    seconds, values = seconds[first:], values[first:]
    slope, _ = statistics.linear_regression(seconds, values)
    return slope * (seconds[-1] - seconds[0])


def _look(pids: Mapping[str, int], site_url: str, seconds: float) -> Sample:
    resident: dict[str, float] = {}
    proportional: dict[str, float] = {}
    for name, pid in pids.items():
        found = [process.memory_full_info() for process in _family(pid)]
        resident[name] = sum(memory.rss for memory in found) / 1e6
        proportional[name] = sum(memory.pss for memory in found) / 1e6
    text = requests.get(f"{site_url}/metrics", timeout=_ANSWER_SECONDS).text
    waiting = _WAITING.search(text)
    assert waiting, "the website does not tell how many messages wait"
    return Sample(seconds, resident, proportional, float(waiting.group(1)))


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]
