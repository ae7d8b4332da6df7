"""The model behind the intents: one view of short answers and one of whole messages.

An answer of a few words ("tom", "next week", "no, the W900") is told by its very letters. A message
is told by words, stems and characters as well, but above all by what its words are about.
"""

from __future__ import annotations

from collections import Counter
from typing import Callable, List, Sequence, Tuple

import numpy as np
import scipy.sparse as sparse
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.nlu.concepts import Concepts
from bot.nlu.text import plain
from bot.nlu.wording import normal, stems, words


class IntentModel:
    """Learns from texts and their intents, and gives each intent of a text its probability."""

    def __init__(
        self,
        regularisation: float,
        character_ngrams: int,
        answer_words: int,
        seed: int,
    ) -> None:
        """`regularisation` is scikit-learn's C (larger trusts the examples more).

        Up to `answer_words` words are an answer.
        """
        self._answer_words = answer_words
        self._answers = _View(
            plain,
            [_by_tokens(words, ngrams=2), _by_characters(character_ngrams)],
            _one_against_the_rest(regularisation, seed),
        )
        self._messages = _View(
            normal,
            [
                _by_tokens(words, ngrams=1),
                _by_tokens(stems, ngrams=2),
                _by_characters(character_ngrams),
                _by_tokens(Concepts(), ngrams=1, rarest=2),
            ],
            _one_against_the_rest(regularisation, seed),
        )

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> IntentModel:
        self.classes: List[str] = sorted(set(intents))
        short = self._short_examples(texts, intents)
        self._answers.fit([texts[at] for at in short], [intents[at] for at in short])
        self._messages.fit(texts, intents)
        return self

    def probabilities(self, text: str) -> np.ndarray:
        """One for each of `classes`; they add up to 1."""
        short = _length(text) <= self._answer_words
        return (self._answers if short else self._messages).probabilities(text)

    def _short_examples(self, texts: Sequence[str], intents: Sequence[str]) -> List[int]:
        """Where the examples stand that answers are learnt from; every intent has some.

        Whole stories teach little about a few words, and take most of the time.
        """
        longest = 3 * self._answer_words
        short = [at for at, text in enumerate(texts) if _length(text) <= longest]
        told = {intents[at] for at in short}
        return short + [at for at, intent in enumerate(intents) if intent not in told]


class _View:
    """Features of a text and what they weigh for each intent."""

    def __init__(
        self,
        prepare: Callable[[str], str],
        vectorizers: List[TfidfVectorizer],
        classifier: LogisticRegression,
    ) -> None:
        self._prepare = prepare
        self._vectorizers = vectorizers
        self._classifier = classifier

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> None:
        prepared = [self._prepare(text) for text in texts]
        features = sparse.hstack(
            [vectorizer.fit_transform(prepared) for vectorizer in self._vectorizers]
        ).tocsr()
        # One against the rest: a tenth of the multinomial training time at the same accuracy here.
        self._classifier.fit(features, intents)
        # A row for each feature: a message touches some hundred of the many thousand.
        ends = np.cumsum([len(vectorizer.vocabulary_) for vectorizer in self._vectorizers])
        self._weights = np.split(_per_class(self._classifier.coef_.T), ends[:-1])
        # The vectorizer adds them up anew each time that it is asked.
        self._rarities = [np.array(vectorizer.idf_) for vectorizer in self._vectorizers]
        self._intercepts = _per_class(self._classifier.intercept_)
        del self._classifier

    def probabilities(self, text: str) -> np.ndarray:
        prepared = self._prepare(text)
        scores = self._intercepts.astype(np.float64)
        for vectorizer, rarities, weights in zip(
            self._vectorizers, self._rarities, self._weights, strict=True
        ):
            at, values = _features(vectorizer, rarities, prepared)
            scores += values @ weights[at]
        each = expit(scores)
        return each / each.sum()


def _length(text: str) -> int:
    return len(words(plain(text)))


def _one_against_the_rest(regularisation: float, seed: int) -> LogisticRegression:
    """The dual problem, ended a little early: half the training time, with the same intents."""
    return LogisticRegression(
        C=regularisation, solver="liblinear", dual=True, tol=0.01, random_state=seed
    )


def _features(
    vectorizer: TfidfVectorizer, rarities: np.ndarray, text: str
) -> Tuple[np.ndarray, np.ndarray]:
    """What `vectorizer.transform` gives for one text, in a third of the time."""
    known = vectorizer.vocabulary_
    counts = Counter(
        known[feature] for feature in vectorizer.build_analyzer()(text) if feature in known
    )
    at = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
    times = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
    values = (1 + np.log(times)) * rarities[at]
    return at, values / max(np.linalg.norm(values), np.finfo(np.float64).tiny)


def _by_tokens(
    tokenizer: Callable[[str], List[str]], ngrams: int, rarest: int = 1
) -> TfidfVectorizer:
    return TfidfVectorizer(
        lowercase=False,
        tokenizer=tokenizer,
        token_pattern=None,
        ngram_range=(1, ngrams),
        sublinear_tf=True,
        min_df=rarest,
        dtype=np.float32,
    )


def _by_characters(ngrams: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        lowercase=False,
        analyzer="char_wb",
        ngram_range=(2, ngrams),
        sublinear_tf=True,
        min_df=2,
        dtype=np.float32,
    )


def _per_class(values: np.ndarray) -> np.ndarray:
    """A column for each class; of two classes scikit-learn keeps only the second one's."""
    return np.ascontiguousarray(
        np.concatenate([-values, values], axis=-1) if values.shape[-1] == 1 else values,
        dtype=np.float32,
    )
