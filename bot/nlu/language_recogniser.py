"""Recognises the language of a message, where the message is long enough to tell.

Trained on the project's own examples, whose language stands in their metadata: on the short,
accentless messages of a chat this beats the general libraries (docs/decisions.md).
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entity import add_entity
from bot.nlu.kept import KeptComponent
from bot.nlu.linear_text_model import LinearTextModel
from bot.nlu.text import plain
from bot.nlu.text_features import by_characters, by_tokens
from bot.nlu.wording import words

ENTITY = "language"
#: Bare answers (names, addresses, numbers) have the language of their country, not of the speaker.
_TELLS_NOTHING = ("inform", "correct")
_NAMED = {
    "en": re.compile(r"\b(english|ingles|inglesa)\b"),
    "pt": re.compile(r"\b(portuguese|portugues|portuguesa|brazilian|brasileiro)\b"),
}
#: Signs, digits and single letters are of no language.
_SPOKEN = re.compile(r"[^\W\d_]{2}")
#: E-mail addresses are of no language either.
_ADDRESS = re.compile(r"\S+@\S+")
_SHORT = 4


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LanguageRecogniser(KeptComponent):
    """Adds an entity `language` with the value en or pt where it is sure enough.

    It comes after the intent classifier: "em inglês, por favor" names a language in another one.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"sure_from": 0.93, "understood_from": 0.5, "regularisation": 10.0, "seed": 1}

    def train(self, training_data: TrainingData) -> Resource:
        texts, languages = [], []
        for example in training_data.intent_examples:
            language = (example.get(METADATA) or {}).get("intent", {}).get("language")
            if language and example.get(TEXT):
                texts.append(example.get(TEXT))
                languages.append(language)
        model = LinearTextModel(
            plain,
            [by_tokens(words, ngrams=1), by_characters(4)],
            self._config["regularisation"],
            self._config["seed"],
        )
        return self.keep(model.fit(texts, languages))

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            language = self._language_of(message, text) if text else None
            if language:
                add_entity(message, self, ENTITY, language, 0, len(text))
        return messages

    def _language_of(self, message: Message, text: str) -> Optional[str]:
        intent = (message.get("intent") or {}).get("name")
        if intent == "change_language":
            named = [code for code, name in _NAMED.items() if name.search(plain(text))]
            if len(named) == 1:
                return named[0]
        if (
            intent in _TELLS_NOTHING
            or self.kept is None
            or not _SPOKEN.search(_ADDRESS.sub(" ", text))
        ):
            return None
        spoken = _ADDRESS.sub(" ", text)
        if len(spoken.split()) <= _SHORT and not self._is_understood(message):
            return None  # most likely a name: it has the language of its country as well
        code, probability = self._most_likely(spoken)
        return code if probability >= self._config["sure_from"] else None

    def _is_understood(self, message: Message) -> bool:
        intent = message.get("intent") or {}
        return float(intent.get("confidence", 1.0)) >= self._config["understood_from"]

    def _most_likely(self, text: str) -> Tuple[str, float]:
        probabilities = self.kept.probabilities(text)
        best = int(probabilities.argmax())
        return self.kept.classes[best], float(probabilities[best])
