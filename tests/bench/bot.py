"""Prints the figures of the bot itself: `make bench-bot`, or `make bench-bot AGAINST=checkout`.

With AGAINST the bot of another checkout is measured in the same run, block by block in turn, with
the same model and action server: on a shared machine only such ratios mean something.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from aftercare.catalogue.load import load_and_index
from aftercare.database import open_engine, open_sessions
from aftercare.migrate import migrate
from aftercare.settings import PROJECT_ROOT
from tests.bench.bot_turns import (
    WITH_ACTION,
    WITHOUT_ACTION,
    long_conversation,
    timed_turns,
    turns_per_second,
)
from tests.stack import BOT_PYTHON, MODEL, Program, free_port, running_stack, stack_settings

_ROUNDS = 5
_PARSE_ROUNDS = 3
_CLIENTS = 8
_RATE_SECONDS = 3.0
_LONG = 200
#: As many messages of the training data as one call of `evaluate-nlu` takes in a few seconds.
_PARSED = 600
#: `evaluate-nlu` with a model that may belong to another checkout.
_EVALUATE = (
    "import sys; from pathlib import Path; from bot.evaluate_nlu import main; "
    "sys.exit(main(sys.argv[1:2], Path(sys.argv[2])))"
)


@dataclass
class Bot:
    """One checkout's bot, and everything that was measured of it."""

    name: str
    program: Program
    start_seconds: list[float] = field(default_factory=list)
    parse: list[float] = field(default_factory=list)
    parse_p95: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    action: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    after_start: float = 0.0
    after_turns: float = 0.0
    peak: float = 0.0

    @property
    def url(self) -> str:
        return self.program.health.removesuffix("/webhooks/aftercare/health")

    def figures(self) -> list[tuple[str, str, float, float | None, bool]]:
        """Name, unit, value, what is wanted, and whether less is better."""
        return [
            ("Start", "s", statistics.median(self.start_seconds), 6, True),
            ("Understanding a message, p50", "ms", statistics.median(self.parse), 4, True),
            ("Understanding a message, p95", "ms", statistics.median(self.parse_p95), None, True),
            ("Turn without an action, p50", "ms", _cut(self.plain, 50), 5, True),
            ("Turn without an action, p95", "ms", _cut(self.plain, 95), None, True),
            ("Turn with an action, p50", "ms", _cut(self.action, 50), 9, True),
            ("Turn with an action, p95", "ms", _cut(self.action, 95), None, True),
            (f"Turn {_LONG - 50} to {_LONG}, p50", "ms", _cut(self.late, 50), 5, True),
            (f"Turns a second, {_CLIENTS} at once", "", statistics.median(self.rates), 350, False),
            ("Processor time of such a turn", "ms", statistics.median(self.work), 1000 / 350, True),
            ("Resident after the start", "MB", self.after_start, 300, True),
            ("Resident after all turns", "MB", self.after_turns, 300, True),
            ("Resident at most", "MB", self.peak, None, True),
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
        settings = stack_settings(folder)
        engine = open_engine(settings)
        migrate(engine)
        load_and_index(open_sessions(engine), settings, datetime.now(UTC))
        engine.dispose()
        messages = _some_messages(folder)
        with running_stack(settings) as stack:
            stack.programs["web"].stop()
            ours = stack.programs["bot"]
            ours.stop()
            bots = [Bot("this", ours)]
            if arguments:
                bots.append(Bot("other", _elsewhere(ours, Path(arguments[0]).resolve(), folder)))
            try:
                for bot in bots:
                    _tell(f"starting {bot.name}")
                    _measure_start(bot)
                    timed_turns(bot.url, WITHOUT_ACTION, 20)  # warm up
                    timed_turns(bot.url, WITH_ACTION, 10)
                for number in range(_ROUNDS):
                    for bot in bots:
                        _tell(f"round {number + 1} of {_ROUNDS}, {bot.name}")
                        _measure_round(bot)
                for bot in bots:
                    bot.after_turns, bot.peak = _resident(bot, "VmRSS"), _resident(bot, "VmHWM")
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


def _measure_start(bot: Bot) -> None:
    for _ in range(3):
        bot.program.stop()
        started = time.monotonic()
        bot.program.start()
        bot.program.wait_until_healthy()
        bot.start_seconds.append(time.monotonic() - started)
    bot.after_start = _resident(bot, "VmRSS")


def _measure_round(bot: Bot) -> None:
    bot.plain += timed_turns(bot.url, WITHOUT_ACTION, 20)
    bot.action += timed_turns(bot.url, WITH_ACTION, 20)
    bot.late += long_conversation(bot.url, _LONG)[-50:]
    before = _processor_seconds(bot)
    rate = turns_per_second(bot.url, _CLIENTS, _RATE_SECONDS)
    bot.rates.append(rate)
    # Tells how many turns a second there would be on a machine without other work.
    bot.work.append((_processor_seconds(bot) - before) * 1000 / (rate * _RATE_SECONDS))


def _measure_parse(bot: Bot, messages: Path) -> None:
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


def _processor_seconds(bot: Bot) -> float:
    assert bot.program.process is not None
    times = psutil.Process(bot.program.process.pid).cpu_times()
    return float(times.user + times.system)


def _resident(bot: Bot, kind: str) -> float:
    """Memory of the process in MB: VmRSS now, VmHWM at most so far."""
    assert bot.program.process is not None
    status = Path(f"/proc/{bot.program.process.pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith(f"{kind}:"))
    return int(line.split()[1]) * 1024 / 1e6


def _cut(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _print_figures(bots: list[Bot], began: float) -> None:
    print(f"\nDate: {datetime.now(UTC):%Y-%m-%d}, command: `make bench-bot`")
    print(
        f"Machine: {os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, "
        f"{platform.system()}, load {began:.1f} before\n"
    )
    other = bots[1].figures() if len(bots) > 1 else None
    print(
        "| figure | measured | to reach | reached |" + (" other | other / this |" if other else "")
    )
    print("|---|---|---|---|" + ("---|---|" if other else ""))
    for place, (name, unit, value, wanted, less) in enumerate(bots[0].figures()):
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
