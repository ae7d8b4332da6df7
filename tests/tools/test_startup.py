"""`make up` from the first start to Ctrl-C, with stand-ins for what it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest

from tests.tools.stand_ins import FakeProject

pytestmark = pytest.mark.processes


class Up:
    """One `make up` that runs beside the test; its output is collected in a file."""

    def __init__(self, project: FakeProject) -> None:
        self.root: Path = project.root
        self._file: IO[bytes] = (self.root / "output.txt").open("wb")
        # A shell lets what it starts in the background ignore Ctrl-C, and children inherit that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, "tools/aftercare.py", "up"],
            cwd=self.root,
            env=project.environ,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
        )
        signal.signal(signal.SIGINT, before)

    @property
    def output(self) -> str:
        return (self.root / "output.txt").read_text()

    def wait_for(self, holds: Callable[[], bool], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)

    def wait_until_running(self) -> None:
        self.wait_for(lambda: "Ctrl-C stops everything" in self.output or self.ended)
        assert not self.ended, self.output

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def started(self) -> list[tuple[str, int]]:
        path = self.root / "started.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(line.split()[0], int(line.split()[1])) for line in lines]

    def end(self, number: int = signal.SIGINT) -> int:
        if not self.ended:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self._file.close()
        return code


Start = Callable[[], Up]


@pytest.fixture
def up(project: FakeProject) -> Iterator[Start]:
    made: list[Up] = []

    def start() -> Up:
        made.append(Up(project))
        return made[-1]

    yield start
    for one in made:
        one.end()


def test_first_start_sets_up_trains_and_shows_the_login_once(
    project: FakeProject, up: Start
) -> None:
    first = up()
    first.wait_until_running()
    assert f"http://127.0.0.1:{project.environ['AFTERCARE_PORT']}/console/" in first.output
    assert "swordfish-in-the-morning" in first.output
    assert "[4/6] Training the model: done" in first.output
    assert first.end() == 0
    assert (project.root / "var").stat().st_mode & 0o777 == 0o700
    for log in (project.root / "var").rglob("*"):
        if log.is_file():
            assert "swordfish" not in log.read_text()

    second = up()
    second.wait_until_running()
    assert "swordfish" not in second.output
    assert "Training the model: nothing has changed" in second.output
    assert len(project.lines("uv-calls.txt")) == 2
    assert len(project.lines("trainings.txt")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_that_was_started(up: Start, number: int) -> None:
    running = up()
    running.wait_until_running()
    pids = [pid for _, pid in running.started()]
    assert len(pids) == 3
    assert running.end(number) == 0
    assert "Everything has been stopped." in running.output
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_nothing_is_left_when_it_is_killed_outright(up: Start) -> None:
    running = up()
    running.wait_until_running()
    pids = [pid for _, pid in running.started()]
    running.end(signal.SIGKILL)
    running.wait_for(lambda: not any(_is_alive(pid) for pid in pids))


def test_a_program_that_ends_later_is_started_again(up: Start) -> None:
    running = up()
    running.wait_until_running()
    pids = dict(running.started())
    os.kill(pids["bot"], signal.SIGKILL)
    running.wait_for(lambda: len(running.started()) == 4)
    assert "The bot stopped (signal 9); it is started again in 1 s." in running.output
    assert all(_is_alive(pids[name]) for name in ("actions", "web"))


def test_a_program_that_fails_to_start_is_explained(project: FakeProject, up: Start) -> None:
    (project.root / "actions/__main__.py").write_text("raise SystemExit('no such table: tickets')")
    failed = up()
    assert failed.process.wait(30) == 1
    assert "The action server stopped while starting (exit code 1)" in failed.output
    assert "no such table: tickets" in failed.output
    assert "Traceback" not in failed.output
    # The login was made all the same and cannot be read again.
    assert "swordfish-in-the-morning" in failed.output
    assert not any(_is_alive(pid) for _, pid in failed.started())


def test_a_second_start_in_the_same_folder_is_refused(up: Start) -> None:
    first = up()
    first.wait_until_running()
    second = subprocess.run(
        [sys.executable, "tools/aftercare.py", "up"],
        cwd=first.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"already running (process {first.process.pid})" in second.stderr


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
