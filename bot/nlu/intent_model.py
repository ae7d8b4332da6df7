"""The model behind the intents: one view of short answers and one of whole messages.

An answer of a few words ("tom", "next week", "no, the W900") is told by its very letters. A message
is told by words, stems and characters as well, but above all by what its words are about. A small
network may have a say in both (docs/benchmarks/nlu-public.md tells what it brings).
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Callable, List, Optional, Sequence

import numpy as np

from bot.nlu.concepts import Concepts, Reading
from bot.nlu.linear_text_model import LinearTextModel
from bot.nlu.neural_text_model import NeuralTextModel
from bot.nlu.text import plain
from bot.nlu.text_features import by_characters, by_tokens
from bot.nlu.wording import Wording, normal, stems, words

#: Scaled features are larger; the share of the regularisation that fits them, by measurement.
_OF_SCALED_FEATURES = 0.05
#: So regularised the model is less sure than it is right; the power of its probabilities that
#: makes them tell how often it is right, by measurement.
_SHARPNESS = 1.6


class IntentModel:
    """Learns from texts and their intents, and gives each intent of a text its probability."""

    def __init__(
        self,
        regularisation: float,
        character_ngrams: int,
        answer_words: int,
        seed: int,
        about_service: bool = True,
        by_ratio: bool = True,
        neural_units: int = 0,
        count_unknown: bool = False,
    ) -> None:
        """`regularisation` is scikit-learn's C (larger trusts the examples more).

        Up to `answer_words` words are an answer; 0 where no bot asks anything. `about_service`
        tells that the word lists of after-sales services apply. `by_ratio` suits hundreds of
        examples an intent, and harms with tens. A network of `neural_units` hidden units has half
        a say; 0 is none. With `count_unknown` words that were never learnt make it less sure.
        """
        self._answer_words = answer_words
        self._answers: Optional[LinearTextModel] = None
        if answer_words:
            self._answers = LinearTextModel(
                plain,
                [by_tokens(words, ngrams=2), by_characters(character_ngrams)],
                regularisation,
                seed,
                count_unknown=count_unknown,
            )
        views = [
            by_tokens(attrgetter("words"), ngrams=1),
            by_tokens(attrgetter("stems"), ngrams=2),
            by_characters(character_ngrams),
        ]
        prepare: Callable[[str], Any] = Wording
        if about_service:
            prepare = Concepts().read
            views += [
                by_tokens(Reading.features, ngrams=1, rarest=2),
                by_tokens(Reading.among_words, ngrams=3, rarest=2),
                by_tokens(Reading.around_but, ngrams=2, rarest=2),
            ]
        self._messages = LinearTextModel(
            prepare,
            views,
            regularisation * (_OF_SCALED_FEATURES if by_ratio else 1),
            seed,
            by_ratio,
            count_unknown,
        )
        self._sharpness = _SHARPNESS if by_ratio else 1.0
        self._network: Optional[NeuralTextModel] = None
        if neural_units:
            self._network = NeuralTextModel(
                normal,
                [by_tokens(stems, ngrams=2, rarest=2), by_characters(4, shortest=3)],
                neural_units,
                seed,
                count_unknown,
            )

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> IntentModel:
        self.classes: List[str] = sorted(set(intents))
        if self._answers:
            short = self._short_examples(texts, intents)
            self._answers.fit([texts[at] for at in short], [intents[at] for at in short])
        self._messages.fit(texts, intents)
        if self._network:
            self._network.fit(texts, intents)
        return self

    def probabilities(self, text: str) -> np.ndarray:
        """One for each of `classes`; they add up to 1."""
        if self._answers and _length(text) <= self._answer_words:
            probabilities = self._answers.probabilities(text)
        else:
            probabilities = self._messages.probabilities(text) ** self._sharpness
            probabilities /= probabilities.sum()
        if self._network:
            probabilities = (probabilities + self._network.probabilities(text)) / 2
        return probabilities

    def _short_examples(self, texts: Sequence[str], intents: Sequence[str]) -> List[int]:
        """Where the examples stand that answers are learnt from; every intent has some.

        Whole stories teach little about a few words, and take most of the time.
        """
        longest = 3 * self._answer_words
        short = [at for at, text in enumerate(texts) if _length(text) <= longest]
        told = {intents[at] for at in short}
        return short + [at for at, intent in enumerate(intents) if intent not in told]


def _length(text: str) -> int:
    return len(words(plain(text)))
