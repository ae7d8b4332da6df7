"""Programs that run inside a step."""

from __future__ import annotations

import re
import sys

import pytest

from tools.commands import last_lines, run_logged
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Step


def run(layout: Layout, step: Step, code: str) -> None:
    log = layout.logs / "step.log"
    command = [sys.executable, "-c", code]
    run_logged(command, step, log, layout.root, {}, "Loading failed", "Do this next.")


def test_output_goes_to_the_log_only(
    layout: Layout, step: Step, capfd: pytest.CaptureFixture[str]
) -> None:
    run(layout, step, "print('a wall of words')")
    assert "a wall of words" in (layout.logs / "step.log").read_text()
    assert capfd.readouterr() == ("", "")


def test_a_failure_shows_the_last_lines_and_what_to_do(layout: Layout, step: Step) -> None:
    with pytest.raises(Problem) as caught:
        run(layout, step, "for n in range(100): print('line', n)\nraise SystemExit(3)")
    message = str(caught.value)
    assert message.startswith("Loading failed (exit code 3).")
    assert "line 99" in message
    assert "line 80" not in message
    assert message.endswith("Do this next.")


def test_a_program_that_is_not_there_is_named(layout: Layout, step: Step) -> None:
    with pytest.raises(Problem, match="/nowhere/program cannot be run"):
        run_logged(["/nowhere/program"], step, layout.logs / "x.log", layout.root, {}, "Failed")


def test_colours_and_progress_bars_are_left_out_of_the_last_lines(layout: Layout) -> None:
    log = layout.root / "x.log"
    log.write_bytes(b"10 %\r20 %\r\x1b[92mready\x1b[0m\n\n")
    assert last_lines(log, 2) == "    20 %\n    ready"


def test_noise_and_the_places_of_warnings_are_left_out(layout: Layout) -> None:
    log = layout.root / "x.log"
    log.write_text("io.py:100: UserWarning: no such intent\nio.py:7: UserWarning: unused\n")
    assert last_lines(log, 1, re.compile("unused")) == "    no such intent"
