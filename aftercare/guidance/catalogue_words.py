"""What customers call the features of a product, for the sections that are about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.guidance.terms import terms, words
from aftercare.tables.catalogue import Feature


class FeatureNames(NamedTuple):
    """A feature of a product; its name and its words by language."""

    product: str
    name: Mapping[str, str]
    words: Mapping[str, Iterable[str]]


class _Named(NamedTuple):
    """One name of a feature as search terms, and all single words for it."""

    terms: frozenset[str]
    words: tuple[str, ...]


class FeatureWords:
    """Finds the catalogue's words for what a heading names.

    Only single words count: a longer phrase has words that belong to other sections as well.
    docs/benchmarks/guidance.md tells what words for parts and faults would have been worth.
    """

    def __init__(self, features: Iterable[FeatureNames], language: str) -> None:
        self._language = language
        self._named: dict[str, list[_Named]] = defaultdict(list)
        for feature in features:
            self._named[feature.product].extend(self._names_of(feature))

    def _names_of(self, feature: FeatureNames) -> Iterator[_Named]:
        known = tuple(feature.words.get(self._language, ()))
        single = tuple(word for word in known if len(words(word)) == 1)
        for name in (feature.name[self._language], *known):
            if asked := frozenset(terms(name, self._language)):
                yield _Named(asked, single)

    def of(self, product: str, heading: str) -> tuple[str, ...]:
        """The words of every feature that the heading names, each once."""
        told = set(terms(heading, self._language))
        found = [one.words for one in self._named[product] if one.terms <= told]
        return tuple(dict.fromkeys(word for group in found for word in group))


def features_in_tables(session: Session) -> Iterator[FeatureNames]:
    """The features of all products."""
    for feature in session.scalars(select(Feature).order_by(Feature.product_id, Feature.id)):
        yield FeatureNames(feature.product_id, feature.name, feature.words)
