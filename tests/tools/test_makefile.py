"""The commands that people type."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.tools.stand_ins import ROOT, FakeProject, write_module, write_program


def run_make(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_target_with_its_note() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE)
    shown = run_make(ROOT, "help").stdout.splitlines()[1:]
    assert [line.split()[0] for line in shown] == targets
    assert all(len(line.split()) > 2 for line in shown)
    assert {"up", "setup", "train", "test", "check", "clean"} <= set(targets)


def test_help_is_the_default() -> None:
    assert run_make(ROOT).stdout == run_make(ROOT, "help").stdout


def test_a_module_runs_with_its_argument_as_one_word(project: FakeProject) -> None:
    write_module(project.root, "aftercare/staff/reset.py", "import sys; print(sys.argv[1:])")
    address = "o'neill $HOME@marulho.example"
    answer = run_make(project.root, "staff-password", **{**project.environ, "EMAIL": address})
    assert answer.stdout.splitlines()[-1] == repr([address]), answer.stderr
    # What prepares the way goes to standard error.
    assert "[1/3] Finding uv" in answer.stderr


def test_a_password_for_nobody_is_refused(project: FakeProject) -> None:
    answer = run_make(project.root, "staff-password", **project.environ)
    assert answer.returncode != 0
    assert "make staff-password EMAIL=" in answer.stderr


def test_new_staff_need_an_address_and_a_name_that_was_meant(project: FakeProject) -> None:
    write_module(project.root, "aftercare/staff/add.py", "import sys; print(sys.argv[1:])")
    given = {**project.environ, "EMAIL": "ann@marulho.example", "NAME": "of-this-machine"}
    refused = run_make(project.root, "staff-add", **given)
    assert refused.returncode != 0
    assert "make staff-add EMAIL=" in refused.stderr
    added = run_make(project.root, "staff-add", "NAME=Ann O'Lee", **given)
    expected = ["ann@marulho.example", "Ann O'Lee", "agent"]
    assert added.stdout.splitlines()[-1] == repr(expected), added.stderr


@pytest.fixture
def without_python(project: FakeProject) -> FakeProject:
    """No python3 anywhere; one in the folder does not run, as pyenv's without its version."""
    makefile = project.root / "Makefile"
    text = (
        makefile.read_text().replace("/usr/bin/python3", "x").replace("/usr/local/bin/python3", "y")
    )
    makefile.write_text(text.replace(" python; do", " z; do"))
    write_program(
        project.root / "bin" / "python3", "#!/bin/sh\necho 'not installed' >&2; exit 127\n"
    )
    project.environ["PATH"] = f"{project.root / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    return project


def test_where_no_python_runs_uv_brings_one(without_python: FakeProject) -> None:
    uv = write_program(without_python.root / "other-uv", '#!/bin/sh\necho "uv called: $*"\n')
    answer = run_make(without_python.root, "setup", **{**without_python.environ, "UV": str(uv)})
    assert "uv called: run --quiet --no-project python tools/aftercare.py setup" in answer.stdout


def test_with_neither_the_message_says_what_to_install(without_python: FakeProject) -> None:
    environ = {**without_python.environ, "UV": "/nowhere/uv"}
    answer = run_make(without_python.root, "setup", **environ)
    assert answer.returncode != 0
    assert "needs Python 3.8 or newer, or uv, and found neither" in answer.stderr


def test_records_are_taken_in_and_handed_out_as_they_were_asked_for(project: FakeProject) -> None:
    write_module(project.root, "aftercare/exchange/__main__.py", "import sys; print(sys.argv[1:])")
    write_module(project.root, "aftercare/exchange/__init__.py", "")
    file = "people of Ann's.csv"
    for given, words in (
        ({"DRY": "1"}, ["import", "customers", file, "--dry-run"]),
        ({}, ["import", "customers", file]),
    ):
        asked = {**project.environ, "KIND": "customers", "FILE": file, **given}
        answer = run_make(project.root, "import-csv", **asked)
        assert answer.stdout.splitlines()[-1] == repr(words), answer.stderr
    answer = run_make(project.root, "export-data", **{**project.environ, "FOLDER": "/a b"})
    assert answer.stdout.splitlines()[-1] == repr(["export", "/a b"]), answer.stderr
    for target in ("import-csv", "export-data"):
        refused = run_make(project.root, target, **project.environ)
        assert refused.returncode != 0 and f"make {target}" in refused.stderr
