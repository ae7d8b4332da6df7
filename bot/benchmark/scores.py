"""The figures that the benchmarks are compared by."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from sklearn.metrics import matthews_corrcoef

#: Stands for "none of the intents", as a truth and as an answer; no benchmark has it as a name.
_NONE = "\u2205"
#: Thresholds tried: a hundredth of all messages more is turned away with each.
_THRESHOLDS = np.linspace(0, 100, 101)


def best_correlation(
    truths: Sequence[str],
    answers: Sequence[str],
    confidences: np.ndarray,
    outside_answers: Sequence[str],
    outside_confidences: np.ndarray,
) -> float:
    """The best Matthews correlation over thresholds, as HINT3 reports it (Arora et al. 2020).

    What is below the threshold counts as answered with "none of them", which is right for the
    messages outside and wrong for the others.
    """
    expected = np.array([*truths, *[_NONE] * len(outside_answers)])
    answered = np.array([*answers, *outside_answers])
    sure = np.concatenate([confidences, outside_confidences])
    return max(
        float(matthews_corrcoef(expected, np.where(sure >= threshold, answered, _NONE)))
        for threshold in np.percentile(sure, _THRESHOLDS)
    )


def threshold_that_keeps(share: float, right: np.ndarray, confidences: np.ndarray) -> float:
    """The highest threshold with which at least `share` of the right answers is still given.

    `right` tells for each message whether its answer is right. 0 where none is.
    """
    of_right = np.sort(confidences[right])[::-1]
    if not len(of_right):
        return 0.0
    return float(of_right[int(np.ceil(share * len(of_right))) - 1])


def share(which: np.ndarray) -> float:
    """How many of all are true, from 0 to 1."""
    return float(np.mean(which))
