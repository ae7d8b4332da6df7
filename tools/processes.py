"""Starts the long-running programs, waits until they are healthy, restarts and stops them."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping, Sequence

from tools.commands import STOP_SECONDS, last_lines, signal_group
from tools.problems import Problem
from tools.progress import Step
from tools.surroundings import Address

HEALTHY_WITHIN = 180.0
POLL_SECONDS = 0.1
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
#: A program that ran this long has recovered: its next restart is quick again.
RECOVERED_AFTER = 60.0
#: Larger logs are set aside (one generation) when the programs are started.
LOG_LIMIT = 5_000_000
#: The umask of whatever handles customers' data.
PRIVATE = 0o077


@dataclass(frozen=True)
class Program:
    """One program to keep running, and the pages that answer 200 once it works."""

    title: str
    command: tuple[str, ...]
    log: Path
    address: Address
    health_paths: tuple[str, ...]


def require_free_port(address: Address, title: str) -> None:
    """Say so early when another program has the port; its setting tells how to choose another."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        # Without this, a port that was in use seconds ago would count as taken.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address.host, address.port))
        except OSError as error:
            other = str(address.port + 1)
            if address.setting.endswith("_URL"):
                other = f"http://127.0.0.1:{other}"
            raise Problem(
                f"{title} cannot use port {address.port} on {address.host}: {error.strerror}.\n"
                f"Stop the program that uses it, or choose another port with the setting\n"
                f"{address.setting}, e.g.: {address.setting}={other} make up"
            ) from error


def is_healthy(url: str, timeout: float = 2.0) -> bool:
    """Whether the page answers 200; a proxy is never asked, for these pages are local."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def _before_start() -> Callable[[], None]:
    """What a started program does first: its files are for their owner only, as they hold what
    customers wrote; and on Linux it is told to end even when this one is killed outright.
    """
    on_linux = sys.platform.startswith("linux")
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if on_linux else None
    set_parent_death_signal = 1

    def prepare() -> None:
        os.umask(PRIVATE)
        if prctl is not None:
            prctl(set_parent_death_signal, signal.SIGTERM)

    return prepare


class Running:
    """One program that was started, with what is needed to start it again."""

    def __init__(self, program: Program, root: Path, environ: Mapping[str, str]) -> None:
        self.program = program
        self._root = root
        self._environ = environ
        self._pause = FIRST_PAUSE
        self.start_at: float | None = None
        self.process = self._start()
        self._started = time.monotonic()

    def _start(self) -> subprocess.Popen[bytes]:
        log = self.program.log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            try:
                return subprocess.Popen(
                    self.program.command,
                    cwd=str(self._root),
                    env=dict(self._environ),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_before_start(),
                )
            except OSError as error:
                command = self.program.command[0]
                raise Problem(
                    f"{self.program.title} cannot be started: {command} ({error.strerror}).\n"
                    "`make setup` puts the environments right."
                ) from error

    def plan_restart(self) -> float:
        """Seconds until the next start: doubling while it keeps ending soon."""
        now = time.monotonic()
        if now - self._started >= RECOVERED_AFTER:
            self._pause = FIRST_PAUSE
        pause = self._pause
        self._pause = min(2 * pause, LONGEST_PAUSE)
        self.start_at = now + pause
        return pause

    def restart(self) -> None:
        self.start_at = None
        self._started = time.monotonic()
        self.process = self._start()


class Processes:
    """All programs of one `make up`; ends only what it started itself."""

    def __init__(self, root: Path, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._root = root
        self._environ = environ
        self._say = say
        self._running: list[Running] = []

    def start(self, programs: Sequence[Program]) -> None:
        for program in programs:
            _set_aside(program.log)
            self._running.append(Running(program, self._root, self._environ))

    def wait_until_healthy(self, step: Step, within: float = HEALTHY_WITHIN) -> None:
        """Return when every page of every program answers; a program that ends is a Problem."""
        waiting = [
            (running, running.program.address.url + path)
            for running in self._running
            for path in running.program.health_paths
        ]
        while True:
            self._require_all_alive()
            waiting = [(running, url) for running, url in waiting if not is_healthy(url)]
            if not waiting:
                return
            running, url = waiting[0]
            step.tick(f"{running.program.title} is not ready yet")
            if step.elapsed > within:
                log = running.program.log
                raise Problem(
                    f"{running.program.title} was started, but {url} does not answer as it "
                    f"should after {within:.0f} s. The last lines of {log}:\n{last_lines(log)}"
                )
            time.sleep(POLL_SECONDS)

    def _require_all_alive(self) -> None:
        for running in self._running:
            code = running.process.poll()
            if code is not None:
                program = running.program
                raise Problem(
                    f"{program.title} stopped while starting ({_ending(code)}). "
                    f"The last lines of {program.log}:\n{last_lines(program.log)}\n"
                    "Mend what they say and run the same command again. `make setup` repairs "
                    "the environments, `make train` the model."
                )

    def watch(self) -> None:
        """Start again whatever ends; one look, to be called often."""
        for running in self._running:
            title = running.program.title
            if running.start_at is None:
                code = running.process.poll()
                if code is not None:
                    pause = running.plan_restart()
                    self._say(
                        f"{title} stopped ({_ending(code)}); it is started again in "
                        f"{pause:.0f} s. Its log: {running.program.log}"
                    )
            elif time.monotonic() >= running.start_at:
                running.restart()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End everything: first asked, then, after the given seconds, forced."""
        for running in self._running:
            signal_group(running.process, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for running in self._running:
            try:
                running.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"{running.program.title} did not stop in time and is ended by force.")
            # Also after a clean end, so that nothing it started itself is left behind.
            signal_group(running.process, signal.SIGKILL)
            running.process.wait()
        self._running = []


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _set_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
