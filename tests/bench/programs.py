"""Measures the programs themselves: training, start, memory, disk."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import psutil

from aftercare.settings import PROJECT_ROOT
from tests.stack import BOT_PYTHON, Stack


def training_seconds(folder: Path, *options: str) -> float:
    """Train the model into a folder, without Rasa's cache; options are those of `rasa train`."""
    environment = {
        **os.environ,
        "AFTERCARE_PRIVATE_SECRET": "unused",
        "AFTERCARE_ACTIONS_URL": "http://127.0.0.1:1",
        "AFTERCARE_TRACKER_DB": str(folder / "unused.db"),
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
    }
    started = time.monotonic()
    with (folder / "training.log").open("wb") as log:
        subprocess.run(
            [str(BOT_PYTHON), "-m", "bot", "train", "--out", str(folder), *options],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )
    return time.monotonic() - started


def restart_seconds(stack: Stack) -> float:
    """All programs stopped, then started until each is healthy."""
    for program in stack.programs.values():
        program.stop()
    started = time.monotonic()
    for program in stack.programs.values():
        program.start()
    for program in stack.programs.values():
        program.wait_until_healthy()
    return time.monotonic() - started


def resident_megabytes(stack: Stack) -> dict[str, float]:
    """Resident memory of each program with its children."""
    found = {}
    for name, program in stack.programs.items():
        assert program.process is not None
        root = psutil.Process(program.process.pid)
        family = [root, *root.children(recursive=True)]
        found[name] = sum(process.memory_info().rss for process in family) / 1e6
    return found


def disk_megabytes(folder: Path) -> float:
    """What a folder takes on disk, hard links counted once, in units of a million bytes."""
    answer = subprocess.run(
        ["/usr/bin/du", "-s", "-D", "-B1", str(folder)], capture_output=True, text=True, check=True
    )
    return int(answer.stdout.split()[0]) / 1e6
