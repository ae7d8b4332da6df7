"""Ports, health checks and programs that end or hang."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.problems import Problem
from tools.processes import Processes, Program, is_healthy, require_free_port
from tools.progress import Step
from tools.surroundings import Address

IGNORES_SIGTERM = """\
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def start(tmp_path: Path, free_port: int, said: list[str]) -> Iterator[Callable[..., Processes]]:
    processes = Processes(tmp_path, {}, said.append)

    def start_code(code: str) -> Processes:
        address = Address("127.0.0.1", free_port, "AFTERCARE_PORT")
        command = (sys.executable, "-c", code)
        log = tmp_path / "web.log"
        processes.start([Program("The website", command, log, address, ("/health/live",))])
        return processes

    yield start_code
    processes.stop(1)


def test_a_port_in_use_names_port_and_setting(taken_port: int) -> None:
    with pytest.raises(Problem) as caught:
        require_free_port(Address("127.0.0.1", taken_port, "AFTERCARE_PORT"), "The website")
    assert f"The website cannot use port {taken_port}" in str(caught.value)
    assert f"AFTERCARE_PORT={taken_port + 1} make up" in str(caught.value)


def test_a_port_of_an_address_setting_is_shown_as_an_address(taken_port: int) -> None:
    with pytest.raises(Problem) as caught:
        require_free_port(Address("127.0.0.1", taken_port, "AFTERCARE_BOT_URL"), "The bot")
    assert f"AFTERCARE_BOT_URL=http://127.0.0.1:{taken_port + 1} make up" in str(caught.value)


def test_a_free_port_is_accepted(free_port: int) -> None:
    require_free_port(Address("127.0.0.1", free_port, "AFTERCARE_PORT"), "The website")


def test_nobody_listening_is_not_healthy(free_port: int) -> None:
    assert not is_healthy(f"http://127.0.0.1:{free_port}/health/live")


def test_a_program_that_ends_early_shows_its_last_words(
    start: Callable[..., Processes], step: Step
) -> None:
    processes = start("raise SystemExit('the model is missing')")
    with pytest.raises(Problem) as caught:
        processes.wait_until_healthy(step)
    message = str(caught.value)
    assert "The website stopped while starting (exit code 1)" in message
    assert "the model is missing" in message
    assert "run the same command again" in message


def test_a_program_that_never_answers_is_given_up(
    start: Callable[..., Processes], step: Step
) -> None:
    processes = start("import time; print('thinking', flush=True); time.sleep(60)")
    with pytest.raises(Problem, match="does not answer as it should") as caught:
        processes.wait_until_healthy(step, within=0.5)
    assert "health/live" in str(caught.value)


def test_a_program_that_does_not_listen_to_reason_is_ended_by_force(
    start: Callable[..., Processes], said: list[str], tmp_path: Path
) -> None:
    processes = start(IGNORES_SIGTERM)
    while not (tmp_path / "web.log").read_text():
        pass
    processes.stop(0.2)
    assert said == ["The website did not stop in time and is ended by force."]


def test_files_of_a_started_program_are_for_their_owner_only(
    start: Callable[..., Processes], tmp_path: Path
) -> None:
    start("import pathlib, os; pathlib.Path('tracker.db').touch(); os.rename('tracker.db', 'made')")
    while not (tmp_path / "made").exists():
        pass
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600
