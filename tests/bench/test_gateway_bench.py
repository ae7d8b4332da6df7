"""The quick form of `make bench-gateway`: every figure is taken, whatever it is."""

from __future__ import annotations

import asyncio

import pytest

from tests.bench.gateway import Plan, measure
from tests.bench.watching import growth
from tests.stack import Stack

QUICK = Plan(
    chats=4,
    turns=8,
    taken_per_second=10,
    taken_seconds=2,
    held_per_second=12,
    held_seconds=2,
    sample_seconds=0.3,
    long_chats=2,
    late_turn=9,
)


@pytest.mark.processes
@pytest.mark.xdist_group("stack")
def test_every_figure_is_taken_on_a_running_desk(stack: Stack) -> None:
    report = asyncio.run(measure(stack, QUICK))
    names = " | ".join(figure.name for figure in report.figures)
    for part in (
        "Turn with an action, p95",
        "Accepting a message at 10 messages a second, p99",
        "Answered a second, of 12 turns a second",
        "Processor time of web",
        "Growth of bot",
        "Growth of the queue",
        "Turn 9 of a conversation",
    ):
        assert part in names
    values = {figure.name: figure.value for figure in report.figures}
    assert [value for name, value in values.items() if name.startswith("Refused")] == [0, 0]
    assert 0 < values["Turn without an action, p50"] <= values["Turn without an action, p95"]
    assert len(report.samples) >= 3
    assert set(report.samples[0].proportional) == {"actions", "bot", "web"}
    assert report.samples[-1].waiting == 0


def test_growth_is_what_came_after_the_warm_up() -> None:
    seconds = [float(second) for second in range(9)]
    # Half a megabyte more at each look, after two that fill the caches.
    values = [0, 100, *(200 + number / 2 for number in range(7))]
    assert growth(seconds, values) == pytest.approx(3.0)
    assert growth(seconds, [5.0] * 9) == 0
