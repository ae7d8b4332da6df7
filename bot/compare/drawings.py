"""Draws what models confuse and how far their confidences hold, several models side by side.

`python -m bot.compare.drawings FOLDER MODELS` in the environment of the full Rasa, which brings
matplotlib. MODELS is a JSON file with an object: a model's name -> the output of `understanding`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Sequence

from bot.compare.confidences import (
    BINS,
    Judgement,
    calibration_error,
    confusions,
    reliability,
)

#: The column for intents that the file does not have.
OTHER = "another intent"
_DARK, _LIGHT, _LINE = "#1d4e89", "#ffffff", "#b23a48"


def draw_confusions(path: Path, models: Dict[str, List[Judgement]]) -> None:
    """One matrix a model, shaded by the share of the row, with the counts in it."""
    from matplotlib import pyplot

    labels = sorted({one.label for judged in models.values() for one in judged})
    columns = [*labels, OTHER]
    side = 0.42 * len(columns)
    figure, places = pyplot.subplots(
        1,
        len(models),
        figsize=(2.2 + side * len(models), 1.9 + side),
        sharey=True,
        squeeze=False,
    )
    for place, (name, judged) in zip(places[0], models.items(), strict=True):
        rows = with_others(judged, labels)
        shares = [[count / max(sum(row), 1) for count in row] for row in rows]
        place.imshow(shares, cmap=_shades(), vmin=0, vmax=1)
        for at, row in enumerate(rows):
            for column, count in enumerate(row):
                if count:
                    colour = _LIGHT if shares[at][column] > 0.5 else "black"
                    place.text(column, at, str(count), ha="center", va="center", color=colour)
        place.set_title(name)
        place.set_xticks(range(len(columns)), columns, rotation=90)
        place.set_yticks(range(len(labels)), labels)
        place.set_xlabel("understood as")
    places[0][0].set_ylabel("label")
    _save(figure, path)


def with_others(judged: Sequence[Judgement], labels: Sequence[str]) -> List[List[int]]:
    """The matrix of these labels, with everything else in a last column."""
    rows = confusions(judged, labels, labels)
    totals = [sum(one.label == label for one in judged) for label in labels]
    return [[*row, total - sum(row)] for row, total in zip(rows, totals, strict=True)]


def draw_reliability(path: Path, models: Dict[str, List[Judgement]]) -> None:
    """Accuracy by confidence, one diagram a model; the broken line is where both are equal."""
    from matplotlib import pyplot

    figure, places = pyplot.subplots(
        1, len(models), figsize=(1 + 4 * len(models), 4.2), sharey=True, squeeze=False
    )
    middles = [(number + 0.5) / BINS for number in range(BINS)]
    for place, (name, judged) in zip(places[0], models.items(), strict=True):
        bins = reliability(judged)
        place.bar(middles, [one.accuracy for one in bins], width=0.9 / BINS, color=_DARK)
        for middle, one in zip(middles, bins, strict=True):
            if one.count:
                height = min(one.accuracy + 0.02, 1.02)
                place.text(middle, height, str(one.count), ha="center", fontsize=8)
        place.plot([0, 1], [0, 1], linestyle="--", color=_LINE)
        place.set_title(f"{name}: calibration error {calibration_error(judged):.3f}")
        place.set_xlabel("confidence of the likeliest intent")
        place.set_xlim(0, 1)
        place.set_ylim(0, 1.1)
    places[0][0].set_ylabel("share that is right (number: messages)")
    _save(figure, path)


def _shades() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", [_LIGHT, _DARK])


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)


def draw_all(folder: Path, found: Dict[str, List[Dict[str, Any]]]) -> None:
    """`confusion-NAME.svg` and `reliability-NAME.svg` for each file of messages."""
    import matplotlib

    matplotlib.use("svg")
    # The same figures give the same file, with text that can be searched.
    matplotlib.rcParams.update({"svg.hashsalt": "aftercare", "svg.fonttype": "none"})
    for name in [of_file["file"] for of_file in next(iter(found.values()))]:
        models = {
            model: [
                Judgement(**one)
                for of_file in files
                if of_file["file"] == name
                for one in of_file["judgements"]
            ]
            for model, files in found.items()
        }
        for kind, draw in (("confusion", draw_confusions), ("reliability", draw_reliability)):
            draw(folder / f"{kind}-{name}.svg", models)


def main(arguments: Sequence[str]) -> int:
    folder, models = map(Path, arguments)
    draw_all(folder, json.loads(models.read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
