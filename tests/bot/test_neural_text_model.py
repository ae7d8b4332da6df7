"""The small neural network, on made-up messages."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from bot.nlu.intent_model import IntentModel
from bot.nlu.neural_text_model import NeuralTextModel
from bot.nlu.text import plain
from bot.nlu.text_features import by_characters, by_tokens
from bot.nlu.wording import words

EXAMPLES = {
    "light": ["turn on the light", "turn the lamp on", "make it light here", "lamp on please"],
    "music": ["play a song", "play me some music", "a song please", "start the music"],
    "time": ["what time is it", "tell me the time", "how late is it", "the time please"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
INTENTS = [intent for intent, texts in EXAMPLES.items() for _ in texts]


def network() -> NeuralTextModel:
    return NeuralTextModel(plain, [by_tokens(words, ngrams=2), by_characters(4)], 20, seed=1)


@pytest.mark.parametrize("number", [3, 2])
def test_network_learns_three_intents_and_two(number: int) -> None:
    kept = [at for at, intent in enumerate(INTENTS) if intent in list(EXAMPLES)[:number]]
    model = network().fit([TEXTS[at] for at in kept], [INTENTS[at] for at in kept])

    assert model.classes == list(EXAMPLES)[:number]
    for at in kept:
        probabilities = model.probabilities(TEXTS[at])
        assert probabilities.sum() == pytest.approx(1)
        assert model.classes[int(probabilities.argmax())] == INTENTS[at]


def test_network_is_the_same_every_time_and_after_saving() -> None:
    first, second = network().fit(TEXTS, INTENTS), network().fit(TEXTS, INTENTS)
    saved = pickle.loads(pickle.dumps(first))  # noqa: S301 - our own object

    probabilities = first.probabilities("a lamp that plays")
    assert np.array_equal(probabilities, second.probabilities("a lamp that plays"))
    assert np.array_equal(probabilities, saved.probabilities("a lamp that plays"))


def test_a_text_without_anything_known_gets_probabilities_too() -> None:
    assert network().fit(TEXTS, INTENTS).probabilities("").sum() == pytest.approx(1)


@pytest.mark.parametrize("about_service", [True, False])
@pytest.mark.parametrize("answer_words", [0, 4])
@pytest.mark.parametrize("neural_units", [0, 20])
def test_intents_are_learnt_with_every_setting(
    about_service: bool, answer_words: int, neural_units: int
) -> None:
    model = IntentModel(10.0, 5, answer_words, 1, about_service, False, neural_units).fit(
        TEXTS, INTENTS
    )

    for text, intent in zip(TEXTS, INTENTS, strict=True):
        probabilities = model.probabilities(text)
        assert probabilities.sum() == pytest.approx(1)
        assert model.classes[int(probabilities.argmax())] == intent


def test_unknown_words_make_it_less_sure_only_where_they_count() -> None:
    def sure(count_unknown: bool, text: str) -> float:
        model = IntentModel(10.0, 5, 4, 1, False, False, 0, count_unknown).fit(TEXTS, INTENTS)
        return float(model.probabilities(text).max())

    assert sure(True, "play zygomorphic quokka") < sure(False, "play zygomorphic quokka")
    assert sure(True, "play a song") == pytest.approx(sure(False, "play a song"))
