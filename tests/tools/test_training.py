"""When a new training is needed, and when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.layout import Layout
from tools.progress import Step
from tools.training import model_is_current, train, training_stamp

INPUTS = (
    "domain.yml",
    "config.yml",
    "data/nlu/en/greet.yml",
    "data/rules/new.yml",
    "catalogue/categories.yml",
    "catalogue/symptoms.yml",
    "catalogue/products/fonte-p30.yml",
    "bot/nlu/entity.py",
    "bot/uv.lock",
)
OTHERS = (
    "endpoints.yml",
    "bot/.venv/lib/module.py",
    "bot/compare/drawings.py",
    "catalogue/manuals/fonte-p30/en.md",
    "gateway/app.py",
    "README.md",
)


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (*INPUTS, *OTHERS):
        write(tmp_path, name, "first")
    return tmp_path


@pytest.mark.parametrize("name", INPUTS)
def test_a_changed_input_changes_the_stamp(root: Path, name: str) -> None:
    before = training_stamp(root)
    write(root, name, "second")
    assert training_stamp(root) != before


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_do_not_change_the_stamp(root: Path, name: str) -> None:
    before = training_stamp(root)
    write(root, name, "second")
    assert training_stamp(root) == before


def test_a_moved_or_removed_input_changes_the_stamp(root: Path) -> None:
    before = training_stamp(root)
    (root / "data/rules/new.yml").rename(root / "data/rules/old.yml")
    moved = training_stamp(root)
    (root / "data/rules/old.yml").unlink()
    assert len({before, moved, training_stamp(root)}) == 3


def test_a_failed_training_leaves_no_stamp_behind(root: Path, layout: Layout, step: Step) -> None:
    write(root, "models/aftercare.tar.gz", "an older model")
    write(root, "models/aftercare.stamp", training_stamp(root))
    assert model_is_current(layout)
    write(root, "data/rules/new.yml", "broken")
    with pytest.raises(Exception, match="Training the model failed"):
        train(layout, {}, step)
    write(root, "data/rules/new.yml", "first")
    assert not model_is_current(layout)
