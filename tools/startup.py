"""`make up`: prepares everything, starts the three programs and keeps them running."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Mapping

from tools.commands import last_lines
from tools.environments import create_environment, environments
from tools.layout import Layout
from tools.problems import Problem, Stopped
from tools.processes import PRIVATE, Processes, Program, require_free_port
from tools.progress import Progress, Step
from tools.secrets_file import SECRET, ensure_secret
from tools.surroundings import Surroundings, read_surroundings
from tools.training import model_file, train
from tools.uv_tool import get_uv

WATCH_SECONDS = 0.5


def set_up(layout: Layout, environ: Mapping[str, str], progress: Progress) -> None:
    """uv and both environments: three steps."""
    with progress.step("Finding uv") as step:
        uv = get_uv(layout, environ, step)
    for environment in environments(layout):
        title = f"Python {environment.python_version} and packages of {environment.title}"
        with progress.step(title) as step:
            create_environment(environment, uv, layout, environ, step)


def train_model(layout: Layout, environ: Mapping[str, str], progress: Progress) -> None:
    with progress.step("Training the model") as step:
        train(layout, read_surroundings(layout, environ).environ, step)


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Refuse a second start from the same folder: both would use one database and one model."""
    lock = layout.root / "var" / "up.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.parent.chmod(0o700)
    with lock.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            stream.seek(0)
            raise Problem(
                f"This project is already running (process {stream.read().strip()}). "
                "Stop it there with Ctrl-C first."
            ) from error
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield


def programs(layout: Layout, surroundings: Surroundings) -> list[Program]:
    bot = surroundings.bot
    service, logs = str(layout.service_python), layout.logs
    run_bot = [str(layout.bot_python), "-m", "bot", "run"]
    run_bot += ["--model", str(model_file(layout).relative_to(layout.root))]
    run_bot += ["--interface", bot.host, "--port", str(bot.port)]
    health = ("/webhooks/aftercare/health",)
    return [
        Program("The bot", tuple(run_bot), logs / "bot.log", bot, health),
        Program(
            "The action server",
            (service, "-m", "actions"),
            logs / "actions.log",
            surroundings.actions,
            ("/health",),
        ),
        Program(
            "The website",
            (service, "-m", "web"),
            logs / "web.log",
            surroundings.web,
            ("/health/live", "/health/ready"),
        ),
    ]


def run_up(layout: Layout, environ: Mapping[str, str], progress: Progress) -> None:
    """Runs until Ctrl-C or SIGTERM ends it, and with it everything that it started."""
    with only_one(layout):
        if not environ.get(SECRET):
            ensure_secret(layout.settings_file)
        surroundings = read_surroundings(layout, environ)
        started = programs(layout, surroundings)
        for program in started:
            require_free_port(program.address, program.title)
        set_up(layout, environ, progress)
        train_model(layout, environ, progress)
        processes = Processes(layout.root, surroundings.environ, progress.say)
        login = None
        try:
            # The bot takes longest to start and does not need the database.
            processes.start(started[:1])
            with progress.step("Preparing database and sample company") as step:
                login = prepare_database(layout, surroundings, step)
            with progress.step("Starting bot, action server and website") as step:
                processes.start(started[1:])
                processes.wait_until_healthy(step)
            announce(layout, surroundings, login, progress)
            login = None
            keep_running(processes)
        finally:
            if login:
                # It was made and cannot be read again, so it is told even if the start failed.
                progress.say(_login_lines(login))
            with undisturbed():
                processes.stop()
        progress.say("\nEverything has been stopped.")


def keep_running(processes: Processes) -> None:
    """Return when somebody asks for the end: here that is the ordinary way out, no failure."""
    try:
        while True:
            time.sleep(WATCH_SECONDS)
            processes.watch()
    except (KeyboardInterrupt, Stopped):
        return


@contextmanager
def undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not interrupt the stopping, or something would stay behind."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before):
            signal.signal(number, handler)


def prepare_database(
    layout: Layout, surroundings: Surroundings, step: Step
) -> tuple[str, str] | None:
    """Schema, sample company, first staff login; the login is given back if it was made now.

    The output holds a password, so it is kept out of the logs.
    """
    surroundings.var_dir.mkdir(parents=True, exist_ok=True)
    log = layout.logs / "prepare.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [str(layout.service_python), "-m", "aftercare.prepare"],
            cwd=str(layout.root),
            env=surroundings.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    while True:
        try:
            output, _ = process.communicate(timeout=WATCH_SECONDS)
            break
        except subprocess.TimeoutExpired:
            step.tick("schema, products, services, manuals, search index")
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode != 0:
        raise Problem(f"Preparing the database failed. {log} ends:\n{last_lines(log)}")
    words = output.decode("utf-8").split()
    return (words[0], words[1]) if len(words) == 2 else None


def announce(
    layout: Layout,
    surroundings: Surroundings,
    login: tuple[str, str] | None,
    progress: Progress,
) -> None:
    web = surroundings.web.url
    lines = [
        "",
        "Aftercare is running.",
        "",
        f"  Website        {web}/",
        f"  Staff console  {web}/console/",
    ]
    if login:
        lines.append(_login_lines(login))
    lines += [f"  Logs           {layout.shown(layout.logs)}/", "", "Ctrl-C stops everything."]
    progress.say("\n".join(lines))


def _login_lines(login: tuple[str, str]) -> str:
    return (
        f"  First login    {login[0]}\n"
        f"  Password       {login[1]}\n"
        "                 (shown only now; `make staff-password EMAIL=...` sets a new one)"
    )


def run_module(
    layout: Layout, environ: Mapping[str, str], python: Path, module: str, rest: list[str]
) -> None:
    """Become `python -m module` of the environment, with the project's settings."""
    surroundings = read_surroundings(layout, environ)
    surroundings.var_dir.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    os.umask(PRIVATE)
    os.chdir(str(layout.root))
    os.execve(str(python), [str(python), "-m", module, *rest], surroundings.environ)  # noqa: S606
