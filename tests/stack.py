"""Runs the real programs for tests: action server, bot and, where asked for, the website.

Each gets a free port and a folder of its own; what is started here is ended here, by its id.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from aftercare.settings import PROJECT_ROOT, UNLIMITED, Settings

MODEL = PROJECT_ROOT / "models" / "aftercare.tar.gz"
BOT_PYTHON = PROJECT_ROOT / "bot" / ".venv" / "bin" / "python"
SECRET = "stack-secret"
_START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
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

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                if requests.get(self.health, timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{self.name} did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
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
    environment = {
        **os.environ,
        "AFTERCARE_VAR_DIR": str(settings.var_dir),
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
        "AFTERCARE_LIMIT_MESSAGES": UNLIMITED,
        "PYTHONUNBUFFERED": "1",
    }
    bot_port = settings.bot_url.rsplit(":", 1)[1]
    stack = Stack(settings)

    def add(name: str, command: list[str], health: str) -> None:
        stack.programs[name] = Program(
            name, command, environment, health, settings.var_dir / f"{name}.log"
        )

    add("actions", [sys.executable, "-m", "actions"], f"{settings.actions_url}/health")
    add(
        "bot",
        [
            *(str(BOT_PYTHON), "-m", "bot", "run", "--model", str(MODEL)),
            *("--interface", "127.0.0.1", "--port", bot_port),
        ],
        f"{settings.bot_url}/webhooks/aftercare/health",
    )
    add("web", [sys.executable, "-m", "web"], f"{settings.site_url}/health/live")
    try:
        for program in stack.programs.values():
            program.start()
        for program in stack.programs.values():
            program.wait_until_healthy()
        yield stack
    finally:
        for program in stack.programs.values():
            program.stop()


def stack_settings(folder: Path) -> Settings:
    """Settings with free ports and short waits, for programs under test."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        var_dir=folder,
        port=free_port(),
        bot_url=f"http://127.0.0.1:{free_port()}",
        actions_url=f"http://127.0.0.1:{free_port()}",
        private_secret=SECRET,
        delay_notice_after=1.5,
        database_timeout=1.0,
    )
