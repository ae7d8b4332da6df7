"""Removing what was made, but nothing by accident."""

from __future__ import annotations

import fcntl
import io

import pytest

from tools.cleanup import clean
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Progress

MADE = (".venv", "bot/.venv", "bot/compare/stock/.venv", ".tools", "models", "var")


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def made(layout: Layout) -> Layout:
    for name in (*MADE, "data"):
        (layout.root / name).mkdir(parents=True)
    return layout


def is_clean(layout: Layout) -> bool:
    assert (layout.root / "data").exists()
    return not any((layout.root / name).exists() for name in MADE)


@pytest.mark.parametrize(("typed", "removed"), [("yes\n", True), ("\n", False), ("y\n", False)])
def test_only_a_full_yes_removes(
    made: Layout, monkeypatch: pytest.MonkeyPatch, typed: str, removed: bool
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(typed))
    output = io.StringIO()
    clean(made, {}, Progress(0, output))
    assert is_clean(made) is removed
    assert "THE DATABASE" in output.getvalue()


def test_without_anybody_to_ask_nothing_is_removed(
    made: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(Problem, match="FORCE=1"):
        clean(made, {}, Progress(0, io.StringIO()))
    assert not is_clean(made)


def test_force_does_not_ask(made: Layout) -> None:
    clean(made, {"FORCE": "1"}, Progress(0, io.StringIO()))
    assert is_clean(made)


def test_nothing_is_removed_from_under_a_running_start(made: Layout) -> None:
    with (made.root / "var" / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Problem, match="already running"):
            clean(made, {"FORCE": "1"}, Progress(0, io.StringIO()))
    assert not is_clean(made)
