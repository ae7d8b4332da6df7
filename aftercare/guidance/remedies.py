"""Finds the remedy that a manual has for the fault that a customer tells of, if one clearly fits.

The story is compared with what the manual calls the fault: word by word, by the ranking that
answers questions, and through the catalogue's faults, which say "water on the floor" and "leaks"
of the same thing. docs/guidance.md has the figures; `tests/aftercare/guidance/faults` has the
messages that chose the weights.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aftercare.guidance.manual_words import SectionWords, manual_words
from aftercare.guidance.ranking import ManualRanking, Vocabulary
from aftercare.guidance.related import related_terms
from aftercare.guidance.terms import NOT, terms_of, words
from aftercare.guidance.troubleshooting import Remedy

#: What each likeness counts: the rank among all remedies, the share of the fault's words that the
#: story has, the same through the told symptom, the same symptom, the share of the story covered.
_RANK, _SAID, _BY_SYMPTOM, _SAME_SYMPTOM, _COVERED = 0.5, 0.7, 0.7, 0.3, 0.6
#: Whoever sees a code on the display mostly says so.
_NO_CODE_TOLD = 0.3
#: A remedy is offered from this likeness on, and only so far ahead of any other section.
_OFFER_FROM, _AHEAD = 1.2, 0.2
_RELATED = 0.8
#: So many words may stand between those of a symptom ("does not always drain").
_BETWEEN = 2
#: What any product is called, which tells no fault from another either.
_CALLED = {
    "en": ("machine", "appliance", "device", "unit"),
    "pt": ("máquina", "aparelho", "equipamento"),
}
#: Lists of faults, and manuals with their remedies, that are kept at hand.
_READY_LISTS, _READY_MANUALS = 8, 64
_CODE = re.compile(r"\b([A-Za-z]{1,2})[\s-]?(\d{1,3})\b")
#: "Error code E18: water does not drain": the fault is what comes behind.
_LED_BY_CODE = re.compile(r"^.*\b[A-Z]{1,2}-?\d{1,3}\b\s*[:.–—-]?\s*")


@dataclass(frozen=True, eq=False)
class Symptoms:
    """The catalogue's faults in one language, each by the terms of the phrases that tell it.

    `single_words` are its phrases of one word, as they are written; `general` holds the terms of
    the last fault, "it is broken", which tell nothing.
    """

    phrases: dict[str, tuple[tuple[str, ...], ...]]
    single_words: dict[str, tuple[str, ...]]
    general: frozenset[str]
    language: str

    def told(self, text: str) -> list[str]:
        """The faults that a text tells, without the general one."""
        spoken = _terms(words(text), self.language)
        return [
            name
            for name, phrases in self.phrases.items()
            if any(_stands_in(phrase, spoken) for phrase in phrases)
        ]

    def vocabulary(self, name: str) -> frozenset[str]:
        """The terms by which a fault is told."""
        return frozenset(term for phrase in self.phrases[name] for term in phrase) - {NOT}


def symptoms_of(faults: Sequence[tuple[str, Sequence[str]]], language: str) -> Symptoms:
    """The catalogue's faults, each with its phrases; the most general one comes last."""
    return _symptoms(tuple((name, tuple(listed)) for name, listed in faults), language)


@lru_cache(maxsize=_READY_LISTS)
def _symptoms(faults: tuple[tuple[str, tuple[str, ...]], ...], language: str) -> Symptoms:
    phrases = {
        name: tuple(phrase for one in listed if len(phrase := _phrase(one, language)) > 0)
        for name, listed in faults
    }
    single_words = {
        name: tuple(one for one in listed if len(words(one)) == 1) for name, listed in faults
    }
    general = phrases.pop(faults[-1][0], ()) if faults else ()
    nothing = frozenset(term for one in general for term in one) | {NOT}
    return Symptoms(phrases, single_words, nothing, language)


def find_remedy(
    story: str, remedies: Sequence[Remedy], symptoms: Symptoms, product_words: Iterable[str]
) -> Remedy | None:
    """The remedy for the fault that is told; None where none fits, or a technician has to do it.

    `product_words` is what the product is called, which tells no fault from another.
    """
    named = _with_code(story, remedies)
    if named:
        return None if named.reserved else named
    likeness = _Likeness(story, _faults(tuple(remedies), symptoms, frozenset(product_words)))
    ranked = sorted(
        ((likeness.of(at), -at, remedy) for at, remedy in enumerate(remedies)), reverse=True
    )
    if not ranked or ranked[0][0] < _OFFER_FROM:
        return None
    best, at, found = ranked[0]
    if likeness.needs_code(-at):
        # Who sees a code says so; the section about the same fault without one is meant.
        near = (one for one in ranked if best - one[0] < _AHEAD and likeness.tells_fault(-one[1]))
        best, at, found = next((one for one in near if not likeness.needs_code(-one[1])), ranked[0])
    codeless = likeness.tells_fault(-at) and not likeness.needs_code(-at)
    others = [
        value
        for value, place, remedy in ranked
        if remedy.anchor != found.anchor and not (codeless and likeness.needs_code(-place))
    ]
    if others and best - others[0] < _AHEAD:
        return None
    return None if found.reserved else found


def _with_code(story: str, remedies: Sequence[Remedy]) -> Remedy | None:
    """The remedy whose fault has the very code that the story names."""
    told = _codes(story)
    return next((remedy for remedy in remedies if told & _codes(remedy.symptom)), None)


