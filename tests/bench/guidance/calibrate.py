"""Learns how likely a found section answers, from the project's own questions.

`make calibrate-guidance` writes aftercare/guidance/calibration.yml. The held-out half of the
questions is never learnt from.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from aftercare.guidance.decision import CALIBRATION, features
from aftercare.guidance.index import GuidanceIndex, write_index
from tests.bench.guidance.questions import (
    OwnQuestion,
    own_questions,
    own_sections,
    strangers_questions,
)

#: How strongly coefficients are held back, as if so many questions spoke against each.
_HELD_BACK = 1.0
#: The share of real questions that is taken not to be answered by the manual.
NOT_TOLD = 0.3
_STEPS = 800
_STEP = 1.0
_HEAD = """\
# How likely a found section answers: 1 / (1 + exp(-(constant + sum of sign times weight))).
# Written by `make calibrate-guidance`; the signs are explained in signs.py.
"""

Row = dict[str, float]


def learn(rows: Sequence[Row], right: Sequence[bool], counts: Sequence[float]) -> Row:
    """The weights of a logistic regression and its constant, for rows with the same names."""
    names = sorted(rows[0])
    means = {name: sum(row[name] for row in rows) / len(rows) for name in names}
    spreads = {
        name: math.sqrt(sum((row[name] - means[name]) ** 2 for row in rows) / len(rows)) or 1.0
        for name in names
    }
    table = [[(row[name] - means[name]) / spreads[name] for name in names] for row in rows]
    weights, constant = [0.0] * len(names), 0.0
    for _ in range(_STEPS):
        pulls, pull = [_HELD_BACK * weight for weight in weights], 0.0
        for row, answer, count in zip(table, right, counts, strict=True):
            total = constant + sum(map(float.__mul__, weights, row))
            error = count * (1 / (1 + math.exp(-total)) - answer)
            pull += error
            pulls = [before + error * value for before, value in zip(pulls, row, strict=True)]
        weights = [
            weight - _STEP * one / len(rows) for weight, one in zip(weights, pulls, strict=True)
        ]
        constant -= _STEP * pull / len(rows)
    learnt = {name: weight / spreads[name] for name, weight in zip(names, weights, strict=True)}
    return {"constant": constant - sum(learnt[name] * means[name] for name in names), **learnt}


def calibration_of(questions: Sequence[OwnQuestion], index: GuidanceIndex) -> dict[str, Row]:
    rows, first, among_three, counts = [], [], [], []
    told = sum(bool(question.answers) for question in questions)
    untold = NOT_TOLD / (1 - NOT_TOLD) * told / (len(questions) - told)
    for question in questions:
        hits = index.search(question.text, product=question.product, language=question.language)
        if hits:
            rows.append(features(hits))
            counts.append(1.0 if question.answers else untold)
            right = [hit.anchor in question.answers for hit in hits]
            first.append(right[0])
            among_three.append(any(right[:3]))
    return {"first": learn(rows, first, counts), "among_three": learn(rows, among_three, counts)}


def main() -> int:
    questions = [question for question in own_questions() if not question.held_out]
    with tempfile.TemporaryDirectory(prefix="aftercare-calibration-") as folder:
        write_index(Path(folder), own_sections(), "calibration")
        questions += strangers_questions(questions)
        learnt = calibration_of(questions, GuidanceIndex(Path(folder)))
    rounded = {
        what: {name: round(value, 3) for name, value in weights.items()}
        for what, weights in learnt.items()
    }
    CALIBRATION.write_text(_HEAD + yaml.safe_dump(rounded, sort_keys=False), encoding="utf-8")
    print(f"{len(questions)} questions; written to {CALIBRATION}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
