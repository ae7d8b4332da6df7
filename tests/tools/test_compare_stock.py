"""`make compare-stock`: what is held back, what is kept, what is printed and drawn."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.settings import PROJECT_ROOT
from tests.bench.compare_stock import labelled_files
from tests.bench.comparison import Kind, Row, table, understanding_rows
from tests.bench.held_out import split_data
from tests.bench.stock import STOCK, STOCK_PYTHON, training_key, usual_epochs
from tests.tools.stand_ins import FakeProject, write_module
from tests.tools.test_evaluations import run_make
from tools.problems import Problem

SHOW = "import json, os, sys; print(json.dumps([os.getcwd(), *sys.argv[1:]]))"


def examples(data: Path) -> Counter[tuple[str, str]]:
    """How often each message stands under each intent."""
    blocks = [
        block
        for path in data.rglob("*.yml")
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", ())
    ]
    return Counter(
        (line.removeprefix("- "), block["intent"])
        for block in blocks
        for line in block["examples"].splitlines()
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Forty examples in two languages, and a rule."""
    for language in ("en", "pt"):
        for intent in ("greet", "deny"):
            block = {
                "intent": intent,
                "metadata": {"language": language},
                "examples": "".join(f"- {intent}: {number}\n" for number in range(10)),
            }
            write_module(
                tmp_path, f"data/nlu/{language}/{intent}.yml", yaml.safe_dump({"nlu": [block]})
            )
    write_module(tmp_path, "data/rules/talk.yml", "rules: [{rule: Greet}]\n")
    return tmp_path / "data"


# What is held back -----------------------------------------------------------


def test_a_tenth_of_each_intent_and_language_is_held_back(data: Path, tmp_path: Path) -> None:
    files = split_data(data, tmp_path / "kept" / "data")
    assert [path.name for path in files] == ["held_out_en.jsonl", "held_out_pt.jsonl"]
    messages = [json.loads(line) for path in files for line in path.read_text().splitlines()]
    held_out = Counter((message["text"], message["label"]) for message in messages)
    assert Counter(label for _, label in held_out.elements()) == {"greet": 2, "deny": 2}
    assert examples(tmp_path / "kept" / "data") + held_out == examples(data)


def test_of_the_rest_a_share_can_be_learnt(data: Path, tmp_path: Path) -> None:
    split_data(data, tmp_path / "kept" / "data", 0.5)
    learnt = examples(tmp_path / "kept" / "data")
    assert Counter(label for _, label in learnt.elements()) == {"greet": 8, "deny": 8}
    split_data(data, tmp_path / "all" / "data")
    assert learnt <= examples(tmp_path / "all" / "data")


def test_all_else_is_learnt_from_as_it_is(data: Path, tmp_path: Path) -> None:
    split_data(data, tmp_path / "kept")
    rules = yaml.safe_load((tmp_path / "kept" / "rules" / "talk.yml").read_text())
    assert rules == {"rules": [{"rule": "Greet"}]}
    (block,) = yaml.safe_load((tmp_path / "kept" / "nlu" / "pt" / "deny.yml").read_text())["nlu"]
    assert block["metadata"] == {"language": "pt"}


def test_the_same_data_are_split_alike(data: Path, tmp_path: Path) -> None:
    one, other = (
        [path.read_text() for path in split_data(data, tmp_path / name / "data")]
        for name in ("one", "other")
    )
    assert one == other


def test_the_projects_own_data_can_be_split(tmp_path: Path) -> None:
    whole = examples(PROJECT_ROOT / "data")
    files = split_data(PROJECT_ROOT / "data", tmp_path / "data")
    held_out = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    assert held_out + examples(tmp_path / "data").total() == whole.total()
    assert held_out == pytest.approx(whole.total() / 10, rel=0.05)


# What is kept ----------------------------------------------------------------


def test_the_stock_model_is_kept_until_what_it_is_made_from_changes(
    data: Path, tmp_path: Path
) -> None:
    names = ("domain.yml", str(STOCK / "config.yml"), str(STOCK / "uv.lock"))
    for name in names:
        write_module(tmp_path, name, "version: 1\n")
    seen = {training_key(tmp_path, data, 0)}
    assert training_key(tmp_path, data, 0) in seen
    seen.add(training_key(tmp_path, data, 60))
    for name in (*names, "data/nlu/en/greet.yml", "data/rules/more.yml"):
        write_module(tmp_path, name, "version: 2\n")
        key = training_key(tmp_path, data, 0)
        assert key not in seen, name
        seen.add(key)


def test_the_stock_pipeline_learns_as_long_as_rasas_default_does() -> None:
    assert usual_epochs(PROJECT_ROOT) == 100


# What is measured and printed ------------------------------------------------


