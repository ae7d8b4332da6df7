"""Ranks the sections of one manual by how well they answer a question.

BM25 over heading and text, where a related word counts less than the word itself; to that comes
what words side by side in the question add when they are so in the text, and what a heading adds
that says what the question says. docs/benchmarks/guidance.md shows what each of these is worth.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import fuzz, process

from aftercare.guidance.manual_words import SHORTEST_TYPO, ManualWords
from aftercare.guidance.related import related_terms
from aftercare.guidance.shop_words import is_shop_word
from aftercare.guidance.signs import Signs
from aftercare.guidance.terms import NOT, is_code, terms_of

#: How soon a word said again adds nothing, and how much a long section is held back.
_SATURATION, _LENGTH = 1.2, 0.4
#: A word of the heading counts as so many of the text.
_HEADING_WORD = 2
_RELATED = 0.8
#: What two words side by side add, as a share of the weight of the lesser one.
_SIDE_BY_SIDE = 0.6
#: What a heading adds that is the question, as a share of the question's weight.
_HEADING_FIT = 0.4
#: A heading with more than this fit is the question, and comes first where others are as good.
_WHOLE_FIT, _IS_THE_QUESTION = 0.95, 0.1
#: A misspelt word is searched as the nearest known one at this likeness (percent) or more.
_TYPO_RATIO = 80


class Vocabulary:
    """In how many sections of all manuals of a language each term is."""

    def __init__(self, sections: int, times: Callable[[str], int]) -> None:
        self._sections = sections
        self._times = times

    @classmethod
    def of(cls, manuals: Iterable[ManualRanking]) -> Vocabulary:
        sections = 0
        found_in: Counter[str] = Counter()
        for manual in manuals:
            sections += manual.size
            found_in.update(manual.found_in())
        return cls(sections, found_in.__getitem__)

    def __contains__(self, term: str) -> bool:
        return self._times(term) > 0

    def rarity(self, terms: Iterable[str]) -> float:
        """The weight of the rarest of the terms; one that no manual has is rarest of all."""
        times = [times for term in terms if (times := self._times(term))]
        return math.log(1 + self._sections / min(times, default=1))


class Ranked(NamedTuple):
    anchor: str
    score: float
    signs: Signs

    @property
    def coverage(self) -> float:
        """Share of what the question tells that the section has; rare words tell more."""
        return self.signs.coverage


class _Asked(NamedTuple):
    """One word of a question: what is looked for, and how much each of it counts."""

    terms: tuple[str, ...]
    worth: dict[str, float]
    shares: dict[str, float]
    weight: float
    """For the order of the sections."""
    telling: float
    """For the signs: how rare the word is among all manuals."""


class _Tally:
    """What has been found of a question, section by section."""

    def __init__(self) -> None:
        self.scores: dict[int, float] = {}
        self.covered: dict[int, float] = {}
        self.literal: dict[int, float] = {}


class ManualRanking:
    """The sections of one manual, ready to be asked."""

    def __init__(self, manual: ManualWords, language: str) -> None:
        self._language = language
        self._manual = manual
        self._forms: dict[str, list[int]] = {}
        for number, form in enumerate(manual.forms):
            for term in form:
                self._forms.setdefault(term, []).append(number)
        self._places = _places(manual)
        self._held_back = self._lengths()
        self._found: dict[str, dict[int, float]] = {}

    @property
    def size(self) -> int:
        return len(self._manual.anchors)

    def found_in(self) -> dict[str, int]:
        """In how many sections each term is."""
        return {term: len(self._found_in(term)) for term in self._forms}

    def rank(self, question: Sequence[str], limit: int, vocabulary: Vocabulary) -> list[Ranked]:
        """The best sections for the words of a question; of equals the one that comes first."""
        asked = [
            self._asked(terms, vocabulary)
            for word in question
            if (terms := self._spelling(word, vocabulary))
        ]
        different = list({word.terms: word for word in asked}.values())
        tally = _Tally()
        for word in different:
            if word.terms != (NOT,):
                self._add_word(word, tally)
        if not tally.scores:
            return []
        # A denial alone tells nothing; it only chooses among what the other words have found.
        for word in different:
            if word.terms == (NOT,):
                self._add_word(word, tally, only=frozenset(tally.scores))
        scores = tally.scores
        for one, other in {(a.terms, b.terms): (a, b) for a, b in pairwise(asked)}.values():
            if one.terms != other.terms:
                for at in self._side_by_side(one, other, scores.keys()):
                    scores[at] += _SIDE_BY_SIDE * min(one.weight, other.weight)
        total = sum(word.weight for word in different)
        codes = {term for word in different for term in word.terms if is_code(term)}
        wanted = {form for word in different for term in word.shares for form in self._forms[term]}
        fits = dict.fromkeys(scores, 0.0)
        for at in scores:
            if not wanted.isdisjoint(self._manual.headings[at]):
                fits[at] = self._heading_fit(different, total, at)
                scores[at] += _HEADING_FIT * total * fits[at]
                if fits[at] > _WHOLE_FIT:
                    scores[at] += _IS_THE_QUESTION * total
                if not codes.isdisjoint(self._heading(at)):
                    scores[at] += total
        best = sorted(scores, key=lambda at: (-round(scores[at], 9), at))[:limit]
        about = _About(different, codes, vocabulary)
        return [
            Ranked(
                self._manual.anchors[at],
                scores[at],
                Signs(
                    coverage=tally.covered[at] / about.told,
                    literal=tally.literal[at] / about.told,
                    heading=fits[at],
                    strength=scores[at] / total,
                    elsewhere=about.elsewhere / about.told,
                    unknown=about.unknown / about.told,
                    shop=self._shop(different, at) / about.told,
                    code=self._code(codes, at),
                    words=about.words,
                ),
            )
            for at in best
        ]

    def _spelling(self, word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The terms of a word, or of the manual's word that a misspelt one most likely is."""
        terms = terms_of(word, self._language)
        if (
            len(word) < SHORTEST_TYPO
            or not word.isalpha()
            or any(term in vocabulary or related_terms(term, self._language) for term in terms)
        ):
            return terms
        match = process.extractOne(
            word, self._manual.spelt, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO
        )
        return terms_of(match[0], self._language) if terms and match else terms

    def _asked(self, terms: tuple[str, ...], vocabulary: Vocabulary) -> _Asked:
        """A related word is worth no more than the word itself, where the manual has that."""
        own = [self._idf(term) for term in terms if term in self._forms]
        most = max(own, default=self._rarity(0))
        worth = {
            other: _RELATED * min(self._idf(other), most)
            for term in terms
            for other in related_terms(term, self._language)
            if other in self._forms
        }
        worth.update({term: self._idf(term) for term in terms if term in self._forms})
        return _Asked(
            terms,
            worth,
            shares={term: 1.0 if term in terms else _RELATED for term in worth},
            weight=max(worth.values(), default=self._rarity(0)),
            telling=0.0 if terms == (NOT,) else vocabulary.rarity(terms),
        )

    def _add_word(self, word: _Asked, tally: _Tally, only: frozenset[int] | None = None) -> None:
        """Add what the best form of the word is worth in each section that has one."""
        worth: dict[int, float] = {}
        share_of: dict[int, float] = {}
        for term, share in word.shares.items():
            for at, fill in self._found_in(term).items():
                if only is None or at in only:
                    worth[at] = max(worth.get(at, 0.0), word.worth[term] * fill)
                    share_of[at] = max(share_of.get(at, 0.0), share)
        for at, value in worth.items():
            share = share_of[at]
            itself = word.telling if share == 1 else 0.0
            tally.scores[at] = tally.scores.get(at, 0.0) + value
            tally.covered[at] = tally.covered.get(at, 0.0) + word.telling * share
            tally.literal[at] = tally.literal.get(at, 0.0) + itself

    def _side_by_side(self, one: _Asked, other: _Asked, among: Set[int]) -> Iterator[int]:
        """Where the text has the two words side by side, in this order."""
        firsts = {form for term in one.terms for form in self._forms.get(term, ())}
        seconds = {form for term in other.terms for form in self._forms.get(term, ())}
        with_first = {at for form in firsts for at in self._places[form]}
        with_second = {at for form in seconds for at in self._places[form]}
        for at in with_first & with_second & among:
            if any(
                first in firsts and second in seconds
                for first, second in pairwise(self._manual.texts[at])
            ):
                yield at

    def _heading_fit(self, asked: Sequence[_Asked], total: float, at: int) -> float:
        """Harmonic mean of how much of the question is in the heading and the other way round."""
        heading = self._heading(at)
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
        whole = sum(self._idf(term) for term in heading)
        back = sum(self._idf(term) * share for term, share in counted.items()) / whole
        return 2 * forth * back / (forth + back)

    def _shop(self, asked: Sequence[_Asked], at: int) -> float:
        """What the question tells of the shop's business and this section does not."""
        return sum(
            word.telling
            for word in asked
            if any(is_shop_word(term, self._language) for term in word.terms)
            and not any(at in self._found_in(term) for term in word.terms)
        )

    def _code(self, codes: Set[str], at: int) -> float:
        if not codes:
            return 0.0
        return 1.0 if any(at in self._found_in(code) for code in codes) else -1.0

    def _heading(self, at: int) -> set[str]:
        return {term for form in self._manual.headings[at] for term in self._manual.forms[form]}

    def _lengths(self) -> list[float]:
        """How much each section's length takes from its words (BM25)."""
        manual = self._manual
        lengths = [
            len(text) + _HEADING_WORD * len(heading)
            for heading, text in zip(manual.headings, manual.texts, strict=True)
        ]
        mean = (sum(lengths) / self.size if self.size else 0) or 1.0
        return [_SATURATION * (1 - _LENGTH + _LENGTH * length / mean) for length in lengths]

    def _found_in(self, term: str) -> dict[int, float]:
        """The sections that have a term, and how full of it each is (BM25, from 0 to 1).

        A denial counts in headings only: nearly every text denies something.
        """
        if term not in self._found:
            times = Counter(at for form in self._forms.get(term, ()) for at in self._places[form])
            self._found[term] = {
                at: count / (count + self._held_back[at])
                for at, count in times.items()
                if term != NOT or NOT in self._heading(at)
            }
        return self._found[term]

    def _idf(self, term: str) -> float:
        return self._rarity(len(self._found_in(term)))

    def _rarity(self, sections: int) -> float:
        return math.log(1 + (self.size - sections + 0.5) / (sections + 0.5))


class _About:
    """What a question tells, whichever section answers it."""

    def __init__(self, asked: Sequence[_Asked], codes: Set[str], vocabulary: Vocabulary) -> None:
        self.told = sum(word.telling for word in asked)
        self.words = sum(word.telling > 0 for word in asked)
        missing = [word for word in asked if not word.worth]
        self.elsewhere = sum(
            word.telling for word in missing if any(term in vocabulary for term in word.terms)
        )
        self.unknown = sum(word.telling for word in missing) - self.elsewhere


def _places(manual: ManualWords) -> list[list[int]]:
    """For each form the sections that have it, as often as it counts there."""
    places: list[list[int]] = [[] for _ in manual.forms]
    for at, text in enumerate(manual.texts):
        for form in text:
            places[form].append(at)
    for at, heading in enumerate(manual.headings):
        for form in heading:
            places[form] += [at] * _HEADING_WORD
    return places
