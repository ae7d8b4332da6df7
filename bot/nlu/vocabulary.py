"""Reads from the catalogue's files the words that customers use for products, parts and faults.

They are read at training time and travel inside the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, List, Set

import yaml
from rasa.shared.exceptions import InvalidConfigException

from bot.nlu.phrases import words_in

PRODUCT, CATEGORY = "product", "product_category"
PART, FEATURE, SYMPTOM = "part", "feature", "symptom"


@dataclass
class Vocabulary:
    """Phrases are in plain form, their words joined by single spaces."""

    names: Dict[str, Dict[str, List[str]]]
    """Entity (product or product_category) -> id -> its names."""
    everyday: Dict[str, List[str]]
    """Name that also means something else -> the languages in which it does."""
    members: Dict[str, List[str]]
    """Category -> its products."""
    pieces: Dict[str, Dict[str, Dict[str, str]]] = field(default_factory=dict)
    """Entity (part or feature) -> phrase -> product -> id, which differs between products."""
    symptoms: Dict[str, List[str]] = field(default_factory=dict)
    """Symptom -> its phrases, as written, for `LoosePhrases`."""
    near_symptoms: List[str] = field(default_factory=list)
    """Usual words that are spelt nearly like one of these phrases."""


def read_vocabulary(catalogue: Path) -> Vocabulary:
    """The words in the catalogue's files; a kind with one product only stands for that product.

    Raises InvalidConfigException where the files are missing.
    """
    try:
        categories = _read(catalogue / "categories.yml")
        symptoms = _read(catalogue / "symptoms.yml")
        products = [_read(path) for path in sorted((catalogue / "products").glob("*.yml"))]
    except OSError as error:
        raise InvalidConfigException(
            f"The catalogue cannot be read: {error}. Set 'catalogue' of CatalogueEntityExtractor "
            "in config.yml to the folder that holds categories.yml, symptoms.yml and products/."
        ) from error
    members: Dict[str, List[str]] = {category["id"]: [] for category in categories}
    for product in products:
        members[product["category"]].append(product["id"])
    return Vocabulary(
        names=_names(products, categories, members),
        everyday=_everyday([*products, *categories]),
        members=members,
        pieces={
            PART: _pieces(products, "parts"),
            FEATURE: _pieces(products, "features"),
        },
        symptoms={symptom["id"]: _all(symptom["words"]) for symptom in symptoms},
    )


def _names(
    products: List[Any], categories: List[Any], members: Dict[str, List[str]]
) -> Dict[str, Dict[str, List[str]]]:
    names: Dict[str, Dict[str, List[str]]] = {PRODUCT: {}, CATEGORY: {}}
    taken: Set[str] = set()

    def add(entity: str, value: str, phrases: Iterable[str]) -> None:
        forms = {_plain(phrase) for phrase in phrases} - taken
        names[entity].setdefault(value, []).extend(sorted(forms))
        taken.update(forms)

    for product in products:
        own = [product["model"], *product["name"].values()]
        add(PRODUCT, product["id"], [*own, *_all(product["names"])])
        add(PRODUCT, product["id"], _all(product.get("everyday_names", {})))
    for category in categories:
        phrases = [*_all(category["names"]), *_all(category.get("everyday_names", {}))]
        models = members[category["id"]]
        if len(models) == 1:
            add(PRODUCT, models[0], phrases)
        elif models:
            add(CATEGORY, category["id"], phrases)
    return names


def _everyday(entries: List[Any]) -> Dict[str, List[str]]:
    everyday: Dict[str, List[str]] = {}
    for entry in entries:
        for language, phrases in entry.get("everyday_names", {}).items():
            for phrase in phrases:
                everyday.setdefault(_plain(phrase), []).append(language)
    return everyday


def _pieces(products: List[Any], kind: str) -> Dict[str, Dict[str, str]]:
    pieces: Dict[str, Dict[str, str]] = {}
    for product in products:
        for piece in product[kind]:
            for phrase in _all(piece.get("words", {})):
                pieces.setdefault(_plain(phrase), {}).setdefault(product["id"], piece["id"])
    return pieces


def _all(words: Dict[str, List[str]]) -> List[str]:
    return [phrase for phrases in words.values() for phrase in phrases]


def _plain(phrase: str) -> str:
    return " ".join(words_in(str(phrase)))


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
