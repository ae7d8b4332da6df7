"""Prints the figures of the walking service beside what they should be: `make bench`."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from aftercare.settings import PROJECT_ROOT
from tests.bench.desk import running_desk
from tests.bench.figures import Figure, cut, print_figures
from tests.bench.programs import (
    disk_megabytes,
    resident_megabytes,
    restart_seconds,
    training_seconds,
)
from tests.bench.turns import turns_with_ticket, turns_without_action


def main() -> int:
    figures = []
    _tell("training")
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as folder:
        figures.append(Figure("Training", training_seconds(Path(folder)), "s", 40))
    environments = [PROJECT_ROOT / ".venv", PROJECT_ROOT / "bot" / ".venv"]
    disk = sum(map(disk_megabytes, environments))
    figures.append(Figure("Both environments on disk", disk, "MB", 1200))
    _tell("starting")
    with running_desk() as stack:
        figures.append(Figure("Start of the trained service", restart_seconds(stack), "s", 12))
        _tell("turns")
        turns_without_action(stack.settings.site_url, conversations=3, each=10)  # warm up
        plain = turns_without_action(stack.settings.site_url, conversations=20, each=10)
        ticket = turns_with_ticket(stack.settings.site_url, conversations=60)
        memory = resident_megabytes(stack)
    figures += [
        Figure("Turn without an action, p50", statistics.median(plain), "ms", 30),
        Figure("Turn that writes a ticket, p50", statistics.median(ticket), "ms", 45),
        Figure("All programs resident", sum(memory.values()), "MB", 700),
    ]
    print_figures("make bench", figures)
    print(
        f"\nTurn without an action: {_spread(plain)}\nTurn that writes a ticket: {_spread(ticket)}"
    )
    print("Resident: " + ", ".join(f"{name} {size:.0f} MB" for name, size in memory.items()))
    return 0


def _spread(times: list[float]) -> str:
    spread = ", ".join(f"p{percent} {cut(times, percent):.1f} ms" for percent in (50, 95, 99))
    return f"{spread} of {len(times)}"


def _tell(step: str) -> None:
    print(f"measuring: {step} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
