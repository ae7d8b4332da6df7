"""Kills programs at random moments and starts them again, as `make up` would."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

_LOOK_SECONDS = 0.1
#: What starts quickly is not killed much more often than what starts slowly.
_AHEAD = 2


class Victim(Protocol):
    name: str

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def has_ended(self) -> bool: ...

    def is_healthy(self) -> bool: ...


class Killer:
    """One thread a victim: it lives for a random time after it is healthy, then SIGKILL."""

    def __init__(self, victims: Sequence[Victim], seed: int, life_seconds: float) -> None:
        self._life = life_seconds
        self._due: Callable[[], float] = lambda: math.inf
        self._over = threading.Event()
        self.kills = {victim.name: 0 for victim in victims}
        #: Ends that nobody asked for, such as a start while the database is away.
        self.other_ends = {victim.name: 0 for victim in victims}
        self._threads = [
            threading.Thread(
                target=self._haunt, args=(victim, random.Random(f"{seed} {victim.name}"))
            )
            for victim in victims
        ]

    def start(self, due: Callable[[], float] | None = None) -> None:
        """`due` says how often each may have been killed by now; without it there is no end."""
        self._due = due or self._due
        for thread in self._threads:
            thread.start()

    def fewest(self) -> int:
        return min(self.kills.values())

    def stop(self) -> None:
        """Kill no more; returns when everything is healthy again."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _haunt(self, victim: Victim, chance: random.Random) -> None:
        while not self._over.wait(chance.expovariate(1 / self._life)):
            while self.kills[victim.name] >= min(self._due(), self.fewest() + _AHEAD + 1):
                if self._over.wait(_LOOK_SECONDS):
                    return
            victim.kill()
            self.kills[victim.name] += 1
            time.sleep(chance.uniform(0, 0.5))
            victim.start()
            while not victim.is_healthy():
                if victim.has_ended():
                    self.other_ends[victim.name] += 1
                    victim.start()
                time.sleep(_LOOK_SECONDS)
