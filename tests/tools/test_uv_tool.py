"""Finding uv, and getting it where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.tools.stand_ins import write_program
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Step
from tools.uv_tool import find_uv, get_uv, own_uv

NEW = "#!/bin/sh\necho uv 0.13.8\n"
OLD = "#!/bin/sh\necho uv 0.2.1\n"

#: Answers like `python -m pip install --target FOLDER uv==...`.
PIP_WORKS = f"""\
#!{sys.executable}
import pathlib, sys
program = pathlib.Path(sys.argv[sys.argv.index("--target") + 1]) / "bin" / "uv"
program.parent.mkdir(parents=True)
program.write_text("#!/bin/sh\\necho uv 0.13.8\\n")
program.chmod(0o755)
"""
PIP_FAILS = "#!/bin/sh\necho 'No module named pip'\nexit 1\n"
NOTHING = {"PATH": "/nowhere", "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple"}


def test_the_named_uv_comes_first_then_path_then_the_projects_own(
    layout: Layout, tmp_path: Path
) -> None:
    named = write_program(tmp_path / "named-uv", NEW)
    on_path = write_program(tmp_path / "bin" / "uv", NEW)
    own = write_program(own_uv(layout), NEW)
    path = {"PATH": f"{tmp_path / 'bin'}:/bin:/usr/bin"}
    assert find_uv(layout, {**path, "UV": str(named)}) == str(named)
    assert find_uv(layout, path) == str(on_path)
    assert find_uv(layout, NOTHING) == str(own)


def test_a_uv_that_is_too_old_is_passed_over(layout: Layout, tmp_path: Path) -> None:
    write_program(tmp_path / "bin" / "uv", OLD)
    assert find_uv(layout, {"PATH": str(tmp_path / "bin")}) is None


def test_a_named_uv_that_does_not_run_is_a_mistake(layout: Layout) -> None:
    with pytest.raises(Problem, match="UV=/nowhere/uv does not run"):
        find_uv(layout, {"UV": "/nowhere/uv"})


def test_a_missing_uv_is_installed_into_the_projects_own_folder(
    layout: Layout, step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = write_program(tmp_path / "python", PIP_WORKS)
    monkeypatch.setattr(sys, "executable", str(python))
    assert get_uv(layout, NOTHING, step) == str(own_uv(layout))
    assert own_uv(layout).is_relative_to(tmp_path / ".tools")


def test_when_nothing_helps_the_message_says_what_to_do(
    layout: Layout, step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = write_program(tmp_path / "python", PIP_FAILS)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(Problem) as caught:
        get_uv(layout, NOTHING, step)
    message = str(caught.value)
    assert "could neither find nor fetch it" in message
    assert "docs.astral.sh/uv" in message
    assert "UV=/path/to/uv make up" in message
    assert "127.0.0.1:9" in (layout.logs / "uv.log").read_text()
