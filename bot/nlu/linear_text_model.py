"""A linear model over words and characters, quick for one text at a time."""

from __future__ import annotations

from typing import Any, Callable, List, Sequence, Tuple

import joblib
import numpy as np
import scipy.sparse as sparse
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.nlu.text_features import for_each, learn_features

#: About what one occurrence of a feature adds, in texts of some ten words.
_SMOOTHING = 0.1
#: Processes that learn classes side by side, each with a copy of the features.
_MOST_PROCESSES = 4
#: With fewer texts a second process takes longer to begin than it saves.
_WORTH_SHARING = 2_000


class LinearTextModel:
    """Features of a text and what they weigh for each class: tf-idf and logistic regression."""

    def __init__(
        self,
        prepare: Callable[[str], Any],
        vectorizers: List[TfidfVectorizer],
        regularisation: float,
        seed: int,
        by_ratio: bool = False,
        count_unknown: bool = False,
    ) -> None:
        """`regularisation` is scikit-learn's C (larger trusts the examples more).

        `prepare` is called once for each text, before all vectorizers. `by_ratio` scales each
        feature by how much more often the class in question has it than the others, as in Wang and
        Manning, "Baselines and Bigrams", ACL 2012; what is as frequent everywhere then says little.
        With `count_unknown` a text of words that were never learnt is told with less certainty.
        """
        self._prepare = prepare
        self._vectorizers = vectorizers
        self._regularisation = regularisation
        self._seed = seed
        self._by_ratio = by_ratio
        self._count_unknown = count_unknown

    def fit(self, texts: Sequence[str], classes: Sequence[str]) -> LinearTextModel:
        prepared = [self._prepare(text) for text in texts]
        features, self._features = learn_features(self._vectorizers, prepared)
        self.classes: List[str] = sorted(set(classes))
        # Of two classes the one mirrors the other.
        two = len(self.classes) == 2
        learnt = self._each_against_the_rest(
            features, classes, self.classes[1:] if two else self.classes
        )
        if two:
            learnt.insert(0, (-learnt[0][0], -learnt[0][1]))
        weights = np.stack([weights for weights, _ in learnt], axis=1)
        # A row for each feature: a message touches some hundred of the many thousand.
        self._weights = for_each(self._features, weights)
        self._intercepts = np.array([intercept for _, intercept in learnt])
        return self

    def _each_against_the_rest(
        self, features: sparse.csr_matrix, classes: Sequence[str], names: Sequence[str]
    ) -> List[Tuple[np.ndarray, float]]:
        """What `_against_the_rest` learns for each of the names, on several processors."""
        processes = (
            min(_MOST_PROCESSES, joblib.cpu_count()) if len(classes) >= _WORTH_SHARING else 1
        )
        # A process that is forked has everything loaded already.
        shared = joblib.Parallel(n_jobs=processes, backend="multiprocessing")
        of = np.array(classes)
        learnt: List[Tuple[np.ndarray, float]] = shared(
            joblib.delayed(_against_the_rest)(
                features, of == name, self._regularisation, self._seed, self._by_ratio
            )
            for name in names
        )
        return learnt

    def probabilities(self, text: str) -> np.ndarray:
        """One for each of `classes`; they add up to 1."""
        prepared = self._prepare(text)
        scores = self._intercepts.copy()
        for features, weights in zip(self._features, self._weights, strict=True):
            at, values = features.of(prepared, self._count_unknown)
            # Takes the rows in half the time of weights[at].
            scores += values @ weights.take(at, axis=0)
        each = expit(scores)
        return each / each.sum()


def _against_the_rest(
    features: sparse.csr_matrix,
    belongs: np.ndarray,
    regularisation: float,
    seed: int,
    by_ratio: bool,
) -> Tuple[np.ndarray, float]:
    """What each feature weighs for one class, and what the class weighs by itself.

    One class against the rest takes a tenth of the multinomial training time at the same accuracy
    here; the dual problem, ended a little early, half of what is left.
    """
    ratios = _log_count_ratios(features, belongs) if by_ratio else None
    classifier = LogisticRegression(
        C=regularisation, solver="liblinear", dual=True, tol=0.01, random_state=seed
    ).fit(features if ratios is None else _scaled(features, ratios), belongs)
    weights = classifier.coef_[0]
    return weights if ratios is None else weights * ratios, float(classifier.intercept_[0])


def _log_count_ratios(features: sparse.csr_matrix, belongs: np.ndarray) -> np.ndarray:
    """For each feature the logarithm of its share in a class over its share in the others."""
    with_it = np.asarray(features[belongs].sum(axis=0)).ravel() + _SMOOTHING
    without = np.asarray(features[~belongs].sum(axis=0)).ravel() + _SMOOTHING
    return np.log(with_it / with_it.sum()) - np.log(without / without.sum())


def _scaled(features: sparse.csr_matrix, ratios: np.ndarray) -> sparse.csr_matrix:
    return sparse.csr_matrix(
        (features.data * ratios[features.indices], features.indices, features.indptr),
        features.shape,
    )
