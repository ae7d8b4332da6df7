"""Runs the real programs for tests: action server, bot and, where asked for, the website.

Each gets a free port and a folder of its own; what is started here is ended here, by its id.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
import yaml

from aftercare.settings import PROJECT_ROOT, UNLIMITED, Settings

MODEL = PROJECT_ROOT / "models" / "aftercare.tar.gz"
BOT_PYTHON = PROJECT_ROOT / "bot" / ".venv" / "bin" / "python"
SECRET = "stack-secret"
_START_SECONDS = 90


def free_port() -> int:
    """Below those of outgoing connections, which could take it while its program is restarted."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


@dataclass
class Program:
    """One of the project's programs, with its log and the address where it answers."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: str
    log: Path
    folder: Path = PROJECT_ROOT
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def is_healthy(self) -> bool:
        try:
            return requests.get(self.health, timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def wait_until_healthy(self, seconds: float = _START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.has_ended():
            if self.is_healthy():
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.name} did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        if self.process is None or self.has_ended():
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: it can neither finish nor tidy anything."""
        if self.process is None or self.has_ended():
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)


@dataclass
class Stack:
    settings: Settings
    programs: dict[str, Program] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.settings.var_dir

    def restart(self, name: str) -> None:
        self.programs[name].stop()
        self.programs[name].start()
        self.programs[name].wait_until_healthy()


@contextmanager
def running_stack(settings: Settings) -> Iterator[Stack]:
    """Action server, bot and website on the database of `settings`, all healthy."""
    stack = Stack(settings, stack_programs(settings))
    with running(stack.programs.values()):
        yield stack


@contextmanager
def running(programs: Collection[Program]) -> Iterator[None]:
    """All of them healthy, and ended at the end."""
    try:
        for program in programs:
            program.start()
        for program in programs:
            program.wait_until_healthy()
        yield
    finally:
        for program in programs:
            program.stop()


def stack_programs(
    settings: Settings, ports: Sequence[int] = (), endpoints: Path | None = None
) -> dict[str, Program]:
    """The programs, not started. A website more for each of the ports is named web-2, web-3 ...

    `endpoints` takes the place of Rasa's file of that name.
    """
    environment = _environment(settings)
    bot_port = settings.bot_url.rsplit(":", 1)[1]
    run_bot = [str(BOT_PYTHON), "-m", "bot", "run", "--model", str(MODEL)]
    run_bot += ["--interface", "127.0.0.1", "--port", bot_port]
    run_bot += ["--endpoints", str(endpoints)] if endpoints else []
    programs: dict[str, Program] = {}

    def add(name: str, command: list[str], health: str, **changes: str) -> None:
        log = settings.var_dir / f"{name}.log"
        programs[name] = Program(name, command, {**environment, **changes}, health, log)

    add("actions", [sys.executable, "-m", "actions"], f"{settings.actions_url}/health")
    add("bot", run_bot, f"{settings.bot_url}/webhooks/aftercare/health")
    run_web = [sys.executable, "-m", "web"]
    add("web", run_web, f"{settings.site_url}/health/live")
    for number, port in enumerate(ports, 2):
        health = f"http://127.0.0.1:{port}/health/live"
        add(f"web-{number}", run_web, health, AFTERCARE_PORT=str(port))
    return programs


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "AFTERCARE_VAR_DIR": str(settings.var_dir),
        "AFTERCARE_CATALOGUE_DIR": str(settings.catalogue_dir),
        # Always said, or var/settings.env of this checkout could name a database in use.
        "AFTERCARE_DATABASE_URL": settings.sqlalchemy_url,
        "AFTERCARE_PORT": str(settings.port),
        "AFTERCARE_BOT_URL": settings.bot_url,
        "AFTERCARE_ACTIONS_URL": settings.actions_url,
        "AFTERCARE_PRIVATE_SECRET": settings.private_secret,
        "AFTERCARE_TRACKER_DB": str(settings.var_dir / "tracker.db"),
        "AFTERCARE_DELAY_NOTICE_AFTER": str(settings.delay_notice_after),
        "AFTERCARE_DATABASE_TIMEOUT": str(settings.database_timeout),
        # All tests come from one address.
        "AFTERCARE_LIMIT_REQUESTS": UNLIMITED,
        "AFTERCARE_LIMIT_CONVERSATIONS": UNLIMITED,
        "AFTERCARE_LIMIT_SESSION_REQUESTS": UNLIMITED,
        "AFTERCARE_LIMIT_MESSAGES": UNLIMITED,
        "PYTHONUNBUFFERED": "1",
    }


def always_open_catalogue(folder: Path) -> Path:
    """The sample company, whose desk never closes: tests run at any hour of any day."""
    copy = folder / "catalogue"
    shutil.copytree(PROJECT_ROOT / "catalogue", copy)
    company = copy / "company.yml"
    told = yaml.safe_load(company.read_text(encoding="utf-8"))
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    told["business_hours"] = {
        "time_zone": told["business_hours"]["time_zone"],
        "week": {day: ["00:00-24:00"] for day in days},
    }
    company.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return copy


def stack_settings(folder: Path) -> Settings:
    """Settings with free ports and short waits, for programs under test."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        var_dir=folder,
        catalogue_dir=always_open_catalogue(folder),
        database_url="",
        port=free_port(),
        bot_url=f"http://127.0.0.1:{free_port()}",
        actions_url=f"http://127.0.0.1:{free_port()}",
        private_secret=SECRET,
        delay_notice_after=1.5,
        database_timeout=1.0,
    )
