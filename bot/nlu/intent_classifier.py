"""Tells what the customer wants, by a linear model over the message (`intent_model`)."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entity import add_entity
from bot.nlu.further_wishes import further_wish
from bot.nlu.intent_model import IntentModel
from bot.nlu.kept import KeptComponent

#: How many intents are reported beside the best one.
RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(KeptComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking`; confidences add up to 1 over all intents.

    `IntentModel` tells what the settings mean; those after `seed` are for bots of other kinds. A
    second wish is an entity `further_wish`, clear where a part's probability is `wish_from`.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {
            "regularisation": 10.0,
            "character_ngrams": 5,
            "answer_words": 4,
            "seed": 1,
            "about_service": True,
            "by_ratio": True,
            "neural_units": 0,
            "count_unknown": False,
            "wish_from": 0.6,
        }

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        model = model_of(self._config)
        return self.keep(
            model.fit(
                [example.get(TEXT) for example in examples],
                [example.get(INTENT) for example in examples],
            )
        )

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text or self.kept is None or message.get(INTENT):
                continue  # a button's intent is known already
            probabilities = self.kept.probabilities(text)
            best = np.argsort(probabilities)[::-1][:RANKING_LENGTH]
            ranking = [
                {"name": self.kept.classes[at], "confidence": float(probabilities[at])}
                for at in best
            ]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            wish = further_wish(text, ranking[0]["name"], self.kept, self._config["wish_from"])
            if wish:
                add_entity(message, self, "further_wish", wish.intent, wish.start, wish.end)
        return messages


def model_of(config: Mapping[str, Any]) -> IntentModel:
    """The model that this configuration asks for, not taught yet."""
    return IntentModel(
        config["regularisation"],
        config["character_ngrams"],
        config["answer_words"],
        config["seed"],
        config["about_service"],
        config["by_ratio"],
        config["neural_units"],
        config["count_unknown"],
    )
