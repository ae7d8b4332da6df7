"""The search index of the manuals: the words of every section, one file per language.

It lies under var/guidance, is built when the catalogue is loaded or a manual is published, and read
by the action server.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from aftercare.catalogue.files import LANGUAGES
from aftercare.database import SessionFactory, reading
from aftercare.errors import GuidanceUnavailable
from aftercare.guidance.ranking import ManualRanking, SectionWords, Vocabulary
from aftercare.guidance.terms import terms, terms_of, words
from aftercare.tables.catalogue import CatalogueState
from aftercare.tables.manuals import Manual, ManualSection, ManualStatus

FOLDER = "guidance"
#: Two members of staff may publish a manual at the same moment.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Hit:
    product: str
    anchor: str
    score: float
    coverage: float
    """Share of the question's weight (rare words weigh more) that the section covers."""


class IndexedSection(NamedTuple):
    product: str
    anchor: str
    heading: str
    markdown: str


def build_index(sessions: SessionFactory, var_dir: Path) -> None:
    """Write the index of all manuals in the tables, replacing the old one in one step."""
    sections: dict[str, list[IndexedSection]] = {}
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
                .where(Manual.language == language, Manual.status == ManualStatus.CURRENT)
                .order_by(Manual.product_id, ManualSection.position)
            ).all()
            sections[language] = [IndexedSection(*row) for row in rows]
    digest = hashlib.sha256(fingerprint.encode())
    digest.update(json.dumps(sections, ensure_ascii=False).encode())
    with _ONE_AT_A_TIME:
        write_index(var_dir, sections, digest.hexdigest())


def write_index(
    var_dir: Path, sections: Mapping[str, Sequence[IndexedSection]], fingerprint: str
) -> None:
    """Write the index of each language's sections, replacing the old one in one step."""
    target = var_dir / FOLDER
    fresh = var_dir / f"{FOLDER}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for language in LANGUAGES:
        _write_language(fresh / f"{language}.json", sections.get(language, ()))
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
                    code: _LanguageIndex(self._folder / f"{code}.json", code) for code in LANGUAGES
                }
                self._fingerprint = fingerprint
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GuidanceUnavailable(
                f"the index under {self._folder} cannot be read ({error}); `make load` builds it"
            ) from error
        return self._loaded[language].search(question, product, limit)


class _LanguageIndex:
    """The manuals of one language, each ranked by itself."""

    def __init__(self, file: Path, language: str) -> None:
        self._language = language
        manuals: dict[str, list[SectionWords]] = {}
        for section in json.loads(file.read_text(encoding="utf-8")):
            manuals.setdefault(section["product"], []).append(
                SectionWords(section["anchor"], section["heading"], section["text"])
            )
        self._rankings = {
            product: ManualRanking(sections, language) for product, sections in manuals.items()
        }
        self._vocabulary = Vocabulary(self._rankings.values())

    def search(self, question: str, product: str, limit: int) -> list[Hit]:
        ranking = self._rankings.get(product)
        if ranking is None:
            return []
        # The product's own name ("... on my W900") tells no section from another.
        own_name = set(terms(product.replace("-", " "), self._language))
        asked = [
            word
            for word in words(question)
            if not own_name.intersection(terms_of(word, self._language))
        ]
        return [
            Hit(product, found.anchor, found.score, found.coverage)
            for found in ranking.rank(asked, limit, self._vocabulary)
        ]


def _write_language(file: Path, sections: Sequence[IndexedSection]) -> None:
    described = [
        {
            "product": section.product,
            "anchor": section.anchor,
            "heading": words(section.heading),
            "text": words(section.markdown),
        }
        for section in sections
    ]
    file.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
