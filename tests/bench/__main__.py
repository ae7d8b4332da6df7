"""Prints the figures of the walking service beside what they should be: `make bench`."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil

from aftercare.catalogue.load import load_and_index
from aftercare.database import open_engine, open_sessions
from aftercare.migrate import migrate
from aftercare.settings import PROJECT_ROOT
from tests.bench.programs import (
    disk_megabytes,
    resident_megabytes,
    restart_seconds,
    training_seconds,
)
from tests.bench.turns import turns_with_ticket, turns_without_action
from tests.stack import running_stack, stack_settings


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="aftercare-bench-"))
    rows: list[tuple[str, str, float, float]] = []
    try:
        _tell("training")
        rows.append(("Training", "s", training_seconds(folder), 40))
        environments = [PROJECT_ROOT / ".venv", PROJECT_ROOT / "bot" / ".venv"]
        rows.append(
            ("Both environments on disk", "MB", sum(map(disk_megabytes, environments)), 1200)
        )
        settings = stack_settings(folder)
        engine = open_engine(settings)
        migrate(engine)
        load_and_index(open_sessions(engine), settings, datetime.now(UTC))
        engine.dispose()
        _tell("starting")
        with running_stack(settings) as stack:
            rows.append(("Start of the trained service", "s", restart_seconds(stack), 12))
            _tell("turns")
            turns_without_action(settings.site_url, conversations=3, each=10)  # warm up
            plain = turns_without_action(settings.site_url, conversations=20, each=10)
            ticket = turns_with_ticket(settings.site_url, conversations=60)
            rows.append(("Turn without an action, p50", "ms", statistics.median(plain), 30))
            rows.append(("Turn that writes a ticket, p50", "ms", statistics.median(ticket), 45))
            memory = resident_megabytes(stack)
            rows.append(("All programs resident", "MB", sum(memory.values()), 700))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nDate: {datetime.now(UTC):%Y-%m-%d}, command: `make bench`")
    print(
        f"Machine: {os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, "
        f"{platform.system()}, load {os.getloadavg()[0]:.1f}\n"
    )
    print("| figure | measured | to reach | reached |\n|---|---|---|---|")
    for name, unit, value, limit in rows:
        reached = "yes" if value < limit else "no"
        print(f"| {name} | {value:.1f} {unit} | under {limit:g} {unit} | {reached} |")
    print(
        f"\nTurn without an action: {_spread(plain)}\nTurn that writes a ticket: {_spread(ticket)}"
    )
    print("Resident: " + ", ".join(f"{name} {size:.0f} MB" for name, size in memory.items()))
    return 0


def _spread(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms of {len(times)}"


def _tell(step: str) -> None:
    print(f"measuring: {step} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
