"""The search index of the manuals: BM25 over headings and text, one index per language.

It lies under var/guidance, is built when the catalogue is loaded and read by the action server.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import bm25s
import numpy as np
from rapidfuzz import fuzz, process
from sqlalchemy import select

from aftercare.catalogue.files import LANGUAGES
from aftercare.database import SessionFactory, reading
from aftercare.errors import GuidanceUnavailable
from aftercare.guidance.terms import terms
from aftercare.tables.catalogue import CatalogueState
from aftercare.tables.manuals import Manual, ManualSection

FOLDER = "guidance"
_HEADING_WEIGHT = 3
#: Sections looked at again by how well question and heading fit each other.
_CANDIDATES = 20
#: A misspelt word is searched as the nearest known one at this likeness (percent) or more.
_TYPO_RATIO = 80
_SHORTEST_TYPO = 5


@dataclass(frozen=True)
class Hit:
    product: str
    anchor: str
    score: float
    coverage: float
    """Share of the question's weight (inverse document frequency) that the section covers."""


class _Section(NamedTuple):
    product: str
    anchor: str
    heading: str
    markdown: str


def build_index(sessions: SessionFactory, var_dir: Path) -> None:
    """Write the index of all manuals in the tables, replacing the old one in one step."""
    target = var_dir / FOLDER
    fresh = var_dir / f"{FOLDER}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with reading(sessions) as session:
        fingerprint = session.scalar(select(CatalogueState.fingerprint)) or ""
        for language in LANGUAGES:
            rows = session.execute(
                select(
                    Manual.product_id,
                    ManualSection.anchor,
                    ManualSection.heading,
                    ManualSection.markdown,
                )
                .join(ManualSection.manual)
                .where(Manual.language == language)
                .order_by(Manual.product_id, ManualSection.position)
            ).all()
            _write_language(fresh / language, language, [_Section(*row) for row in rows])
    (fresh / "fingerprint").write_text(fingerprint)
    old = var_dir / f"{FOLDER}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


class GuidanceIndex:
    """Searches the index on disk; a new one is noticed at the next question."""

    def __init__(self, var_dir: Path) -> None:
        self._folder = var_dir / FOLDER
        self._loaded: dict[str, _LanguageIndex] = {}
        self._fingerprint: str | None = None

    def search(self, question: str, *, product: str, language: str, limit: int = 5) -> list[Hit]:
        """The best sections of a product's manual, the best first.

        Raises GuidanceUnavailable where the index is missing or damaged.
        """
        try:
            fingerprint = (self._folder / "fingerprint").read_text()
            if fingerprint != self._fingerprint:
                self._loaded = {
                    code: _LanguageIndex(self._folder / code, code) for code in LANGUAGES
                }
                self._fingerprint = fingerprint
        except (OSError, ValueError, KeyError) as error:
            raise GuidanceUnavailable(
                f"the index under {self._folder} cannot be read ({error}); `make load` builds it"
            ) from error
        return self._loaded[language].search(question, product, limit)


class _LanguageIndex:
    def __init__(self, folder: Path, language: str) -> None:
        self._language = language
        self._sections = json.loads((folder / "sections.json").read_text(encoding="utf-8"))
        self._bm25 = bm25s.BM25.load(str(folder / "bm25"))
        self._documents = [frozenset(section["terms"]) for section in self._sections]
        self._headings = [frozenset(section["heading_terms"]) for section in self._sections]
        self._products = np.array([section["product"] for section in self._sections])
        self._known_set = frozenset[str]().union(*self._documents)
        self._words_of = {
            str(product): sorted(
                set[str]().union(
                    *(
                        d
                        for d, p in zip(self._documents, self._products, strict=True)
                        if p == product
                    )
                )
            )
            for product in set(self._products)
        }
        count = len(self._documents)
        seen: dict[str, int] = {}
        for document in self._documents:
            for term in document:
                seen[term] = seen.get(term, 0) + 1
        self._idf = {term: math.log(1 + count / times) for term, times in seen.items()}
        self._unknown_idf = math.log(1 + count) if count else 1.0

    def search(self, question: str, product: str, limit: int) -> list[Hit]:
        mask = self._products == product
        # The product's own name ("... on my W900") tells no section from another.
        own_name = set(terms(product.replace("-", " "), self._language))
        words = list(
            dict.fromkeys(
                self._known_form(term, product)
                for term in terms(question, self._language)
                if term not in own_name
            )
        )
        known = [word for word in words if word in self._known_set]
        if not known or not mask.any():
            return []
        scores = self._bm25.get_scores(known, weight_mask=mask.astype(np.float32))
        candidates = [int(at) for at in np.argsort(scores)[::-1][:_CANDIDATES] if scores[at] > 0]
        hits = [
            Hit(
                product=product,
                anchor=self._sections[at]["anchor"],
                score=float(scores[at]) * (1 + self._heading_match(words, self._headings[at])),
                coverage=self._covered(words, self._documents[at]),
            )
            for at in candidates
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def _known_form(self, term: str, product: str) -> str:
        """The word of this product's manual that a misspelt one most likely is."""
        if term in self._known_set or len(term) < _SHORTEST_TYPO or not term.isalpha():
            return term
        match = process.extractOne(
            term, self._words_of.get(product, []), scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO
        )
        return match[0] if match else term

    def _covered(self, words: Iterable[str], document: frozenset[str]) -> float:
        weights = {word: self._idf.get(word, self._unknown_idf) for word in words}
        total = sum(weights.values())
        return sum(weight for word, weight in weights.items() if word in document) / total

    def _heading_match(self, words: list[str], heading: frozenset[str]) -> float:
        """Harmonic mean of how much of the question is in the heading and the other way round."""
        common = heading.intersection(words)
        if not common:
            return 0.0
        forth = self._covered(words, heading)
        back = self._covered(heading, frozenset(words))
        return 2 * forth * back / (forth + back)


def _write_language(folder: Path, language: str, sections: list[_Section]) -> None:
    folder.mkdir()
    documents = [
        terms(section.heading, language) * _HEADING_WEIGHT + terms(section.markdown, language)
        for section in sections
    ]
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(documents or [[""]], show_progress=False)
    index.save(str(folder / "bm25"), show_progress=False)
    described = [
        {
            "product": section.product,
            "anchor": section.anchor,
            "terms": sorted(set(document)),
            "heading_terms": sorted(set(terms(section.heading, language))),
        }
        for section, document in zip(sections, documents, strict=True)
    ]
    (folder / "sections.json").write_text(json.dumps(described), encoding="utf-8")
