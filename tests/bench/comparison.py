"""The table of two bots side by side, as it is printed and put into docs/benchmarks/."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tests.bench.figures import cut
from tests.bench.measured_bot import CLIENTS, LONG, MeasuredBot

#: Of one model: the output of `bot.compare.understanding`, an object for each file of messages.
Understood = list[dict[str, Any]]


class Kind(Enum):
    """How two figures are compared."""

    SHARE = "a share of 1, more is better"
    COST = "less is better"
    RATE = "more is better"


@dataclass(frozen=True)
class Row:
    """One figure of both; None where it cannot be had."""

    name: str
    kind: Kind
    ours: float | None
    stock: float | None
    unit: str = ""
    digits: int = 1

    @property
    def advantage(self) -> str:
        """What ours has over the stock pipeline; below 0 points or once it is worse."""
        if self.ours is None or self.stock is None:
            return ""
        if self.kind is Kind.SHARE:
            return f"{(self.ours - self.stock) * 100:+.1f} points"
        more, less = self.stock, self.ours
        if self.kind is Kind.RATE:
            more, less = less, more
        return f"{more / less:.1f} times" if less else ""

    def shown(self, value: float | None) -> str:
        return "none" if value is None else f"{value:,.{self.digits}f} {self.unit}".strip()


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| figure | Aftercare | stock Rasa | better by |", "|---|---|---|---|"]
    for row in rows:
        cells = (row.name, row.shown(row.ours), row.shown(row.stock), row.advantage)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def understanding_rows(ours: Understood, stock: Understood) -> list[Row]:
    """What both make of each file of messages, and the time that a message takes."""
    rows = []
    for one, other in zip(ours, stock, strict=True):
        for title, kind, field in (
            ("macro F1", Kind.SHARE, "macro_f1"),
            ("accuracy", Kind.SHARE, "accuracy"),
            ("out-of-scope recall at 5 % false alarms", Kind.SHARE, "out_of_scope_recall"),
            ("expected calibration error", Kind.COST, "calibration_error"),
            ("the same with a calibrator, cross-validated", Kind.COST, "recalibrated_error"),
        ):
            name = f"{one['file']}: {title}"
            rows.append(Row(name, kind, one[field], other[field], digits=3))
    times = [[time for one in found for time in one["times"]] for found in (ours, stock)]
    for percent in (50, 95):
        name = f"Understanding a message, p{percent}"
        rows.append(Row(name, Kind.COST, cut(times[0], percent), cut(times[1], percent), "ms"))
    return rows


def cost_rows(ours: MeasuredBot, stock: MeasuredBot) -> list[Row]:
    """What starting and serving take; medians where something was measured several times."""
    turns = f"Turns a second, {CLIENTS} customers at once"

    def row(
        name: str,
        unit: str,
        measure: Callable[[MeasuredBot], float],
        kind: Kind = Kind.COST,
    ) -> Row:
        return Row(name, kind, measure(ours), measure(stock), unit)

    return [
        row("Start", "s", lambda bot: statistics.median(bot.start_seconds)),
        row("Turn without an action, p50", "ms", lambda bot: cut(bot.plain, 50)),
        row("Turn without an action, p95", "ms", lambda bot: cut(bot.plain, 95)),
        row("Turn with an action, p50", "ms", lambda bot: cut(bot.action, 50)),
        row("Turn with an action, p95", "ms", lambda bot: cut(bot.action, 95)),
        row(f"Turn {LONG - 50} to {LONG}, p50", "ms", lambda bot: cut(bot.late, 50)),
        row(turns, "", lambda bot: statistics.median(bot.rates), Kind.RATE),
        row("Processor time of such a turn", "ms", lambda bot: statistics.median(bot.work)),
        row("Memory after the start, RSS", "MB", lambda bot: bot.after_start),
        row("Memory after all turns, RSS", "MB", lambda bot: bot.after_turns),
        row("Memory after all turns, PSS", "MB", lambda bot: bot.proportional),
    ]
