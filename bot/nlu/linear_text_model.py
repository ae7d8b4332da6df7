"""A linear model over words and characters, quick for one text at a time."""

from __future__ import annotations

from collections import Counter
from typing import Callable, List, Sequence, Tuple

import numpy as np
import scipy.sparse as sparse
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

#: About what one occurrence of a feature adds, in texts of some ten words.
_SMOOTHING = 0.1


class LinearTextModel:
    """Features of a text and what they weigh for each class: tf-idf and logistic regression."""

    def __init__(
        self,
        prepare: Callable[[str], str],
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
        features = sparse.hstack(
            [vectorizer.fit_transform(prepared) for vectorizer in self._vectorizers]
        ).tocsr()
        self.classes: List[str] = sorted(set(classes))
        # Of two classes the one mirrors the other.
        two = len(self.classes) == 2
        learnt = [
            self._against_the_rest(features, classes, name)
            for name in (self.classes[1:] if two else self.classes)
        ]
        if two:
            learnt.insert(0, (-learnt[0][0], -learnt[0][1]))
        weights = np.stack([weights for weights, _ in learnt], axis=1)
        # A row for each feature: a message touches some hundred of the many thousand.
        ends = np.cumsum([len(vectorizer.vocabulary_) for vectorizer in self._vectorizers])
        self._weights = np.split(weights.astype(np.float32), ends[:-1])
        # The vectorizer adds them up anew each time that it is asked.
        self._rarities = [np.array(vectorizer.idf_) for vectorizer in self._vectorizers]
        self._intercepts = np.array([intercept for _, intercept in learnt])
        return self

    def _against_the_rest(
        self, features: sparse.csr_matrix, classes: Sequence[str], name: str
    ) -> Tuple[np.ndarray, float]:
        """What each feature weighs for one class, and what the class weighs by itself.

        One class against the rest takes a tenth of the multinomial training time at the same
        accuracy here; the dual problem, ended a little early, half of what is left.
        """
        belongs = np.array([one == name for one in classes])
        ratios = _log_count_ratios(features, belongs) if self._by_ratio else None
        classifier = LogisticRegression(
            C=self._regularisation, solver="liblinear", dual=True, tol=0.01, random_state=self._seed
        ).fit(features if ratios is None else _scaled(features, ratios), belongs)
        weights = classifier.coef_[0]
        return weights if ratios is None else weights * ratios, float(classifier.intercept_[0])

    def probabilities(self, text: str) -> np.ndarray:
        """One for each of `classes`; they add up to 1."""
        prepared = self._prepare(text)
        scores = self._intercepts.copy()
        for vectorizer, rarities, weights in zip(
            self._vectorizers, self._rarities, self._weights, strict=True
        ):
            at, values = features_of(vectorizer, rarities, prepared, self._count_unknown)
            scores += values @ weights[at]
        each = expit(scores)
        return each / each.sum()


def features_of(
    vectorizer: TfidfVectorizer, rarities: np.ndarray, text: str, count_unknown: bool = False
) -> Tuple[np.ndarray, np.ndarray]:
    """What `vectorizer.transform` gives for one text, in a third of the time.

    With `count_unknown` what was never learnt counts as the rarest, so that it weakens the rest.
    """
    known = vectorizer.vocabulary_
    features = vectorizer.build_analyzer()(text)
    counts = Counter(known[feature] for feature in features if feature in known)
    at = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
    times = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
    values = (1 + np.log(times)) * rarities[at]
    length = float(np.linalg.norm(values))
    if count_unknown:
        unknown = Counter(feature for feature in features if feature not in known)
        times = np.fromiter(unknown.values(), dtype=np.float64, count=len(unknown))
        length = float(np.hypot(length, rarities.max() * np.linalg.norm(1 + np.log(times))))
    return at, values / max(length, np.finfo(np.float64).tiny)


def by_tokens(
    tokenizer: Callable[[str], List[str]], ngrams: int, rarest: int = 1
) -> TfidfVectorizer:
    """Runs of up to `ngrams` tokens that occur in at least `rarest` texts."""
    return TfidfVectorizer(
        lowercase=False,
        tokenizer=tokenizer,
        token_pattern=None,
        ngram_range=(1, ngrams),
        sublinear_tf=True,
        min_df=rarest,
        dtype=np.float32,
    )


def by_characters(ngrams: int, shortest: int = 2) -> TfidfVectorizer:
    """`shortest` to `ngrams` characters of a word that occur in at least two texts."""
    return TfidfVectorizer(
        lowercase=False,
        analyzer="char_wb",
        ngram_range=(shortest, ngrams),
        sublinear_tf=True,
        min_df=2,
        dtype=np.float32,
    )


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
