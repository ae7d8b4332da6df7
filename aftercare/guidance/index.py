"""The search index of the manuals: the words of every section, one database file per language.

It lies under var/guidance, is built when the catalogue is loaded or a manual is published, and read
by the action server: of a large catalogue only the manual that is asked.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.catalogue.entries import LANGUAGES, Language
from aftercare.database import SessionFactory, reading
from aftercare.errors import GuidanceUnavailable
from aftercare.guidance.catalogue_words import FeatureWords, features_in_tables
from aftercare.guidance.learned import judged_answers, learned_words
from aftercare.guidance.manual_words import SectionWords, manual_words, restored, stored
from aftercare.guidance.ranking import ManualRanking, Vocabulary
from aftercare.guidance.signs import Signs
from aftercare.guidance.terms import terms, terms_of, words
from aftercare.tables.catalogue import CatalogueState
from aftercare.tables.manuals import Manual, ManualSection, ManualStatus

FOLDER = "guidance"
#: Told the number of sections that are done, and how many there are.
Progress = Callable[[int, int], None]
#: Two members of staff may publish a manual at the same moment.
_ONE_AT_A_TIME = threading.Lock()
#: Manuals that stay ready to be asked; one takes about a megabyte.
_READY_MANUALS = 64
_KNOWN_TERMS = 10_000
_SECTIONS_AT_ONCE = 500
_TABLES = """
    create table manuals (product text primary key, words text not null, numbers blob not null);
    create table terms (term text primary key, sections integer not null) without rowid;
    create table totals (sections integer not null);
"""


@dataclass(frozen=True)
class Hit:
    product: str
    anchor: str
    score: float
    signs: Signs

    @property
    def coverage(self) -> float:
        """Share of what the question tells that the section has; rare words tell more."""
        return self.signs.coverage


class _Digest(Protocol):
    def update(self, more: bytes, /) -> object: ...


class IndexedSection(NamedTuple):
    product: str
    anchor: str
    heading: str
    markdown: str
    #: Words that customers have for it and the manual has not.
    learned: tuple[str, ...] = ()


def build_index(sessions: SessionFactory, var_dir: Path, progress: Progress | None = None) -> None:
    """Write the index of all manuals in the tables, replacing the old one in one step."""
    with _ONE_AT_A_TIME, reading(sessions) as session:
        fingerprint = session.scalar(select(CatalogueState.fingerprint)) or ""
        total = session.scalar(
            select(func.count(ManualSection.id))
            .join(ManualSection.manual)
            .where(Manual.status == ManualStatus.CURRENT)
        )
        sections = {language: _sections(session, language) for language in LANGUAGES}
        write_index(
            var_dir,
            sections,
            fingerprint,
            lambda done: progress(done, total or done) if progress else None,
        )


def _sections(session: Session, language: str) -> Iterator[IndexedSection]:
    learned = learned_words(judged_answers(session, language), language)
    features = FeatureWords(features_in_tables(session), language)
    rows = session.execute(
        select(
            Manual.product_id,
            ManualSection.anchor,
            ManualSection.heading,
            ManualSection.markdown,
        )
        .join(ManualSection.manual)
        .where(Manual.language == language, Manual.status == ManualStatus.CURRENT)
        .order_by(Manual.product_id, ManualSection.position),
        execution_options={"yield_per": _SECTIONS_AT_ONCE},
    )
    for product, anchor, heading, markdown in rows:
        more = learned.get((product, anchor), ())
        more += features.of(product, heading)
        yield IndexedSection(product, anchor, heading, markdown, more)


def write_index(
    var_dir: Path,
    sections: Mapping[Language, Iterable[IndexedSection]],
    fingerprint: str,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Write the index of each language's sections, replacing the old one in one step.

    The sections of a product must follow each other. The fingerprint is part of the index's own,
    by which a reader notices a new one.
    """
    target = var_dir / FOLDER
    fresh = var_dir / f"{FOLDER}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    digest = hashlib.sha256(fingerprint.encode())
    done = 0
    for language in LANGUAGES:
        file = fresh / f"{language}.db"
        for more in _write_language(file, language, sections.get(language, ()), digest):
            done += more
            progress(done)
    (fresh / "fingerprint").write_text(digest.hexdigest())
    old = var_dir / f"{FOLDER}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _write_language(
    file: Path, language: str, sections: Iterable[IndexedSection], digest: _Digest
) -> Iterator[int]:
    """Yields the number of its sections after each manual."""
    total = 0
    known: Counter[str] = Counter()
    with closing(sqlite3.connect(file)) as connection, connection:
        # A file that is not finished is never read, so nothing waits for the disk.
        connection.executescript("pragma journal_mode = off; pragma synchronous = off;" + _TABLES)
        for product, group in groupby(sections, lambda section: section.product):
            manual = []
            for section in group:
                digest.update(repr((language, section)).encode())
                body = [*words(section.markdown), *section.learned]
                manual.append(SectionWords(section.anchor, words(section.heading), body))
            searched = manual_words(manual, language)
            for heading, text in zip(searched.headings, searched.texts, strict=True):
                known.update({term for form in {*heading, *text} for term in searched.forms[form]})
            connection.execute("insert into manuals values (?, ?, ?)", (product, *stored(searched)))
            total += len(manual)
            yield len(manual)
        connection.executemany("insert into terms values (?, ?)", sorted(known.items()))
        connection.execute("insert into totals values (?)", (total,))


