"""The figures of the public benchmarks, and the table that they are shown in."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np
import pytest

from bot.benchmark.__main__ import main
from bot.benchmark.measuring import NAMES, Measurement
from bot.benchmark.scores import best_correlation, threshold_that_keeps
from bot.benchmark.table import Published, read_published, table


class Parrot:
    """Knows by heart what it was taught, and is half sure of the first intent for the rest."""

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> Parrot:
        self.classes = sorted(set(intents))
        self._known: Dict[str, str] = dict(zip(texts, intents, strict=True))
        return self

    def probabilities(self, text: str) -> np.ndarray:
        sure = 1.0 if text in self._known else 0.5
        intent = self._known.get(text, self.classes[0])
        rest = (1 - sure) / max(len(self.classes) - 1, 1)
        return np.array([sure if name == intent else rest for name in self.classes])


def test_correlation_is_one_where_a_threshold_divides_inside_from_outside() -> None:
    found = best_correlation(
        ["a", "b"], ["a", "b"], np.array([0.9, 0.8]), ["a", "b"], np.array([0.3, 0.4])
    )

    assert found == pytest.approx(1.0)


def test_correlation_is_zero_where_the_unsure_are_the_ones_inside() -> None:
    found = best_correlation(
        ["a", "b"], ["b", "b"], np.array([0.1, 0.2]), ["b", "a"], np.array([0.9, 0.8])
    )

    assert found <= 0


def test_correlation_without_anything_outside_needs_no_threshold() -> None:
    found = best_correlation(["a", "b"], ["a", "b"], np.array([0.2, 0.3]), [], np.array([]))

    assert found == pytest.approx(1.0)


@pytest.mark.parametrize(("share", "threshold"), [(1.0, 0.1), (0.75, 0.2), (0.7, 0.2), (0.5, 0.3)])
def test_threshold_keeps_a_share_of_the_right_answers(share: float, threshold: float) -> None:
    confidences = np.array([0.4, 0.1, 0.3, 0.9, 0.2])
    right = np.array([True, True, True, False, True])

    assert threshold_that_keeps(share, right, confidences) == threshold


def test_threshold_where_nothing_is_right() -> None:
    assert threshold_that_keeps(0.95, np.array([False]), np.array([0.5])) == 0.0


def test_table_shows_what_is_unknown_and_what_is_reached() -> None:
    published = Published(
        "Kites", "a paper", ["in scope %", "MCC"], {"Other": [80.0, None]}, [81.0, 0.5]
    )

    assert table(published, {"Aftercare": [81.04, 0.4996]}).splitlines() == [
        "## Kites",
        "Source: a paper.",
        "",
        "|  | in scope % | MCC |",
        "|---|---:|---:|",
        "| Other | 80.0 |  |",
        "| Aftercare | **81.0** | **0.500** |",
        "| wanted | 81.0 | 0.500 |",
    ]


def test_every_benchmark_has_published_figures_for_each_column() -> None:
    published = read_published()

    assert set(published) == set(NAMES)
    for benchmark in published.values():
        for figures in (benchmark.wanted, *benchmark.rows.values()):
            assert len(figures) == len(benchmark.columns)


LIGHTS = ["please switch the light on", "please make it light", "is the light on, please?"]
MUSIC = ["please play a song", "play me a song, please", "please play music, a song"]


def write_hwu64(folder: Path) -> None:
    folder.mkdir()
    learnt = [f"lights,exampleSentence,{text}" for text in LIGHTS]
    learnt += [f"music,exampleSentence,{text}" for text in MUSIC]
    asked = [f"lights,exampleSentence,{LIGHTS[0]}", "music,exampleSentence,something else"]
    for size in ("small", "large"):
        (folder / f"hwu_{size}_train.csv").write_text("\n".join(learnt), encoding="utf-8")
        (folder / f"hwu_{size}_test.csv").write_text("\n".join(asked), encoding="utf-8")


def test_accuracy_is_of_what_was_not_learnt(tmp_path: Path) -> None:
    write_hwu64(tmp_path / "hwu64")

    assert Measurement(tmp_path, Parrot).figures("hwu64") == [50.0, 50.0]


def test_banking77_is_measured_with_fewer_examples_too(tmp_path: Path) -> None:
    folder = tmp_path / "banking77"
    folder.mkdir()
    train = ["text,category", *(f"text {at},b" for at in range(40)), "x,a"]
    (folder / "train.csv").write_text("\n".join(train), encoding="utf-8")
    test = ["text,category", *(f"text {at},b" for at in range(40))]
    (folder / "test.csv").write_text("\n".join(test), encoding="utf-8")

    assert Measurement(tmp_path, Parrot).figures("banking77") == [25.0, 75.0, 100.0]


def test_clinc150_chooses_its_threshold_on_the_validation_part(tmp_path: Path) -> None:
    folder = tmp_path / "clinc150"
    folder.mkdir()
    (folder / "data_full.json").write_text(
        '{"train": [["one", "a"], ["two", "b"]], "val": [["one", "a"], ["two", "b"]],'
        ' "oos_test": [["x", "oos"], ["one", "oos"]], "test": [["two", "b"], ["y", "b"]]}',
        encoding="utf-8",
    )

    assert Measurement(tmp_path, Parrot).figures("clinc150") == [50.0, 50.0]


def test_the_bots_own_model_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_hwu64(tmp_path / "hwu64")

    assert main([str(tmp_path), "hwu64"]) == 0

    printed = capsys.readouterr()
    assert "| Aftercare | " in printed.out
    assert "learnt from 6 examples" in printed.err
    assert "learnt from" not in printed.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "usage"),
        (["folder", "kites"], "There is no benchmark kites"),
        (["/nowhere", "hint3"], "cannot be read"),
    ],
)
def test_a_mistake_is_told(
    arguments: List[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1

    printed = capsys.readouterr()
    assert told in printed.err
    assert not printed.out
