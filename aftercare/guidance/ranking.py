"""Ranks the sections of one manual by how well they answer a question.

BM25 over heading and text, where a related word counts less than the word itself; to that comes
what words side by side in the question add when they are so in the text, and what a heading adds
that says what the question says. docs/benchmarks/guidance.md shows what each of these is worth.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from rapidfuzz import fuzz, process

from aftercare.guidance.related import related_terms
from aftercare.guidance.terms import NOT, terms_of

#: How soon a word said again adds nothing, and how much a long section is held back.
_SATURATION, _LENGTH = 1.2, 0.4
#: A word of the heading counts as so many of the text.
_HEADING_WORD = 2
_RELATED = 0.8
#: What two words side by side add, as a share of the weight of the lesser one.
_SIDE_BY_SIDE = 0.6
#: What a heading adds that is the question, as a share of the question's weight.
_HEADING_FIT = 0.4
#: A misspelt word is searched as the nearest known one at this likeness (percent) or more.
_TYPO_RATIO = 80
_SHORTEST_TYPO = 5


class SectionWords(NamedTuple):
    """A section as it is searched: its words in order, small ones included."""

    anchor: str
    heading: list[str]
    text: list[str]


class Vocabulary:
    """In how many sections of all manuals of a language each term is."""

    def __init__(self, manuals: Iterable[ManualRanking]) -> None:
        self._sections = 0
        self._found_in: Counter[str] = Counter()
        for manual in manuals:
            self._sections += manual.size
            self._found_in.update(manual.found_in())

    def __contains__(self, term: str) -> bool:
        return term in self._found_in

    def rarity(self, terms: Iterable[str]) -> float:
        """The weight of the rarest of the terms; one that no manual has is rarest of all."""
        times = [self._found_in[term] for term in terms if term in self._found_in]
        return math.log(1 + self._sections / min(times, default=1))


class Ranked(NamedTuple):
    anchor: str
    score: float
    coverage: float


class _Asked(NamedTuple):
    """One word of a question: what is looked for, and how much each of it counts."""

    terms: tuple[str, ...]
    worth: dict[str, float]
    shares: dict[str, float]
    weight: float
    """For the order of the sections."""
    telling: float
    """For the coverage: how rare the word is among all manuals."""


class ManualRanking:
    """The sections of one manual, ready to be asked."""

    def __init__(self, sections: Sequence[SectionWords], language: str) -> None:
        self._language = language
        self._anchors = [section.anchor for section in sections]
        headings = [self._terms(section.heading) for section in sections]
        texts = [self._terms(section.text) for section in sections]
        self._headings = [frozenset(_flat(heading)) for heading in headings]
        self._found_in = _fills(headings, texts)
        self._side_by_side = _pairs(texts)
        self._idf = {term: self._rarity(len(found)) for term, found in self._found_in.items()}
        self._unknown = self._rarity(0)
        self._spelt = sorted(
            {
                word
                for section in sections
                for word in (*section.heading, *section.text)
                if len(word) >= _SHORTEST_TYPO and terms_of(word, language)
            }
        )

    @property
    def size(self) -> int:
        return len(self._anchors)

    def found_in(self) -> dict[str, int]:
        """In how many sections each term is."""
        return {term: len(found) for term, found in self._found_in.items()}

    def rank(self, question: Sequence[str], limit: int, vocabulary: Vocabulary) -> list[Ranked]:
        """The best sections for the words of a question; of equals the one that comes first."""
        asked = [
            self._asked(terms, vocabulary)
            for word in question
            if (terms := self._spelling(word, vocabulary))
        ]
        different = list({word.terms: word for word in asked}.values())
        total = sum(word.weight for word in different)
        scores: dict[int, float] = {}
        covered: dict[int, float] = {}
        for word in different:
            if word.terms != (NOT,):
                self._add_word(word, scores, covered)
        if not scores:
            return []
        # A denial alone tells nothing; it only chooses among what the other words have found.
        for word in different:
            if word.terms == (NOT,):
                self._add_word(word, scores, covered, only=frozenset(scores))
        for one, other in {(a.terms, b.terms): (a, b) for a, b in pairwise(asked)}.values():
            if one.terms != other.terms:
                for at in self._sections_with(one, other) & scores.keys():
                    scores[at] += _SIDE_BY_SIDE * min(one.weight, other.weight)
        for at in scores:
            scores[at] += _HEADING_FIT * total * self._heading_fit(different, total, at)
        best = sorted(scores, key=lambda at: (-round(scores[at], 9), at))[:limit]
        told = sum(word.telling for word in different)
        return [Ranked(self._anchors[at], scores[at], covered[at] / told) for at in best]

    def _terms(self, words: Iterable[str]) -> list[tuple[str, ...]]:
        return [terms for word in words if (terms := terms_of(word, self._language))]

    def _rarity(self, sections: int) -> float:
        return math.log(1 + (len(self._anchors) - sections + 0.5) / (sections + 0.5))

    def _spelling(self, word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The terms of a word, or of the manual's word that a misspelt one most likely is."""
        terms = terms_of(word, self._language)
        if (
            len(word) < _SHORTEST_TYPO
            or not word.isalpha()
            or any(term in vocabulary or related_terms(term, self._language) for term in terms)
        ):
            return terms
        match = process.extractOne(word, self._spelt, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO)
        return terms_of(match[0], self._language) if terms and match else terms

    def _asked(self, terms: tuple[str, ...], vocabulary: Vocabulary) -> _Asked:
        """A related word is worth no more than the word itself, where the manual has that."""
        own = [self._idf[term] for term in terms if term in self._idf]
        most = max(own, default=self._unknown)
        worth = {
            other: _RELATED * min(self._idf[other], most)
            for term in terms
            for other in related_terms(term, self._language)
            if other in self._idf
        }
        worth.update({term: self._idf[term] for term in terms if term in self._idf})
        return _Asked(
            terms,
            worth,
            shares={term: 1.0 if term in terms else _RELATED for term in worth},
            weight=max(worth.values(), default=self._unknown),
            telling=0.0 if terms == (NOT,) else vocabulary.rarity(terms),
        )

    def _add_word(
        self,
        word: _Asked,
        scores: dict[int, float],
        covered: dict[int, float],
        only: frozenset[int] | None = None,
    ) -> None:
        """Add what the best form of the word is worth in each section that has one."""
        worth: dict[int, float] = {}
        share_of: dict[int, float] = {}
        for term, share in word.shares.items():
            for at, fill in self._found_in.get(term, ()):
                if only is None or at in only:
                    worth[at] = max(worth.get(at, 0.0), word.worth[term] * fill)
                    share_of[at] = max(share_of.get(at, 0.0), share)
        for at, value in worth.items():
            scores[at] = scores.get(at, 0.0) + value
            covered[at] = covered.get(at, 0.0) + word.telling * share_of[at]

    def _sections_with(self, one: _Asked, other: _Asked) -> set[int]:
        """Where the text has the two words side by side, in this order."""
        return set[int]().union(
            *(
                self._side_by_side.get((first, second), ())
                for first in one.terms
                for second in other.terms
            )
        )

    def _heading_fit(self, asked: Sequence[_Asked], total: float, at: int) -> float:
        """Harmonic mean of how much of the question is in the heading and the other way round."""
        heading = self._headings[at]
        forth = 0.0
        counted: dict[str, float] = {}
        for word in asked:
            shares = {term: word.shares[term] for term in heading & word.shares.keys()}
            forth += word.weight * max(shares.values(), default=0.0)
            for term, share in shares.items():
                counted[term] = max(counted.get(term, 0.0), share)
        if not counted:
            return 0.0
        forth /= total
        whole = sum(self._idf[term] for term in heading)
        back = sum(self._idf[term] * share for term, share in counted.items()) / whole
        return 2 * forth * back / (forth + back)


