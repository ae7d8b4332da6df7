"""Finds the company's products, their parts and features, and what fails, in customers' words.

The words come from the catalogue at training time and travel inside the model.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Set, Union

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entity import add_entity
from bot.nlu.kept import KeptComponent
from bot.nlu.phrases import Found, Phrases, Token, denies, tokens_of
from bot.nlu.product_names import Named, ProductNames
from bot.nlu.symptoms import Symptoms, words_near
from bot.nlu.vocabulary import PART, PRODUCT, SYMPTOM, Vocabulary, read_vocabulary

#: A word of so many examples is no slip.
_USUAL = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CatalogueEntityExtractor(KeptComponent):
    """Adds `product`, `product_category`, `part`, `feature` and `symptom`, with catalogue ids.

    What a part or feature is called differs between products: the value is that of the product in
    the message, or of the first that has it; `additional_info` has the id of each (`by_product`).
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"catalogue": "catalogue", "typo_ratio": 87.0}

    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        kept: Optional[Vocabulary] = None,
    ) -> None:
        super().__init__(config, storage, resource, kept)
        if kept:
            self._prepare(kept)

    def train(self, training_data: TrainingData) -> Resource:
        vocabulary = read_vocabulary(Path(self._config["catalogue"]))
        usual = _usual_words(vocabulary, training_data)
        vocabulary.near_symptoms = words_near(vocabulary.symptoms, usual)
        self._prepare(vocabulary)
        return self.keep(vocabulary)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and self.kept:
                self._find(message, text)
        return messages

    def _prepare(self, vocabulary: Vocabulary) -> None:
        self._members = vocabulary.members
        self._products = ProductNames(vocabulary, self._config["typo_ratio"])
        self._symptoms = Symptoms(vocabulary.symptoms, vocabulary.near_symptoms)
        self._pieces = vocabulary.pieces
        self._phrases_of_pieces = {
            entity: Phrases({phrase: [phrase] for phrase in pieces})
            for entity, pieces in vocabulary.pieces.items()
        }

    def _find(self, message: Message, text: str) -> None:
        tokens = tokens_of(text)
        symptoms = self._symptoms.find(tokens)
        pieces = {
            entity: phrases.find(tokens) for entity, phrases in self._phrases_of_pieces.items()
        }
        device = _places([*symptoms, *(one for found in pieces.values() for one in found)])
        named = self._products.find(text, tokens, device)
        for one in named:
            self._add(message, one.entity, one.value, tokens, one)
        taken = _places(named)
        for entity, found in pieces.items():
            beside = [one for one in found if taken.isdisjoint(range(one.first, one.last))]
            self._add_pieces(message, entity, tokens, _each_once(beside), self._meant(named))
        for one in _each_once(symptoms):
            if not taken.issuperset(range(one.first, one.last)):
                self._add(message, SYMPTOM, one.label, tokens, one)

    def _add_pieces(
        self,
        message: Message,
        entity: str,
        tokens: Sequence[Token],
        found: Sequence[Found],
        meant: Sequence[str],
    ) -> None:
        """Parts or features; what none of the products in the message has is left out."""
        for one in found:
            by_product = self._pieces[entity][one.label]
            having = [product for product in meant if product in by_product]
            if (meant and not having) or (entity == PART and _is_verb(tokens, one)):
                continue
            value = by_product[having[0]] if having else next(iter(by_product.values()))
            self._add(message, entity, value, tokens, one, by_product)

    def _meant(self, named: Sequence[Named]) -> List[str]:
        """The products that a message speaks of, those of a kind that it names after the others."""
        products = [one.value for one in named if one.entity == PRODUCT]
        kinds = [one.value for one in named if one.entity != PRODUCT]
        return [*products, *(product for kind in kinds for product in self._members[kind])]

    def _add(
        self,
        message: Message,
        name: str,
        value: str,
        tokens: Sequence[Token],
        found: Union[Found, Named],
        by_product: Optional[Dict[str, str]] = None,
    ) -> None:
        add_entity(
            message,
            self,
            name,
            value,
            tokens[found.first].start,
            tokens[found.last - 1].end,
            additional_info={"by_product": by_product} if by_product else None,
        )


def _places(found: Sequence[Union[Found, Named]]) -> FrozenSet[int]:
    """The places of the tokens that these cover."""
    return frozenset(place for one in found for place in range(one.first, one.last))


def _each_once(found: Sequence[Found]) -> List[Found]:
    """What is said more than once is told once, by the first time."""
    return list({one.label: one for one in reversed(found)}.values())[::-1]


def _usual_words(vocabulary: Vocabulary, training_data: TrainingData) -> Set[str]:
    """Words that are right as they are: the catalogue's, and those of several examples."""
    names = (
        form for names in vocabulary.names.values() for forms in names.values() for form in forms
    )
    pieces = (phrase for phrases in vocabulary.pieces.values() for phrase in phrases)
    usual = {word for phrase in (*names, *pieces) for word in phrase.split()}
    counted = Counter(
        word
        for example in training_data.intent_examples
        for word in {token.text for token in tokens_of(example.get(TEXT) or "")}
    )
    return usual.union(word for word, times in counted.items() if times >= _USUAL)


def _is_verb(tokens: Sequence[Token], found: Found) -> bool:
    """ "It won't pump" speaks of no pump."""
    before = tokens[found.first - 1].text if found.first else ""
    return before == "to" or (denies(before) and before not in ("without", "sem", "nem"))
