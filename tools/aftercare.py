"""The entry that the Makefile calls: `python3 tools/aftercare.py COMMAND`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# This file's own folder is replaced by the root, where the package `tools` is found.
sys.path[0] = str(ROOT)

from tools.checks import run_checks, run_format  # noqa: E402
from tools.cleanup import clean  # noqa: E402
from tools.environments import (  # noqa: E402
    create_environment,
    environments,
    stock_environment,
)
from tools.layout import Layout  # noqa: E402
from tools.problems import Problem, Stopped  # noqa: E402
from tools.progress import Progress  # noqa: E402
from tools.startup import run_module, run_up, set_up, train_model  # noqa: E402
from tools.suites import SUITES, run_suites, step_count  # noqa: E402
from tools.training import model_is_current  # noqa: E402
from tools.uv_tool import get_uv  # noqa: E402

UP_STEPS = 6
USAGE = """\
usage: python3 tools/aftercare.py COMMAND
  up | setup | train | check | format | clean
  test [{}]
  run MODULE [ARGUMENT ...]   a module of the services, set up first if need be
  run-trained MODULE [ARGUMENT ...]   the same, with a model that is trained first if need be
  evaluate-nlu FILE           the model's figures, trained first if need be
  evaluate-entities FILE [--mistakes]   the same for what it finds in messages
  benchmark-nlu FOLDER [NAME] the intent model on public benchmarks
  compare-stock MINUTES PERCENT [FILE] the model beside Rasa's stock pipeline, trained first
`make help` explains each.""".format("|".join(SUITES))


def stop_on_request(number: int, frame: object) -> None:
    raise Stopped()


def quiet_set_up(layout: Layout) -> None:
    """Set up only where something is to do; standard output belongs to what follows."""
    if not all(environment.is_current() for environment in environments(layout)):
        set_up(layout, os.environ, Progress(3, sys.stderr))


def require_file(layout: Layout, file: str) -> None:
    if not os.path.exists(str(layout.root / file)):
        raise Problem(f"{file} does not exist (looked for in {layout.root}).")


def quiet_training(layout: Layout) -> None:
    """Set up and train only where something is to do, with nothing on standard output."""
    current = all(environment.is_current() for environment in environments(layout))
    if not (current and model_is_current(layout)):
        progress = Progress(4, sys.stderr)
        set_up(layout, os.environ, progress)
        train_model(layout, os.environ, progress)


def evaluate(layout: Layout, module: str, file: str, options: list[str]) -> None:
    """Become the bot's own measurement; until then standard output stays empty."""
    require_file(layout, file)
    quiet_training(layout)
    run_module(layout, os.environ, layout.bot_python, module, [file, *options])


def benchmark_nlu(layout: Layout, folder: str, names: list[str]) -> None:
    """Become the measurement, which teaches models of its own."""
    require_file(layout, folder)
    quiet_set_up(layout)
    run_module(layout, os.environ, layout.bot_python, "bot.benchmark", [folder, *names])


def compare_stock(layout: Layout, minutes: str, percent: str, files: list[str]) -> None:
    """Become the comparison; only here the environment of the stock Rasa is made."""
    if not minutes.isdigit():
        raise Problem(f"MINUTES must be a whole number, 0 for no limit, not {minutes!r}.")
    if not percent.isdigit() or not 1 <= int(percent) <= 100:
        raise Problem(f"PERCENT must be a whole number from 1 to 100, not {percent!r}.")
    for file in files:
        require_file(layout, file)
    progress = Progress(5, sys.stderr)
    set_up(layout, os.environ, progress)
    stock = stock_environment(layout)
    with progress.step(f"Python {stock.python_version} and packages of {stock.title}") as step:
        uv = get_uv(layout, os.environ, step)
        create_environment(stock, uv, layout, os.environ, step)
    train_model(layout, os.environ, progress)
    module = "tests.bench.compare_stock"
    run_module(layout, os.environ, layout.service_python, module, [minutes, percent, *files])


def run_command(layout: Layout, command: str, rest: list[str]) -> None:
    environ, stdout = os.environ, sys.stdout
    if command == "up" and not rest:
        run_up(layout, environ, Progress(UP_STEPS, stdout))
    elif command == "setup" and not rest:
        set_up(layout, environ, Progress(3, stdout))
    elif command == "train" and not rest:
        progress = Progress(4, stdout)
        set_up(layout, environ, progress)
        train_model(layout, environ, progress)
    elif command == "test" and len(rest) <= 1 and set(rest) <= set(SUITES):
        suite = rest[0] if rest else "all"
        run_suites(layout, environ, Progress(step_count(suite), stdout), suite)
    elif command == "check" and not rest:
        quiet_set_up(layout)
        run_checks(layout, environ, Progress(0, stdout))
    elif command == "format" and not rest:
        quiet_set_up(layout)
        run_format(layout, environ)
    elif command == "clean" and not rest:
        clean(layout, environ, Progress(0, stdout))
    elif command == "run" and rest:
        quiet_set_up(layout)
        run_module(layout, environ, layout.service_python, rest[0], rest[1:])
    elif command == "run-trained" and rest:
        quiet_training(layout)
        run_module(layout, environ, layout.service_python, rest[0], rest[1:])
    elif command == "evaluate-nlu" and len(rest) == 1:
        evaluate(layout, "bot.evaluate_nlu", rest[0], [])
    elif command == "evaluate-entities" and rest and rest[1:] in ([], ["--mistakes"]):
        evaluate(layout, "bot.evaluate_entities", rest[0], rest[1:])
    elif command == "benchmark-nlu" and 1 <= len(rest) <= 2:
        benchmark_nlu(layout, rest[0], rest[1:])
    elif command == "compare-stock" and 2 <= len(rest) <= 3:
        compare_stock(layout, rest[0], rest[1], rest[2:])
    else:
        raise Problem(USAGE)


def main(arguments: list[str]) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_request)
    try:
        run_command(Layout(ROOT), arguments[0] if arguments else "", arguments[1:])
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Stopped):
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
