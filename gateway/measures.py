"""The numbers of this process for the operator, in Prometheus' form."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_TURN_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Measures:
    """One registry per application, so that several can live in a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "aftercare_turns", "Turns by how they ended.", ["outcome"], registry=self.registry
        )
        self.turn_seconds = Histogram(
            "aftercare_turn_seconds",
            "Seconds from the start of an answered attempt until its answer was stored.",
            buckets=_TURN_SECONDS,
            registry=self.registry,
        )
        self.failures = Counter(
            "aftercare_failures",
            "Attempts that failed, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self.refusals = Counter(
            "aftercare_refusals",
            "Requests refused because there were too many, by what was counted.",
            ["limit"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "aftercare_waiting_messages",
            "Stored messages that the bot has not answered yet.",
            registry=self.registry,
        )
        self.streams = Gauge(
            "aftercare_event_streams", "Open event streams.", registry=self.registry
        )
        for outcome in ("answered", "given_up"):
            self.turns.labels(outcome)

    def text(self) -> bytes:
        return generate_latest(self.registry)
