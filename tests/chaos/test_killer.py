"""Everybody is killed as often as is due, and nobody is left behind."""

from __future__ import annotations

from collections import Counter
from threading import Event

from tests.chaos.killer import Killer

DUE = 2


class Program:
    """A victim that is healthy at once, and says when it was killed often enough."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls: Counter[str] = Counter()
        self.enough = Event()

    def start(self) -> None:
        self.calls["start"] += 1

    def kill(self) -> None:
        self.calls["kill"] += 1
        if self.calls["kill"] >= DUE:
            self.enough.set()

    def has_ended(self) -> bool:
        return False

    def is_healthy(self) -> bool:
        return True


def test_nobody_is_killed_more_often_than_is_due() -> None:
    victims = [Program("bot"), Program("web")]
    killer = Killer(victims, seed=1, life_seconds=0.001)
    killer.start(lambda: DUE)
    assert all(victim.enough.wait(20) for victim in victims)
    killer.stop()
    assert killer.kills == {"bot": DUE, "web": DUE}
    assert all(victim.calls == {"start": DUE, "kill": DUE} for victim in victims)
