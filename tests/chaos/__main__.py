"""Prints what a run cost the customers: `make chaos`."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import machine
from tests.chaos.cluster import NoPostgresql
from tests.chaos.run import Plan, Report, run

_SHOWN = 10


def main() -> int:
    plan = _read_plan()
    # Asked to end, it ends its programs first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    folder = Path(tempfile.mkdtemp(prefix="aftercare-chaos-"))
    _tell(f"{plan.engine}, in {folder}")
    try:
        report = run(plan, folder, _tell)
    except NoPostgresql as error:
        print(f"Not run on PostgreSQL: {error}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return 1
    _print(plan, report)
    if report.verdict.clean():
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    print(f"\nThe logs are kept in {folder}")
    return 1


def _read_plan() -> Plan:
    reader = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    reader.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    reader.add_argument("--messages", type=int, default=Plan.messages)
    reader.add_argument("--conversations", type=int, default=Plan.conversations)
    reader.add_argument("--life-seconds", type=float, default=Plan.life_seconds)
    reader.add_argument("--seed", type=int, default=Plan.seed)
    given = reader.parse_args()
    if given.conversations < 1 or given.messages < 5 * given.conversations:
        reader.error("a conversation needs five messages or more: MESSAGES=20000 CONVERSATIONS=500")
    return Plan(
        given.engine,
        given.messages,
        given.conversations,
        life_seconds=given.life_seconds,
        seed=given.seed,
    )


def _print(plan: Plan, report: Report) -> None:
    verdict = report.verdict
    print(f"\nDate: {datetime.now(UTC):%Y-%m-%d}, engine: {plan.engine}, seed: {plan.seed}")
    print(f"Machine: {machine()}\n")
    kills = ", ".join(f"{name} {times}" for name, times in report.kills.items())
    ends = ", ".join(f"{name} {times}" for name, times in report.other_ends.items() if times)
    rows = {
        "conversations": plan.conversations,
        "messages": verdict.messages,
        "answers": verdict.answers,
        "tickets": verdict.tickets,
        "kills (SIGKILL)": f"{sum(report.kills.values())}: {kills}",
        "starts that failed meanwhile": ends or "none",
        "calls made again by customers": report.tries,
        "minutes": f"{report.seconds / 60:.1f}",
    }
    faults = {
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "out of order": verdict.out_of_order,
        "missing or doubled tickets": verdict.wrong_tickets,
        "conversations given up": verdict.trouble,
    }
    print("| figure | measured |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")
    for name, found in faults.items():
        print(f"| **{name}** | **{len(found)}** |")
    for name, found in faults.items():
        for line in found[:_SHOWN]:
            print(f"{name}: {line}")


def _tell(words: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
