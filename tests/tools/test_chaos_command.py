"""`make chaos`, `make bench-gateway`: a trained model first, then what was asked for."""

from __future__ import annotations

import json

from tests.tools.stand_ins import FakeProject, write_module
from tests.tools.test_evaluations import SHOW, run_make


def test_model_is_trained_first_and_the_size_is_handed_on(project: FakeProject) -> None:
    write_module(project.root, "tests/chaos/__main__.py", SHOW)
    sizes = ("ENGINE=postgresql", "MESSAGES=1000", "CONVERSATIONS=50")
    answer = run_make(project, "chaos", *sizes)
    assert json.loads(answer.stdout)[1:] == [
        *("--engine", "postgresql"),
        *("--messages", "1000"),
        *("--conversations", "50"),
    ], answer.stderr
    assert len(project.lines("trainings.txt")) == 1
    assert json.loads(run_make(project, "chaos").stdout)[1:] == []
    assert len(project.lines("trainings.txt")) == 1


def test_load_is_measured_on_the_engine_and_for_the_minutes_that_were_asked_for(
    project: FakeProject,
) -> None:
    write_module(project.root, "tests/bench/gateway.py", SHOW)
    asked = ("ENGINE=postgresql", "MINUTES=0.5", "JSON=figures.json")
    answer = run_make(project, "bench-gateway", *asked)
    assert json.loads(answer.stdout)[1:] == [
        *("--engine", "postgresql"),
        *("--minutes", "0.5"),
        *("--json", "figures.json"),
    ], answer.stderr
    assert json.loads(run_make(project, "bench-gateway").stdout)[1:] == []