def test_a_file_is_measured_itself_and_a_folder_with_all_that_it_holds(tmp_path: Path) -> None:
    assert labelled_files(None) == []
    with pytest.raises(Problem, match=r"no file that ends in \.jsonl"):
        labelled_files(tmp_path)
    for name in ("b.jsonl", "a.jsonl", "README.md"):
        (tmp_path / name).write_text("")
    assert [path.name for path in labelled_files(tmp_path)] == ["a.jsonl", "b.jsonl"]
    assert labelled_files(tmp_path / "b.jsonl") == [tmp_path / "b.jsonl"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row("F1", Kind.SHARE, 0.848, 0.81, digits=3), "| F1 | 0.848 | 0.810 | +3.8 points |"),
        (Row("Start", Kind.COST, 5.0, 60.0, "s"), "| Start | 5.0 s | 60.0 s | 12.0 times |"),
        (Row("Start", Kind.COST, 60.0, 30.0, "s"), "| Start | 60.0 s | 30.0 s | 0.5 times |"),
        (Row("Turns", Kind.RATE, 300, 30), "| Turns | 300.0 | 30.0 | 10.0 times |"),
        (Row("Recall", Kind.SHARE, None, None), "| Recall | none | none |  |"),
    ],
)
def test_a_row_says_by_how_much_ours_is_better(row: Row, said: str) -> None:
    assert table([row]).splitlines()[-1] == said


def understood(**changed: Any) -> list[dict[str, Any]]:
    judged = {"label": "greet", "served": "greet", "likeliest": "greet", "in_scope": 0.9}
    figures = {
        "file": "messages",
        "accuracy": 0.9,
        "macro_f1": 0.8,
        "out_of_scope_recall": None,
        "calibration_error": 0.02,
        "recalibrated_error": 0.03,
        "times": [1.0, 2.0, 3.0],
        "judgements": [{**judged, "confidence": 0.9}, {**judged, "confidence": 0.4}],
    }
    return [{**figures, **changed}]


def test_both_models_stand_beside_each_other() -> None:
    rows = understanding_rows(understood(), understood(accuracy=0.8, times=[10.0] * 3))
    found = {row.name: (row.ours, row.stock) for row in rows}
    assert found["messages: accuracy"] == (0.9, 0.8)
    assert found["messages: out-of-scope recall at 5 % false alarms"] == (None, None)
    assert found["Understanding a message, p50"] == (2.0, 10.0)


def test_pictures_are_drawn_for_each_file(tmp_path: Path) -> None:
    if not STOCK_PYTHON.exists():
        pytest.skip("no full Rasa here, which brings matplotlib: `make compare-stock` gets it")
    models = tmp_path / "models.json"
    models.write_text(json.dumps({"ours": understood(), "stock": understood()}))
    subprocess.run(
        [str(STOCK_PYTHON), "-m", "bot.compare.drawings", str(tmp_path), str(models)],
        cwd=PROJECT_ROOT,
        check=True,
        timeout=60,
    )
    for name in ("confusion-messages.svg", "reliability-messages.svg"):
        assert "stock" in (tmp_path / name).read_text(encoding="utf-8")


# What make hands on ----------------------------------------------------------


@pytest.fixture
def comparison(project: FakeProject) -> FakeProject:
    """A project whose comparison shows with what it was called."""
    write_module(project.root, "tests/bench/compare_stock.py", SHOW)
    for name, text in ((".python-version", "3.10\n"), ("pyproject.toml", ""), ("uv.lock", "")):
        write_module(project.root, str(STOCK / name), text)
    (project.root / "my messages.jsonl").write_text("")
    return project


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        ((), '"0", "100"'),
        (("MINUTES=60", "PERCENT=15"), '"60", "15"'),
        (("FILE=my messages.jsonl",), '"0", "100", "my messages.jsonl"'),
    ],
)
def test_all_that_is_needed_is_there_before_the_comparison(
    comparison: FakeProject, given: tuple[str, ...], handed_on: str
) -> None:
    answer = run_make(comparison, "compare-stock", *given)
    assert answer.stdout == f'["{comparison.root}", {handed_on}]\n', answer.stderr
    assert f"sync {comparison.root / STOCK}" in comparison.lines("uv-calls.txt")
    assert len(comparison.lines("trainings.txt")) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("FILE=nowhere.jsonl", "nowhere.jsonl does not exist"),
        ("MINUTES=an hour", "MINUTES must be a whole number"),
        ("PERCENT=0", "PERCENT must be a whole number from 1 to 100"),
    ],
)
def test_a_mistake_is_told_before_anything_is_made(
    comparison: FakeProject, given: str, said: str
) -> None:
    answer = run_make(comparison, "compare-stock", given)
    assert answer.returncode != 0
    assert said in answer.stderr
    assert comparison.lines("uv-calls.txt") == []
