"""`make evaluate-nlu`, `benchmark-nlu`, `evaluate-guidance`: what they hand on, a clean output."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.tools.stand_ins import FakeProject, write_module

SHOW = "import json, os, sys; print(json.dumps([os.getcwd(), *sys.argv[1:]]))"


def run_make(
    project: FakeProject, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=project.root,
        env={**project.environ, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def evaluations(project: FakeProject) -> FakeProject:
    """A project whose two measurements show where and with what they were called."""
    write_module(project.root, "bot/evaluate_nlu.py", SHOW)
    write_module(project.root, "aftercare/guidance/evaluate.py", SHOW)
    (project.root / "my messages.jsonl").write_text("")
    return project


def test_the_model_is_trained_first_and_the_output_stays_clean(evaluations: FakeProject) -> None:
    first = run_make(evaluations, "evaluate-nlu", "FILE=my messages.jsonl")
    assert first.stdout == f'["{evaluations.root}", "my messages.jsonl"]\n', first.stderr
    assert "[4/4] Training the model" in first.stderr
    assert len(evaluations.lines("trainings.txt")) == 1

    second = run_make(evaluations, "evaluate-nlu", "FILE=my messages.jsonl")
    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert len(evaluations.lines("trainings.txt")) == 1

    write_module(evaluations.root, "data/nlu/greet.yml", "changed: true\n")
    run_make(evaluations, "evaluate-nlu", "FILE=my messages.jsonl")
    assert len(evaluations.lines("trainings.txt")) == 2


@pytest.mark.parametrize(("given", "handed"), [((), []), (("MISTAKES=1",), ["--mistakes"])])
def test_entities_are_measured_with_a_trained_model(
    evaluations: FakeProject, given: tuple[str, ...], handed: list[str]
) -> None:
    write_module(evaluations.root, "bot/evaluate_entities.py", SHOW)
    answer = run_make(evaluations, "evaluate-entities", "FILE=my messages.jsonl", *given)
    assert json.loads(answer.stdout) == [str(evaluations.root), "my messages.jsonl", *handed]
    assert len(evaluations.lines("trainings.txt")) == 1


def test_an_absolute_path_is_handed_on_as_it_is(evaluations: FakeProject, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.jsonl"
    path.write_text("")
    answer = run_make(evaluations, "evaluate-nlu", f"FILE={path}")
    assert answer.stdout == f'["{evaluations.root}", "{path}"]\n', answer.stderr


def test_a_file_that_does_not_exist_is_told_before_anything_is_trained(
    evaluations: FakeProject,
) -> None:
    answer = run_make(evaluations, "evaluate-nlu", "FILE=nowhere.jsonl")
    assert answer.returncode != 0
    assert answer.stdout == ""
    assert "nowhere.jsonl does not exist" in answer.stderr
    assert evaluations.lines("uv-calls.txt") == evaluations.lines("trainings.txt") == []


def test_a_failed_training_leaves_standard_output_empty(evaluations: FakeProject) -> None:
    write_module(evaluations.root, "bot/__main__.py", "raise SystemExit('line 3 is wrong')")
    answer = run_make(evaluations, "evaluate-nlu", "FILE=my messages.jsonl")
    assert answer.returncode != 0
    assert answer.stdout == ""
    assert "line 3 is wrong" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "language"),
    [((), "en"), (("LANGUAGE=pt",), "pt"), (("LANGUAGE=xx",), "xx")],
)
def test_the_search_is_measured_in_the_language_that_was_given(
    evaluations: FakeProject, arguments: tuple[str, ...], language: str
) -> None:
    # The language of a machine's own messages is not the language of a manual.
    given = ("SECTIONS=s.jsonl", "QUESTIONS=q.jsonl", *arguments)
    answer = run_make(evaluations, "evaluate-guidance", *given, LANGUAGE="pt_BR:pt")
    expected = f'["{evaluations.root}", "s.jsonl", "q.jsonl", "{language}"]\n'
    assert answer.stdout == expected, answer.stderr
    # It needs no model.
    assert evaluations.lines("trainings.txt") == []


def test_the_benchmarks_need_no_trained_model(evaluations: FakeProject) -> None:
    write_module(evaluations.root, "bot/benchmark/__main__.py", SHOW)
    (evaluations.root / "my benchmarks").mkdir()
    answer = run_make(evaluations, "benchmark-nlu", "FOLDER=my benchmarks", "ONLY=hint3")
    assert answer.stdout == f'["{evaluations.root}", "my benchmarks", "hint3"]\n', answer.stderr
    assert evaluations.lines("trainings.txt") == []


def test_benchmarks_that_are_not_there_are_told(evaluations: FakeProject) -> None:
    answer = run_make(evaluations, "benchmark-nlu")
    assert answer.returncode != 0
    assert "../shared/eval/benchmarks does not exist" in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate-nlu",),
        ("evaluate-entities",),
        ("evaluate-guidance",),
        ("evaluate-guidance", "SECTIONS=s.jsonl"),
    ],
)
def test_without_files_it_is_said_which_are_wanted(
    evaluations: FakeProject, arguments: tuple[str, ...]
) -> None:
    answer = run_make(evaluations, *arguments)
    assert answer.returncode != 0
    assert answer.stdout == ""
    assert re.search(rf"make {arguments[0]} \w+=\w+\.jsonl", answer.stderr)
