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
        self.files = Counter(
            "aftercare_files",
            "Customers' files that were kept, and messages refused because of a file, by reason.",
            ["outcome"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "aftercare_waiting_messages",
            "Stored messages that the bot has not answered yet.",
            registry=self.registry,
        )
        self.queue = Gauge(
            "aftercare_handover_queue",
            "Conversations that wait for a person.",
            registry=self.registry,
        )
        self.queue_seconds = Gauge(
            "aftercare_handover_longest_wait_seconds",
            "How long the conversation waits that has waited longest; 0: none waits.",
            registry=self.registry,
        )
        self.with_person = Gauge(
            "aftercare_handover_with_person",
            "Conversations that a person has.",
            registry=self.registry,
        )
        self.danger = Gauge(
            "aftercare_untouched_danger_tickets",
            "Tickets that tell of danger and that nobody has begun.",
            registry=self.registry,
        )
        self.late = Gauge(
            "aftercare_late_tickets",
            "Open tickets that have missed a target: the first answer or the solution.",
            registry=self.registry,
        )
        self.streams = Gauge(
            "aftercare_event_streams", "Open event streams.", registry=self.registry
        )
        self.past_period = Counter(
            "aftercare_past_period",
            "Records removed or anonymised because their time was over, by kind.",
            ["kind"],
            registry=self.registry,
        )
        self.periods_kept = Gauge(
            "aftercare_periods_kept_timestamp_seconds",
            "When this process last removed what was past its period, in Unix time; 0: not yet.",
            registry=self.registry,
        )
        for outcome in ("answered", "given_up"):
            self.turns.labels(outcome)

    def of_database(self) -> tuple[Gauge, ...]:
        """What is asked of the database, and not known while it does not answer."""
        return (
            self.waiting,
            self.queue,
            self.queue_seconds,
            self.with_person,
            self.danger,
            self.late,
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
