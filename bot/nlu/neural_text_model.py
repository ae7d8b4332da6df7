"""A small neural network over stems and characters, quick for one text at a time.

It sees which words stand together, which a linear model does not; and it errs elsewhere, so that
the mean of both is better than either.
"""

from __future__ import annotations

import warnings
from typing import Callable, List, Sequence

import numpy as np
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neural_network import MLPClassifier

from bot.nlu.text_features import for_each, learn_features

#: So often all examples are seen; few examples more often, until so many steps are made.
_ROUNDS, _STEPS = 12, 500
#: Larger with more examples, which saves time.
_SMALLEST_BATCH, _LARGEST_BATCH, _BATCHES = 32, 128, 60
_STEP = 2e-3


class NeuralTextModel:
    """Features of a text, one hidden layer of `units` and the classes."""

    def __init__(
        self,
        prepare: Callable[[str], str],
        vectorizers: List[TfidfVectorizer],
        units: int,
        seed: int,
        count_unknown: bool = False,
    ) -> None:
        """`prepare` is called once for each text, before all vectorizers.

        With `count_unknown` a text of words that were never learnt is told with less certainty.
        """
        self._count_unknown = count_unknown
        self._prepare = prepare
        self._vectorizers = vectorizers
        self._units = units
        self._seed = seed

    def fit(self, texts: Sequence[str], classes: Sequence[str]) -> NeuralTextModel:
        """Learn; two classes at least are needed."""
        prepared = [self._prepare(text) for text in texts]
        features, self._features = learn_features(self._vectorizers, prepared)
        batch = min(max(len(texts) // _BATCHES, _SMALLEST_BATCH), _LARGEST_BATCH)
        batch = min(batch, len(texts))
        network = MLPClassifier(
            (self._units,),
            alpha=1e-5,
            batch_size=batch,
            learning_rate_init=_STEP,
            max_iter=max(_ROUNDS, _STEPS * batch // len(texts)),
            n_iter_no_change=_STEPS,
            random_state=self._seed,
        )
        with warnings.catch_warnings():
            # It stops before it has converged; later it would know the examples by heart.
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(features, classes)
        self.classes: List[str] = [str(name) for name in network.classes_]
        into, out = network.coefs_
        self._into = for_each(self._features, into)
        self._hidden_intercepts, out_intercepts = network.intercepts_
        self._out, self._intercepts = _per_class(out), _per_class(out_intercepts)
        return self

    def probabilities(self, text: str) -> np.ndarray:
        """One for each of `classes`; they add up to 1."""
        prepared = self._prepare(text)
        hidden = self._hidden_intercepts.astype(np.float64)
        for features, weights in zip(self._features, self._into, strict=True):
            at, values = features.of(prepared, self._count_unknown)
            hidden += values @ weights.take(at, axis=0)
        return softmax(np.maximum(hidden, 0) @ self._out + self._intercepts)


def _per_class(values: np.ndarray) -> np.ndarray:
    """A column for each class; of two classes scikit-learn has only the second one's."""
    return np.concatenate([-values, values], axis=-1) / 2 if values.shape[-1] == 1 else values