def _fills(
    headings: Sequence[Sequence[tuple[str, ...]]], texts: Sequence[Sequence[tuple[str, ...]]]
) -> dict[str, list[tuple[int, float]]]:
    """For each term the sections that have it, and how full of it each is (BM25, from 0 to 1).

    A denial counts in headings only: nearly every text denies something.
    """
    counts = []
    for heading, text in zip(headings, texts, strict=True):
        count = Counter(term for term in _flat(text) if term != NOT)
        for term in _flat(heading):
            count[term] += _HEADING_WORD
        counts.append(count)
    lengths = [count.total() for count in counts]
    mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
    found: dict[str, list[tuple[int, float]]] = {}
    for at, count in enumerate(counts):
        held_back = _SATURATION * (1 - _LENGTH + _LENGTH * lengths[at] / mean)
        for term, times in count.items():
            found.setdefault(term, []).append((at, times / (times + held_back)))
    return found


def _pairs(texts: Sequence[Sequence[tuple[str, ...]]]) -> dict[tuple[str, str], set[int]]:
    """For each two terms that stand side by side in a text, the sections where they do."""
    found: dict[tuple[str, str], set[int]] = {}
    for at, text in enumerate(texts):
        for one, other in pairwise(text):
            for pair in product(one, other):
                found.setdefault(pair, set()).add(at)
    return found


def _flat(words: Iterable[tuple[str, ...]]) -> list[str]:
    return [term for terms in words for term in terms]
