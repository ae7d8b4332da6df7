"""Finds the company's products, kinds of products and features by their everyday names.

The names come from the catalogue at training time and travel inside the model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

import spacy
import yaml
from rapidfuzz import fuzz, process
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans

from bot.nlu.entity import add_entity
from bot.nlu.kept import KeptComponent
from bot.nlu.text import plain, plain_in_place

#: Entity name -> value -> names in plain form.
Names = Dict[str, Dict[str, List[str]]]

PRODUCT, CATEGORY, FEATURE = "product", "product_category", "feature"
#: Shorter names are not searched with typos: too many words are near them.
_SHORTEST_FUZZY = 7
_LONGEST_NAME = 4


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CatalogueEntityExtractor(KeptComponent):
    """Adds `product`, `product_category` and `feature` entities whose values are catalogue ids."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"catalogue": "catalogue", "typo_ratio": 87.0}

    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        kept: Optional[Names] = None,
    ) -> None:
        super().__init__(config, storage, resource, kept)
        self._set_names(kept or {})

    def train(self, training_data: TrainingData) -> Resource:
        names = read_names(Path(self._config["catalogue"]))
        self._set_names(names)
        return self.keep(names)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                for name, value, start, end in self._find(text):
                    add_entity(message, self, name, value, start, end)
        return messages

    def _set_names(self, names: Names) -> None:
        self._language = spacy.blank("xx")
        self._matcher = PhraseMatcher(self._language.vocab)
        self._fuzzy: Dict[str, Tuple[str, str]] = {}
        for entity, by_value in names.items():
            for value, forms in by_value.items():
                key = f"{entity}:{value}"
                self._matcher.add(key, [self._language.make_doc(form) for form in forms])
                if entity in (PRODUCT, CATEGORY):
                    for form in forms:
                        if len(form) >= _SHORTEST_FUZZY and not any(map(str.isdigit, form)):
                            self._fuzzy[form] = (entity, value)

    def _find(self, text: str) -> List[Tuple[str, str, int, int]]:
        doc = self._language.make_doc(plain_in_place(text))
        spans = filter_spans(self._matcher(doc, as_spans=True))
        found = [(*span.label_.split(":", 1), span.start_char, span.end_char) for span in spans]
        if not any(entity in (PRODUCT, CATEGORY) for entity, *_ in found):
            found.extend(self._find_misspelt(doc))
        return found

    def _find_misspelt(self, doc: Doc) -> List[Tuple[str, str, int, int]]:
        best: Optional[Tuple[float, str, int, int]] = None
        for start, end, window in _windows(doc):
            match = process.extractOne(
                window,
                self._fuzzy.keys(),
                scorer=fuzz.ratio,
                score_cutoff=self._config["typo_ratio"],
            )
            if match and (best is None or match[1] > best[0]):
                best = (match[1], match[0], start, end)
        if best is None:
            return []
        entity, value = self._fuzzy[best[1]]
        return [(entity, value, best[2], best[3])]


def read_names(catalogue: Path) -> Names:
    """The names in the catalogue's files; a kind with one product only stands for that product.

    Raises InvalidConfigException where the files are missing.
    """
    try:
        categories = yaml.safe_load((catalogue / "categories.yml").read_text(encoding="utf-8"))
        products = [
            yaml.safe_load(path.read_text(encoding="utf-8"))
            for path in sorted((catalogue / "products").glob("*.yml"))
        ]
    except OSError as error:
        raise InvalidConfigException(
            f"The catalogue cannot be read: {error}. Set 'catalogue' of CatalogueEntityExtractor "
            "in config.yml to the folder that holds categories.yml and products/."
        ) from error
    names: Names = {PRODUCT: {}, CATEGORY: {}, FEATURE: {}}
    taken: Set[str] = set()

    def add(entity: str, value: str, words: Dict[str, List[str]]) -> None:
        forms = {plain(form) for forms in words.values() for form in forms} - taken
        names[entity].setdefault(value, []).extend(sorted(forms))
        taken.update(forms)

    for product in products:
        own = {"en": [product["model"], product["name"]["en"]], "pt": [product["name"]["pt"]]}
        add(PRODUCT, product["id"], own)
        add(PRODUCT, product["id"], product["names"])
    for category in categories:
        members = [product["id"] for product in products if product["category"] == category["id"]]
        if len(members) == 1:
            add(PRODUCT, members[0], category["names"])
        elif members:
            add(CATEGORY, category["id"], category["names"])
    # Different products share features; the first that uses a word names it.
    for product in products:
        for feature in product["features"]:
            add(FEATURE, feature["id"], feature["words"])
    return names


def _windows(doc: Doc) -> Iterator[Tuple[int, int, str]]:
    for size in range(1, _LONGEST_NAME + 1):
        for start in range(len(doc) - size + 1):
            span = doc[start : start + size]
            if len(span.text) >= _SHORTEST_FUZZY - 1:
                yield span.start_char, span.end_char, span.text
