"""Creating the environments, and leaving them alone when they fit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tools.stand_ins import FakeProject, write_program
from tools.environments import Environment, create_environment, environments
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Step

NO_SUCH_PYTHON = """\
#!/bin/sh
if [ "$1" = sync ]; then echo "error: No interpreter found for Python 3.10" >&2; fi
exit 2
"""
NO_NETWORK = """\
#!/bin/sh
if [ "$1" = sync ]; then echo "error: dns error" >&2; exit 2; fi
"""


@pytest.fixture
def bot(project: FakeProject, layout: Layout) -> Environment:
    return environments(layout)[1]


def create(project: FakeProject, environment: Environment, layout: Layout, step: Step) -> None:
    create_environment(environment, project.environ["UV"], layout, project.environ, step)


def test_uv_runs_in_the_folder_of_each_environment(
    project: FakeProject, layout: Layout, step: Step
) -> None:
    for environment in environments(layout):
        create(project, environment, layout, step)
    folders = [Path(line.split()[1]).resolve() for line in project.lines("uv-calls.txt")]
    assert folders == [project.root.resolve(), (project.root / "bot").resolve()]


@pytest.mark.parametrize("changed", ["", "uv.lock", "pyproject.toml", ".python-version"])
def test_only_a_change_calls_uv_again(
    project: FakeProject, bot: Environment, layout: Layout, step: Step, changed: str
) -> None:
    create(project, bot, layout, step)
    if changed:
        (bot.folder / changed).write_text("3.10.99\n")
    create(project, bot, layout, step)
    assert len(project.lines("uv-calls.txt")) == (2 if changed else 1)


def test_a_removed_environment_is_created_again(
    project: FakeProject, bot: Environment, layout: Layout, step: Step
) -> None:
    create(project, bot, layout, step)
    bot.python.unlink()
    assert not bot.is_current()
    create(project, bot, layout, step)
    assert bot.is_current()


def test_an_environment_of_another_folder_is_made_anew(
    project: FakeProject, bot: Environment, layout: Layout, step: Step
) -> None:
    old = bot.folder / ".venv" / "bin" / "activate"
    write_program(old, "VIRTUAL_ENV=/somewhere/else/bot/.venv\n")
    create(project, bot, layout, step)
    assert not old.exists()


def test_a_missing_python_says_which_and_what_to_do(
    project: FakeProject, bot: Environment, layout: Layout, step: Step
) -> None:
    write_program(project.root / "fake-uv", NO_SUCH_PYTHON)
    with pytest.raises(Problem) as caught:
        create(project, bot, layout, step)
    message = str(caught.value)
    assert message.startswith("uv could not find or download Python 3.10")
    assert "pyenv install 3.10" in message
    assert "No interpreter found for Python 3.10" in message
    assert not bot.is_current()


def test_a_missing_network_is_not_taken_for_a_missing_python(
    project: FakeProject, bot: Environment, layout: Layout, step: Step
) -> None:
    write_program(project.root / "fake-uv", NO_NETWORK)
    with pytest.raises(Problem, match="Installing the packages of the bot failed") as caught:
        create(project, bot, layout, step)
    assert "dns error" in str(caught.value)


def test_pyenv_and_uv_settings_of_the_caller_do_not_reach_uv(
    project: FakeProject, bot: Environment, layout: Layout, step: Step
) -> None:
    write_program(project.root / "fake-uv", "#!/bin/sh\nenv > seen.txt\nmkdir -p .venv\n")
    project.environ.update(PYENV_VERSION="3.12.1", UV_PROJECT_ENVIRONMENT="/x", UV_PYTHON="3.9")
    create(project, bot, layout, step)
    seen = (bot.folder / "seen.txt").read_text()
    assert not {"PYENV_VERSION", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON"} & set(seen.split("="))
    assert f"HOME={project.root}" in seen.split(os.linesep)
