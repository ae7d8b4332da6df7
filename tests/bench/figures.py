"""Figures beside what they should be, and the machine that they were taken on."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil


@dataclass(frozen=True)
class Figure:
    """One measured value; it should stay under the limit, where there is one."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    digits: int = 1

    @property
    def reached(self) -> bool | None:
        return None if self.limit is None else self.value < self.limit

    def row(self) -> str:
        goal = "" if self.limit is None else f"under {self.limit:g} {self.unit}".strip()
        reached = {True: "yes", False: "no", None: ""}[self.reached]
        value = f"{self.value:.{self.digits}f} {self.unit}".strip()
        return f"| {self.name} | {value} | {goal} | {reached} |"


def cut(times: Sequence[float], percent: int) -> float:
    """The value that so many percent of the measurements do not exceed."""
    return statistics.quantiles(times, n=100)[percent - 1]


def print_figures(command: str, figures: Sequence[Figure]) -> None:
    """Date, machine and table on standard output, in the form of docs/benchmarks/."""
    print(f"\nDate: {datetime.now(UTC):%Y-%m-%d}, command: `{command}`")
    print(f"Machine: {machine()}\n")
    print("| figure | measured | to reach | reached |\n|---|---|---|---|")
    for figure in figures:
        print(figure.row())


def machine(load: float | None = None) -> str:
    """Cores, memory, system and load of this machine, the present load if none is given."""
    load = os.getloadavg()[0] if load is None else load
    return (
        f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, "
        f"{platform.system()}, load {load:.1f}"
    )
