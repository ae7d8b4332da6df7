"""What a person sees while a step runs, on a terminal and in a log."""

from __future__ import annotations

import io

import pytest

from tools.progress import Progress


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_lines_are_plain_and_few() -> None:
    output, clock = io.StringIO(), Clock()
    progress = Progress(2, output, clock)
    with progress.step("Training the model") as step:
        for _ in range(700):
            clock.now += 0.1
            step.tick("component 'RulePolicy'")
    assert output.getvalue().splitlines() == [
        "[1/2] Training the model ... 1 s  (component 'RulePolicy')",
        "[1/2] Training the model ... 31 s  (component 'RulePolicy')",
        "[1/2] Training the model ... 61 s  (component 'RulePolicy')",
        "[1/2] Training the model: done in 70 s",
    ]


def test_a_quick_step_takes_one_line() -> None:
    output = io.StringIO()
    progress = Progress(2, output, Clock())
    with progress.step("Finding uv") as step:
        step.tick()
    with progress.step("Training the model") as step:
        step.skip("nothing has changed")
    assert output.getvalue() == (
        "[1/2] Finding uv: done in 0 s\n[2/2] Training the model: nothing has changed\n"
    )


def test_a_terminal_shows_one_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    output, clock = Terminal(), Clock()
    with Progress(1, output, clock).step("Training") as step:
        clock.now = 12.0
        step.tick("a very long line\tthat does not fit")
    assert output.getvalue().count("\n") == 1
    shown = output.getvalue().replace("\x1b[K", "").split("\r")
    assert shown[2].startswith("[1/1] Training ... 12 s  (a very long ")
    assert all(len(line) < 40 for line in shown)


def test_a_failed_step_says_so() -> None:
    output = io.StringIO()
    with pytest.raises(ValueError), Progress(1, output, Clock()).step("Loading"):
        raise ValueError
    assert output.getvalue() == "[1/1] Loading: failed after 0 s\n"
