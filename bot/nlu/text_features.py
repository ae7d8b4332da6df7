"""Counts the words and characters of texts: scikit-learn's tf-idf, learnt and applied quickly."""

from __future__ import annotations

from math import sqrt
from typing import Any, Callable, Collection, Dict, List, Sequence, Tuple

import numpy as np
import scipy.sparse as sparse
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from spacy.strings import hash_string

_TINY = np.finfo(np.float64).tiny


def by_tokens(
    tokenizer: Callable[[Any], List[str]], ngrams: int, rarest: int = 1
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
    return CharacterVectorizer(
        preprocessor=str,
        analyzer="char_wb",
        ngram_range=(shortest, ngrams),
        sublinear_tf=True,
        min_df=2,
        dtype=np.float32,
    )


class CharacterVectorizer(TfidfVectorizer):
    """scikit-learn's, which learns the characters of each word once, however often it is said."""

    def _count_vocab(
        self, raw_documents: Sequence[Any], fixed_vocab: bool
    ) -> Tuple[Dict[str, int], sparse.csr_matrix]:
        if fixed_vocab:
            return super()._count_vocab(raw_documents, fixed_vocab)
        words = CountVectorizer(
            preprocessor=str, tokenizer=str.split, token_pattern=None, dtype=self.dtype
        )
        of_texts = words.fit_transform(raw_documents)
        vocabulary, of_words = super()._count_vocab(words.get_feature_names_out(), fixed_vocab)
        counts = of_texts @ of_words
        counts.sort_indices()
        return vocabulary, counts


class LearntFeatures:
    """The features that a vectorizer has learnt, and how rare each is.

    A feature is known by its hash, in a tenth of the memory that a dictionary of them takes; of a
    million different ones no two have the same, but for one time in some tens of millions.
    """

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        """`vectorizer` has learnt; it is not kept."""
        known = vectorizer.vocabulary_
        hashes = _hashes(known)
        order = hashes.argsort()
        self._hashes = hashes[order]
        self._places = np.fromiter(known.values(), np.int32, len(known))[order]
        self._rarities = np.array(vectorizer.idf_)
        self._analyze = clone(vectorizer).build_analyzer()

    def __len__(self) -> int:
        return len(self._hashes)

    def of(self, prepared: Any, count_unknown: bool = False) -> Tuple[np.ndarray, np.ndarray]:
        """Places and values of what `transform` of the vectorizer gives for one text, sooner.

        With `count_unknown` what was never learnt counts as the rarest, and weakens the rest.
        """
        hashes, times = _counted(_hashes(self._analyze(prepared)))
        found = np.minimum(self._hashes.searchsorted(hashes), len(self._hashes) - 1)
        known = self._hashes.take(found) == hashes
        at = self._places.take(found[known])
        values = (1 + np.log(times[known])) * self._rarities.take(at)
        length = sqrt(values.dot(values))
        if count_unknown:
            unknown = np.linalg.norm(1 + np.log(times[~known]))
            length = float(np.hypot(length, self._rarities.max() * unknown))
        return at, values / max(length, _TINY)


def learn_features(
    vectorizers: Sequence[TfidfVectorizer], prepared: Sequence[Any]
) -> Tuple[sparse.csr_matrix, List[LearntFeatures]]:
    """A row for each text, the features of all vectorizers side by side; and these features."""
    columns, learnt = [], []
    for vectorizer in map(clone, vectorizers):
        columns.append(vectorizer.fit_transform(prepared))
        learnt.append(LearntFeatures(vectorizer))
    return sparse.hstack(columns).tocsr(), learnt


def for_each(features: Sequence[LearntFeatures], weights: np.ndarray) -> List[np.ndarray]:
    """The rows of the weights that belong to each of the features, in half the memory."""
    ends = np.cumsum([len(one) for one in features])
    return np.split(weights.astype(np.float32), ends[:-1])


def _counted(hashes: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """What `np.unique` gives with counts, in half the time for some hundred of them."""
    hashes.sort()
    first = np.empty(len(hashes), bool)
    first[:1] = True
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    begins = first.nonzero()[0]
    times = np.empty(len(begins), np.intp)
    np.subtract(begins[1:], begins[:-1], out=times[:-1])
    times[-1:] = len(hashes) - begins[-1:]
    return hashes[begins], times


def _hashes(features: Collection[str]) -> np.ndarray:
    return np.fromiter(map(hash_string, features), np.uint64, len(features))