class GuidanceIndex:
    """Searches the index on disk; a new one is noticed at the next question."""

    def __init__(self, var_dir: Path) -> None:
        self._folder = var_dir / FOLDER
        self._loaded: dict[str, _LanguageIndex] = {}
        self._fingerprint: str | None = None
        self._written: tuple[int, int] | None = None

    def search(self, question: str, *, product: str, language: str, limit: int = 5) -> list[Hit]:
        """The best sections of a product's manual, the best first.

        Raises GuidanceUnavailable where the index is missing or damaged.
        """
        try:
            told = (self._folder / "fingerprint").stat()
            written = (told.st_ino, told.st_mtime_ns)
            if written != self._written:
                self._load()
                self._written = written
            return self._loaded[language].search(question, product, limit)
        except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
            raise GuidanceUnavailable(
                f"the index under {self._folder} cannot be read ({error}); `make load` builds it"
            ) from error

    def _load(self) -> None:
        fingerprint = (self._folder / "fingerprint").read_text()
        if fingerprint != self._fingerprint:
            self._loaded = {
                code: _LanguageIndex(self._folder / f"{code}.db", code) for code in LANGUAGES
            }
            self._fingerprint = fingerprint


class _LanguageIndex:
    """The manuals of one language, each ranked by itself."""

    def __init__(self, file: Path, language: str) -> None:
        self._language = language
        # Several threads ask; SQLite itself takes one after the other.
        self._connection = sqlite3.connect(
            f"file:{quote(str(file.absolute()))}?mode=ro", uri=True, check_same_thread=False
        )
        (sections,) = self._connection.execute("select sections from totals").fetchone()
        self._ranking = lru_cache(maxsize=_READY_MANUALS)(self._read)
        self._vocabulary = Vocabulary(sections, lru_cache(maxsize=_KNOWN_TERMS)(self._times))

    def _read(self, product: str) -> ManualRanking | None:
        row = self._connection.execute(
            "select words, numbers from manuals where product = ?", (product,)
        ).fetchone()
        return ManualRanking(restored(*row), self._language) if row else None

    def _times(self, term: str) -> int:
        row = self._connection.execute(
            "select sections from terms where term = ?", (term,)
        ).fetchone()
        return int(row[0]) if row else 0

    def search(self, question: str, product: str, limit: int) -> list[Hit]:
        ranking = self._ranking(product)
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
            Hit(product, found.anchor, found.score, found.signs)
            for found in ranking.rank(asked, limit, self._vocabulary)
        ]
