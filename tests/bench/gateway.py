"""Prints how quickly the desk takes and answers messages: `make bench-gateway`.

ENGINE=postgresql measures it on a PostgreSQL server of its own, MINUTES says how long the load of
RATE (100) turns a second is held, JSON=file keeps every figure and every look at memory and queue.
docs/benchmarks/gateway.md says what each figure means.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.desk import ENGINES, running_desk
from tests.bench.figures import Figure, cut, machine, print_figures
from tests.bench.load import one_after_the_other, open_chats, steady_load
from tests.bench.open_chat import OpenChat, Said
from tests.bench.watching import Sample, growth, processor_seconds, watching
from tests.chaos.cluster import NoPostgresql
from tests.stack import Stack

#: A rule answers it; a custom action does. Each with one message.
PLAIN, ACTION = "are you a robot?", "how do I descale the coffee machine?"
#: What a memory may grow by without growing, as a part of it, and a queue, in messages.
_STEADY_MEMORY, _STEADY_QUEUE = 0.03, 10
#: So many turns around a number stand for the turn of that number.
_AROUND = 5
_REST_SECONDS = 1.0


@dataclass(frozen=True)
class Plan:
    """How much is measured; the defaults are those of the figures in docs/benchmarks/."""

    #: Open chats, of which one after the other writes.
    chats: int = 100
    turns: int = 200
    taken_per_second: float = 50
    taken_seconds: float = 60
    held_per_second: float = 100
    held_seconds: float = 300
    sample_seconds: float = 5
    #: Long conversations, and the number of their turn that is set beside turn 5.
    long_chats: int = 5
    late_turn: int = 500


@dataclass
class Report:
    figures: list[Figure] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


async def measure(stack: Stack, plan: Plan) -> Report:
    """Everything on a running desk."""
    report = Report()
    async with AsyncExitStack() as opened:
        _tell(f"opening {plan.chats} chats")
        chats = await open_chats(opened, stack.settings.site_url, plan.chats)
        await _measure_turns(chats, plan, report)
        await _measure_taking(chats, plan, report)
        await _measure_holding(stack, chats, plan, report)
    async with AsyncExitStack() as opened:
        chats = await open_chats(opened, stack.settings.site_url, plan.long_chats)
        await _measure_long(chats, plan, report)
    return report


async def _measure_turns(chats: Sequence[OpenChat], plan: Plan, report: Report) -> None:
    """One turn at a time: what a turn costs where nobody else writes."""
    for text, what, limits in ((PLAIN, "without", (None, None)), (ACTION, "with", (20, 60))):
        _tell(f"turns {what} an action")
        some = chats[: max(1, plan.turns // 10)]
        asked = await one_after_the_other(some, text, plan.turns // len(some))
        times = [said.turn_ms for own in asked for said in own]
        for percent, limit in zip((50, 95), limits, strict=True):
            name = f"Turn {what} an action, p{percent}"
            report.figures.append(Figure(name, cut(times, percent), "ms", limit))


async def _measure_taking(chats: Sequence[OpenChat], plan: Plan, report: Report) -> None:
    rate = f"{plan.taken_per_second:g} messages a second"
    _tell(f"{rate} for {plan.taken_seconds:g} s")
    asked = await _load(chats, plan.taken_per_second, plan.taken_seconds, report)
    taken, turns = [said.accept_ms for said in asked], [said.turn_ms for said in asked]
    report.figures += [
        Figure(f"Accepting a message at {rate}, p50", cut(taken, 50), "ms"),
        Figure(f"Accepting a message at {rate}, p99", cut(taken, 99), "ms", 50),
        Figure(f"Whole turn at {rate}, p50", cut(turns, 50), "ms"),
        Figure(f"Whole turn at {rate}, p95", cut(turns, 95), "ms"),
    ]


async def _load(
    chats: Sequence[OpenChat], per_second: float, seconds: float, report: Report
) -> list[Said]:
    """What was taken and answered; what was not is a figure of its own."""
    asked = await steady_load(chats, (PLAIN, ACTION), per_second, seconds)
    answered = [said for said in asked if not said.refused and not said.given_up]
    name = f"Refused or not answered of {len(asked)} at {per_second:g} a second"
    report.figures.append(Figure(name, len(asked) - len(answered), "", 1, digits=0))
    return answered


async def _measure_holding(
    stack: Stack, chats: Sequence[OpenChat], plan: Plan, report: Report
) -> None:
    rate = f"{plan.held_per_second:g} turns a second"
    _tell(f"{rate} for {plan.held_seconds:g} s")
    pids = {
        name: program.process.pid for name, program in stack.programs.items() if program.process
    }
    began, worked = time.perf_counter(), processor_seconds(pids)
    with watching(pids, stack.settings.site_url, plan.sample_seconds) as samples:
        asked = await _load(chats, plan.held_per_second, plan.held_seconds, report)
        # The last look comes when all is answered.
        await asyncio.to_thread(time.sleep, _REST_SECONDS)
    report.samples = samples
    last = max(said.answered for said in asked)
    report.figures += [
        Figure(f"Answered a second, of {rate}", len(asked) / (last - began), ""),
        Figure(f"Whole turn at {rate}, p50", cut([said.turn_ms for said in asked], 50), "ms"),
        Figure(f"Whole turn at {rate}, p99", cut([said.turn_ms for said in asked], 99), "ms"),
    ]
    # Other than the times, this stays the same where other work goes on.
    for name, seconds in processor_seconds(pids).items():
        title = f"Processor time of {name} for a turn"
        report.figures.append(Figure(title, (seconds - worked[name]) * 1000 / len(asked), "ms"))
    looked = [sample.seconds for sample in samples]
    for name in pids:
        memory = [sample.proportional[name] for sample in samples]
        limit = max(memory) * _STEADY_MEMORY
        title = f"Growth of {name}, of {statistics.fmean(memory):.0f} MB"
        report.figures.append(Figure(title, growth(looked, memory), "MB", round(limit, 1)))
    waiting = [sample.waiting for sample in samples]
    title = f"Growth of the queue, of {statistics.fmean(waiting):.1f} messages"
    report.figures.append(Figure(title, growth(looked, waiting), "messages", _STEADY_QUEUE))


async def _measure_long(chats: Sequence[OpenChat], plan: Plan, report: Report) -> None:
    _tell(f"{len(chats)} conversations of {plan.late_turn} turns")
    asked = await one_after_the_other(chats, PLAIN, plan.late_turn + _AROUND // 2)
    early, late = (_around(asked, number) for number in (5, plan.late_turn))
    name = f"Turn {plan.late_turn} of a conversation, p50, of turn 5's"
    report.figures += [
        Figure("Turn 5 of a conversation, p50", early, "ms"),
        Figure(name, late / early, "times", 1.3, digits=2),
    ]


def _around(asked: Sequence[Sequence[Said]], number: int) -> float:
    """Milliseconds in the middle of the turns around one, of all conversations."""
    first = number - 1 - _AROUND // 2
    return statistics.median(said.turn_ms for own in asked for said in own[first : first + _AROUND])


def main(arguments: Sequence[str]) -> int:
    reader = argparse.ArgumentParser(prog="tests.bench.gateway")
    reader.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    reader.add_argument("--minutes", type=float, default=Plan.held_seconds / 60)
    reader.add_argument("--rate", type=float, default=Plan.held_per_second)
    reader.add_argument("--json", type=Path, help="a file for all figures and samples")
    asked = reader.parse_args(arguments)
    on = machine()
    try:
        with running_desk(asked.engine) as stack:
            plan = Plan(held_seconds=asked.minutes * 60, held_per_second=asked.rate)
            report = asyncio.run(measure(stack, plan))
    except NoPostgresql as error:
        print(f"Not run on PostgreSQL: {error}", file=sys.stderr)
        return 1
    command = f"make bench-gateway ENGINE={asked.engine} MINUTES={asked.minutes:g}"
    print_figures(f"{command} RATE={asked.rate:g}", report.figures)
    if asked.json:
        content = {"at": datetime.now(UTC).isoformat(), "engine": asked.engine, "machine": on}
        asked.json.write_text(json.dumps(content | asdict(report), indent=1), encoding="utf-8")
    return 0


def _tell(step: str) -> None:
    print(f"measuring: {step} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
