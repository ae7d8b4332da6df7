"""Prints the figures of the bot itself: `make bench-bot`, or `make bench-bot AGAINST=checkout`.

With AGAINST the bot of another checkout is measured in the same run, block by block in turn, with
the same model and action server: on a shared machine only such ratios mean something.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aftercare.settings import PROJECT_ROOT
from tests.bench.figures import cut, machine
from tests.bench.measured_bot import CLIENTS, LONG, MeasuredBot, actions_for_bots
from tests.stack import BOT_PYTHON, MODEL, Program, free_port

_ROUNDS = 5
_PARSE_ROUNDS = 3
#: As many messages of the training data as one call of `evaluate-nlu` takes in a few seconds.
_PARSED = 600
#: `evaluate-nlu` with a model that may belong to another checkout.
_EVALUATE = (
    "import sys; from pathlib import Path; from bot.evaluate_nlu import main; "
    "sys.exit(main(sys.argv[1:2], Path(sys.argv[2])))"
)


def _figures(bot: MeasuredBot) -> list[tuple[str, str, float, float | None, bool]]:
    """Name, unit, value, what is wanted, and whether less is better."""
    return [
        ("Start", "s", statistics.median(bot.start_seconds), 6, True),
        ("Understanding a message, p50", "ms", statistics.median(bot.parse), 4, True),
        ("Understanding a message, p95", "ms", statistics.median(bot.parse_p95), None, True),
        ("Turn without an action, p50", "ms", cut(bot.plain, 50), 5, True),
        ("Turn without an action, p95", "ms", cut(bot.plain, 95), None, True),
        ("Turn with an action, p50", "ms", cut(bot.action, 50), 9, True),
        ("Turn with an action, p95", "ms", cut(bot.action, 95), None, True),
        (f"Turn {LONG - 50} to {LONG}, p50", "ms", cut(bot.late, 50), 5, True),
        (f"Turns a second, {CLIENTS} at once", "", statistics.median(bot.rates), 350, False),
        ("Processor time of such a turn", "ms", statistics.median(bot.work), 1000 / 350, True),
        ("Resident after the start", "MB", bot.after_start, 300, True),
        ("Resident after all turns", "MB", bot.after_turns, 300, True),
        ("Resident at most", "MB", bot.peak, None, True),
    ]


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or not all(
        Path(one, "bot", "__main__.py").is_file() for one in arguments
    ):
        print("AGAINST is the folder of another checkout, the one that holds bot/", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="aftercare-bench-"))
    began = os.getloadavg()[0]
    try:
        messages = _some_messages(folder)
        with actions_for_bots(folder) as ours:
            bots = [MeasuredBot("this", ours)]
            if arguments:
                bots.append(
                    MeasuredBot("other", _elsewhere(ours, Path(arguments[0]).resolve(), folder))
                )
            try:
                for bot in bots:
                    _tell(f"starting {bot.name}")
                    bot.measure_start()
                for number in range(_ROUNDS):
                    for bot in bots:
                        _tell(f"round {number + 1} of {_ROUNDS}, {bot.name}")
                        bot.measure_round()
                for bot in bots:
                    bot.measure_memory()
            finally:
                for bot in bots:
                    bot.program.stop()
        for number in range(_PARSE_ROUNDS):
            for bot in bots:
                _tell(f"understanding {number + 1} of {_PARSE_ROUNDS}, {bot.name}")
                _measure_parse(bot, messages)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _print_figures(bots, began)
    return 0


def _elsewhere(ours: Program, checkout: Path, folder: Path) -> Program:
    """The bot of another checkout, beside ours: its code, our environment and model."""
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    return replace(
        ours,
        name="other bot",
        command=[*ours.command[:-1], port],
        environment={
            **ours.environment,
            "AFTERCARE_BOT_URL": url,
            "AFTERCARE_TRACKER_DB": str(folder / "other-tracker.db"),
        },
        health=f"{url}/webhooks/aftercare/health",
        log=folder / "other-bot.log",
        folder=checkout,
        process=None,
    )


def _measure_parse(bot: MeasuredBot, messages: Path) -> None:
    answer = subprocess.run(
        [str(BOT_PYTHON), "-c", _EVALUATE, str(messages), str(MODEL)],
        cwd=bot.program.folder,
        env=bot.program.environment,
        capture_output=True,
        check=True,
    )
    times = json.loads(answer.stdout)["parse_ms"]
    bot.parse.append(times["p50"])
    bot.parse_p95.append(times["p95"])


def _some_messages(folder: Path) -> Path:
    """Messages of the training data for `evaluate-nlu`; only the time that they take counts."""
    lines = []
    for path in sorted((PROJECT_ROOT / "data" / "nlu").glob("*/*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("    - "):
                lines.append({"text": line[6:].strip(), "label": "out_of_scope"})
    chosen = lines[:: max(1, len(lines) // _PARSED)]
    messages = folder / "messages.jsonl"
    messages.write_text("".join(json.dumps(line) + "\n" for line in chosen), encoding="utf-8")
    return messages


def _print_figures(bots: list[MeasuredBot], began: float) -> None:
    print(f"\nDate: {datetime.now(UTC):%Y-%m-%d}, command: `make bench-bot`")
    print(f"Machine: {machine(began)} before\n")
    other = _figures(bots[1]) if len(bots) > 1 else None
    print(
        "| figure | measured | to reach | reached |" + (" other | other / this |" if other else "")
    )
    print("|---|---|---|---|" + ("---|---|" if other else ""))
    for place, (name, unit, value, wanted, less) in enumerate(_figures(bots[0])):
        goal = reached = ""
        if wanted is not None:
            goal = f"{'under' if less else 'over'} {wanted:.3g} {unit}".strip()
            reached = "yes" if (value < wanted) == less else "no"
        row = f"| {name} | {f'{value:.1f} {unit}'.strip()} | {goal} | {reached} |"
        if other:
            before = other[place][2]
            row += f" {f'{before:.1f} {unit}'.strip()} | {before / value:.2f} |"
        print(row)


def _tell(step: str) -> None:
    print(f"measuring: {step} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