def _codes(text: str) -> set[str]:
    return {f"{letters}{digits}".upper() for letters, digits in _CODE.findall(text)}


class _Faults:
    """What a manual calls the faults that it has remedies for, ready to be compared."""

    def __init__(
        self, remedies: Sequence[Remedy], symptoms: Symptoms, product_words: frozenset[str]
    ) -> None:
        language = symptoms.language
        called = product_words.union(_CALLED.get(language, ()))
        self.nothing = symptoms.general.union(*(terms_of(word, language) for word in called))
        self.product_words = product_words
        self.catalogue = symptoms
        faults = [_LED_BY_CODE.sub("", remedy.symptom) for remedy in remedies]
        self.terms = [frozenset(_terms(words(fault), language)) - self.nothing for fault in faults]
        self.symptoms = [symptoms.told(fault) for fault in faults]
        self.has_code = [bool(_codes(remedy.symptom)) for remedy in remedies]
        self._in_faults = Counter(term for terms in self.terms for term in terms)
        sections = [
            SectionWords(str(at), words(remedy.symptom), [*words(remedy.text), *self._also(at)])
            for at, remedy in enumerate(remedies)
        ]
        self.ranking = ManualRanking(manual_words(sections, language), language)
        self.vocabulary = Vocabulary.of([self.ranking])

    def rarity(self, term: str) -> float:
        """What a term of a fault weighs."""
        return math.log(1 + len(self.terms) / self._in_faults[term])

    def _also(self, at: int) -> list[str]:
        """Words for a remedy's fault that its manual may not have, in the order of the catalogue.

        Of phrases ("water under it") the words by themselves tell other faults as well.
        """
        return [word for name in self.symptoms[at] for word in self.catalogue.single_words[name]]


@lru_cache(maxsize=_READY_MANUALS)
def _faults(
    remedies: tuple[Remedy, ...], symptoms: Symptoms, product_words: frozenset[str]
) -> _Faults:
    return _Faults(remedies, symptoms, product_words)


class _Likeness:
    """How like the story each of the remedies is."""

    def __init__(self, story: str, faults: _Faults) -> None:
        self._faults = faults
        symptoms, language = faults.catalogue, faults.catalogue.language
        told = [
            word for word in words(story) if not faults.nothing.issuperset(_known(word, language))
        ]
        self._said = {term for word in told for term in terms_of(word, language)}
        self._near = {other for term in self._said for other in related_terms(term, language)}
        self._told = symptoms.told(story)
        self._vocabularies = [symptoms.vocabulary(name) for name in self._told]
        asked = [word for word in words(story) if word not in faults.product_words]
        found = faults.ranking.rank(asked, faults.ranking.size, faults.vocabulary)
        best = max((one.score for one in found), default=1.0)
        self._ranked = {int(one.anchor): (one.score / best, one.coverage) for one in found}

    def tells_fault(self, at: int) -> bool:
        """Whether a remedy is for a fault of the catalogue that the story tells."""
        return any(name in self._told for name in self._faults.symptoms[at])

    def needs_code(self, at: int) -> bool:
        """Whether a remedy for such a fault is that of a code, which the story does not name."""
        return self._faults.has_code[at] and self.tells_fault(at)

    def of(self, at: int) -> float:
        """The likeness of one remedy; about 3 where everything fits."""
        rank, covered = self._ranked.get(at, (0.0, 0.0))
        terms = self._faults.terms[at]
        by_symptom = max((self._share(terms, one) for one in self._vocabularies), default=0.0)
        return (
            _RANK * rank
            + _SAID * self._share(terms, self._said, self._near)
            + _BY_SYMPTOM * by_symptom
            + _SAME_SYMPTOM * self.tells_fault(at)
            + _COVERED * covered
            - _NO_CODE_TOLD * self._faults.has_code[at]
        )

    def _share(
        self, terms: Collection[str], said: Collection[str], near: Collection[str] = ()
    ) -> float:
        """The share of a fault's words that is said, rare words counting more."""
        whole = sum(self._faults.rarity(term) for term in terms)
        said_of = sum(
            self._faults.rarity(term) * (1.0 if term in said else _RELATED if term in near else 0.0)
            for term in terms
        )
        return said_of / whole if whole else 0.0


def _phrase(text: str, language: str) -> tuple[str, ...]:
    """The terms of a phrase; empty where only a denial or one word of several is left."""
    said = words(text)
    found = tuple(_terms(said, language))
    return () if found == (NOT,) or (len(found) == 1 and len(said) > 1) else found


def _terms(spoken: Iterable[str], language: str) -> list[str]:
    """The first term of each word that has one."""
    return [terms[0] for word in spoken if (terms := terms_of(word, language))]


def _known(word: str, language: str) -> tuple[str, ...]:
    return terms_of(word, language) or (word,)


def _stands_in(phrase: Sequence[str], spoken: Sequence[str]) -> bool:
    """Whether the terms stand in the text in this order, with at most a few words between two."""
    for start, term in enumerate(spoken):
        if term != phrase[0]:
            continue
        at = start
        for wanted in phrase[1:]:
            behind = range(at + 1, min(at + 2 + _BETWEEN, len(spoken)))
            at = next((place for place in behind if spoken[place] == wanted), -1)
            if at < 0:
                break
        if at >= 0:
            return True
    return False
