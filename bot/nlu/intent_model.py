"""The model behind the intents: one view of short answers and one of whole messages.

An answer of a few words ("tom", "next week", "no, the W900") is told by its very letters. A message
is told by words, stems and characters as well, but above all by what its words are about.
"""

from __future__ import annotations

from typing import List, Sequence

import numpy as np

from bot.nlu.concepts import Concepts
from bot.nlu.linear_text_model import LinearTextModel, by_characters, by_tokens
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
        self._answers = LinearTextModel(
            plain,
            [by_tokens(words, ngrams=2), by_characters(character_ngrams)],
            regularisation,
            seed,
        )
        self._messages = LinearTextModel(
            normal,
            [
                by_tokens(words, ngrams=1),
                by_tokens(stems, ngrams=2),
                by_characters(character_ngrams),
                by_tokens(Concepts(), ngrams=1, rarest=2),
            ],
            regularisation,
            seed,
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


def _length(text: str) -> int:
    return len(words(plain(text)))
