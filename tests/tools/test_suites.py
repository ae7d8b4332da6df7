"""Which tests run where, with what, and how the end is told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tools.stand_ins import FakeProject, write_module
from tools.browser import SETTING
from tools.layout import Layout
from tools.suites import bot_command, service_command, suite_commands, suite_environ

#: Takes the place of pytest in both environments.
FAKE_PYTEST = """\
    import os, sys

    part = "bot" if "tests/bot" in sys.argv else "services"
    if sys.argv[-1] == "browser":
        part = "browser"
    print("pytest of the", part, " ".join(sys.argv[1:]))
    sys.exit(int(os.environ.get(f"CODE_OF_{part}".upper(), "0")))
"""


def test_services_run_on_two_workers_with_groups_kept_together(layout: Layout) -> None:
    command = service_command(layout, "all")
    assert command[1:7] == ["-m", "pytest", "tests", "-n", "2", "--dist"]
    assert command[7:] == ["loadgroup", "-m", "not browser"]


def test_unit_leaves_out_what_needs_the_model(layout: Layout) -> None:
    for folder in ("bench", "chaos", "conversations", "faults"):
        assert f"--ignore=tests/{folder}" in service_command(layout, "unit")


@pytest.mark.parametrize(
    ("suite", "with_browser", "titles"),
    [
        ("all", True, ["Tests of the services", "Tests in the browser", "Tests of the bot"]),
        ("all", False, ["Tests of the services", "Tests of the bot"]),
        ("unit", False, ["Tests of the services"]),
        ("bot", False, ["Tests of the bot"]),
        ("conversations", False, ["Conversations with the bot"]),
        ("browser", True, ["Tests in the browser"]),
        ("browser", False, []),
        ("hostile", False, ["Random and hostile bodies"]),
        ("clocks", False, ["Working time on random calendars"]),
    ],
)
def test_each_suite_runs_its_parts(
    layout: Layout, suite: str, with_browser: bool, titles: list[str]
) -> None:
    assert [title for title, _ in suite_commands(layout, suite, with_browser)] == titles


def test_the_bots_tests_do_not_meet_the_services_fixtures(layout: Layout) -> None:
    command = bot_command(layout)
    assert command[0] == str(layout.bot_python)
    assert command[command.index("--confcutdir") + 1] == "tests/bot"


def test_tests_do_not_see_the_settings_of_this_installation(layout: Layout) -> None:
    environ = {
        "AFTERCARE_DATABASE_URL": "sqlite:///real.db",
        "AFTERCARE_TEST_DATABASE_URL": "postgresql://x",
        "REQUIRE_SERVICES": "1",
    }
    seen = suite_environ(layout, environ, "/usr/bin/chromium")
    assert "AFTERCARE_DATABASE_URL" not in seen
    assert seen["AFTERCARE_TEST_DATABASE_URL"] == "postgresql://x"
    assert seen["REQUIRE_SERVICES"] == "1"
    assert seen[SETTING] == "/usr/bin/chromium"


@pytest.fixture
def tested(project: FakeProject) -> FakeProject:
    write_module(project.root, "pytest.py", FAKE_PYTEST)
    project.environ[SETTING] = sys.executable
    return project


def run_tests(project: FakeProject, **codes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/aftercare.py", "test"],
        cwd=project.root,
        env={**project.environ, **codes},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_test_sets_up_trains_and_runs_all(tested: FakeProject) -> None:
    answer = run_tests(tested)
    assert answer.returncode == 0, answer.stderr
    assert len(tested.lines("uv-calls.txt")) == 2
    assert len(tested.lines("trainings.txt")) == 1
    assert "pytest of the services tests -n 2" in answer.stdout
    assert "pytest of the browser tests -m browser" in answer.stdout
    assert "pytest of the bot tests/bot -c bot/pytest.ini" in answer.stdout
    assert "Tests of the services: passed" in answer.stdout
    assert "Tests of the bot: passed" in answer.stdout


@pytest.mark.parametrize(
    ("part", "code", "words"),
    [
        ("SERVICES", "1", "Tests of the services: FAILED (exit code 1)"),
        ("BROWSER", "1", "Tests in the browser: FAILED (exit code 1)"),
        ("BOT", "1", "Tests of the bot: FAILED (exit code 1)"),
        ("BOT", "5", "Tests of the bot: FAILED: no tests were found"),
    ],
)
def test_one_failure_fails_all_but_all_are_run(
    tested: FakeProject, part: str, code: str, words: str
) -> None:
    answer = run_tests(tested, **{f"CODE_OF_{part}": code})
    assert answer.returncode == 1
    assert words in answer.stdout
    assert answer.stdout.count("passed") == 2


@pytest.mark.parametrize(
    ("target", "name", "setting"),
    [
        ("test-hostile", "BODIES", "AFTERCARE_TEST_EXAMPLES"),
        ("test-clocks", "CALENDARS", "AFTERCARE_TEST_CALENDARS"),
    ],
)
def test_examples_are_ten_thousand_unless_told_otherwise(
    tested: FakeProject, target: str, name: str, setting: str
) -> None:
    write_module(tested.root, "pytest.py", f"import os; print(os.environ['{setting}'])")
    for given, sent in (([], "10000"), ([f"{name}=20"], "20")):
        answer = subprocess.run(
            ["make", target, *given],
            cwd=tested.root,
            env=tested.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert sent in answer.stdout.split(), answer.stderr
