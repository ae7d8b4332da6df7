"""Sets the bot beside Rasa's stock pipeline on the same data: `make compare-stock [FILE=...]`.

Both learn from nine tenths of the training data, or from PERCENT of these, and are measured on the
last tenth, and on the messages of FILE where it is given. docs/benchmarks/compare-stock.md says how
the comparison is kept fair, and what came out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil

from aftercare.settings import PROJECT_ROOT, settings
from tests.bench.bot_turns import RestTurnTaker
from tests.bench.comparison import Kind, Row, Understood, cost_rows, table, understanding_rows
from tests.bench.held_out import SHARE, split_data
from tests.bench.measured_bot import MeasuredBot, actions_for_bots
from tests.bench.programs import disk_megabytes, training_seconds
from tests.bench.stock import (
    STOCK_PYTHON,
    Training,
    stock_program,
    trained_stock,
    usual_epochs,
)
from tests.stack import BOT_PYTHON, MODEL
from tools.commands import run_logged
from tools.problems import Problem
from tools.progress import Progress, Step

OURS, STOCK = "Aftercare", "stock Rasa"
_ROUNDS = 2
_MODEL = "ours"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="compare_stock")
    parser.add_argument("minutes", type=int, help="to train the stock pipeline; 0: no limit")
    parser.add_argument("percent", type=int, help="share of the examples that both learn from")
    parser.add_argument("file", nargs="?", type=Path, help="labelled messages, or a folder of such")
    given = parser.parse_args(arguments)
    try:
        compare(given.minutes, given.percent / 100, labelled_files(given.file))
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


def labelled_files(given: Path | None) -> list[Path]:
    """The file itself, or every .jsonl of a folder. Raises Problem for a folder without one."""
    if given is None:
        return []
    if not given.is_dir():
        return [given.resolve()]
    files = sorted(given.resolve().glob("*.jsonl"))
    if not files:
        raise Problem(f"{given} holds no file that ends in .jsonl; name one: FILE=messages.jsonl")
    return files


def compare(minutes: int, share: float, files: list[Path]) -> None:
    """Everything from training to the table on standard output. Raises Problem."""
    progress = Progress(7 + 2 * _ROUNDS, sys.stderr)
    results = settings().var_dir / "compare-stock"
    folder = Path(tempfile.mkdtemp(prefix="aftercare-compare-"))
    try:
        data = folder / "data"
        measured_on = [*split_data(PROJECT_ROOT / "data", data, share), *files]
        options = ("--data", str(data), "--fixed-model-name", _MODEL)
        models = {OURS: folder / f"{_MODEL}.tar.gz"}
        with progress.step(f"Training {OURS}"):
            seconds = training_seconds(folder, *options)
        # Ours first: what is wrong with a file is told before the hours of the other training.
        measure = partial(_understood, files=measured_on, folder=folder, progress=progress)
        understood = {OURS: measure(OURS, BOT_PYTHON, models[OURS])}
        with progress.step(f"Training {STOCK}") as step:
            models[STOCK], training = trained_stock(results, data, minutes, step)
        understood[STOCK] = measure(STOCK, STOCK_PYTHON, models[STOCK])
        load = os.getloadavg()[0]
        ours, stock = _measured_bots(models, folder, progress)
        with progress.step("Drawing") as step:
            _draw(results, understood, folder, step)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    disks = [disk_megabytes(python.parents[1]) for python in (BOT_PYTHON, STOCK_PYTHON)]
    print(_heading(training, share, load))
    rows = [
        *understanding_rows(understood[OURS], understood[STOCK]),
        Row(f"Training (stock: {_epochs(training)})", Kind.COST, seconds, training.seconds, "s"),
        *cost_rows(ours, stock),
        Row("Environment on disk", Kind.COST, disks[0], disks[1], "MB", digits=0),
    ]
    print(table(rows))
    print(f"\nPictures: {results}/")


def _understood(
    name: str, python: Path, model: Path, files: list[Path], folder: Path, progress: Progress
) -> Understood:
    output = folder / "understood.json"
    with progress.step(f"Understanding messages, {name}") as step:
        run_logged(
            [
                *(str(python), "-m", "bot.compare.understanding"),
                *map(str, (model, output, *files)),
            ],
            step,
            folder / "understanding.log",
            PROJECT_ROOT,
            {**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
            f"Measuring {name} failed",
        )
    found: Understood = json.loads(output.read_text(encoding="utf-8"))
    return found


def _measured_bots(
    models: Mapping[str, Path], folder: Path, progress: Progress
) -> tuple[MeasuredBot, MeasuredBot]:
    """Both bots, round by round in turn: on a machine with other work only ratios mean much."""
    with actions_for_bots(folder) as program:
        command = [str(models[OURS]) if part == str(MODEL) else part for part in program.command]
        ours = MeasuredBot(OURS, replace(program, command=command))
        stock = MeasuredBot(STOCK, stock_program(program, models[STOCK], folder), RestTurnTaker)
        try:
            for bot in (ours, stock):
                with progress.step(f"Starting {bot.name}"):
                    bot.measure_start()
            for number in range(_ROUNDS):
                for bot in (ours, stock):
                    with progress.step(f"Turns, round {number + 1} of {_ROUNDS}, {bot.name}"):
                        bot.measure_round()
            for bot in (ours, stock):
                bot.measure_memory()
        finally:
            for bot in (ours, stock):
                bot.program.stop()
    return ours, stock


def _draw(results: Path, understood: Mapping[str, Understood], folder: Path, step: Step) -> None:
    models = folder / "models.json"
    models.write_text(json.dumps(understood), encoding="utf-8")
    run_logged(
        [str(STOCK_PYTHON), "-m", "bot.compare.drawings", str(results), str(models)],
        step,
        folder / "drawing.log",
        PROJECT_ROOT,
        {**os.environ, "MPLCONFIGDIR": str(folder)},
        "Drawing failed",
    )


def _heading(training: Training, share: float, load: float) -> str:
    first, last = (training.curve[place]["i_acc"] for place in (0, -1))
    return (
        f"\nDate: {datetime.now(UTC):%Y-%m-%d}, command: `make compare-stock`\n"
        f"Machine: {os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, "
        f"{platform.system()}, load {load:.1f} before the turns\n"
        f"Both learnt from {(1 - SHARE) * share:.1%} of the examples; held_out_* is {SHARE:.0%}\n"
        f"Stock model: {_epochs(training)}, trained on {training.trained} in "
        f"{training.seconds:,.0f} s at load {training.load}\n"
        f"Its accuracy on what it learns: {first:.2f} in the first epoch, {last:.2f} in the last\n"
    )


def _epochs(training: Training) -> str:
    return f"{len(training.curve)} of {usual_epochs(PROJECT_ROOT)} epochs"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
