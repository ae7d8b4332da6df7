"""Finds what customers say of a product that fails, by the phrases of the catalogue.

"It does not leak any more" and "no noise" tell of no fault; "it does not stop leaking" does. Where
no phrase is found, words that are nearly one of a phrase are taken for it: "vasando", "vibrats".
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Dict, FrozenSet, Iterable, List, Optional, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from bot.nlu.everyday_names import language_of
from bot.nlu.phrases import CEASING, Found, LoosePhrases, Token, denies, words_in

#: Shorter words are too near to others.
_SHORTEST_FUZZY = 6
#: One letter may be missing.
_SHORTEST_MISSPELT = _SHORTEST_FUZZY - 1
_TYPO_RATIO = 85
#: A longer message has more words that are near to some phrase by chance.
_MOST_WORDS_FUZZY = 30
_REACH = 3
#: "It does not stop leaking", "não para de vazar".
_STOPPING = frozenset([*CEASING, "stop", "para", "stopping"])


class Symptoms:
    def __init__(self, symptoms: Dict[str, List[str]], near: Iterable[str]) -> None:
        """`symptoms` has the phrases of each; `near` are words like one that are not misspelt."""
        self._phrases = LoosePhrases(symptoms)
        words = _words_of(symptoms)
        self._known = words.union(near)
        self._words = [word for word in sorted(words) if len(word) >= _SHORTEST_FUZZY]

    def find(self, tokens: Sequence[Token]) -> List[Found]:
        """The faults that a message tells, in its order; one may be told more than once."""
        found = self._phrases.find(tokens)
        if not found and len(tokens) <= _MOST_WORDS_FUZZY:
            tokens = self._mended(tokens)
            found = self._phrases.find(tokens)
        portuguese = language_of(tokens) == "pt"
        return [
            one
            for one, next_ in zip_longest(found, found[1:])
            if not _is_denied(tokens, one, portuguese) and not _ceases(tokens, one, next_)
        ]

    def _mended(self, tokens: Sequence[Token]) -> List[Token]:
        unknown = [
            token.text
            for token in tokens
            if len(token.text) >= _SHORTEST_MISSPELT and token.text not in self._known
        ]
        meant = dict(zip(unknown, _nearest(unknown, self._words), strict=True))
        return [token._replace(text=meant.get(token.text) or token.text) for token in tokens]


def words_near(symptoms: Dict[str, List[str]], words: Iterable[str]) -> List[str]:
    """Those of the words that would be taken for a misspelt word of a symptom."""
    own = [word for word in sorted(_words_of(symptoms)) if len(word) >= _SHORTEST_FUZZY]
    others = sorted(set(words).difference(own))
    return [word for word, near in zip(others, _nearest(others, own), strict=True) if near]


def _words_of(symptoms: Dict[str, List[str]]) -> FrozenSet[str]:
    return frozenset(
        word for phrases in symptoms.values() for phrase in phrases for word in words_in(phrase)
    )


def _nearest(words: Sequence[str], own: Sequence[str]) -> List[str]:
    """For each word the one that it is nearly, with the same first letter; empty where none is."""
    if not words or not own:
        return [""] * len(words)
    alike = process.cdist(words, own, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO, dtype=np.uint8)
    nearest = [
        own[place] if alike[at, place] else "" for at, place in enumerate(alike.argmax(axis=1))
    ]
    return [
        near if near[:1] == word[0] and len(word) >= _SHORTEST_MISSPELT else ""
        for word, near in zip(words, nearest, strict=True)
    ]


def _ceases(tokens: Sequence[Token], found: Found, next_: Optional[Found]) -> bool:
    """Whether it is no stop but the end of the fault that follows: "stopped leaking"."""
    return (
        next_ is not None
        and tokens[found.first].text in _STOPPING
        and found.last - found.first == 1
        and next_.first - found.last <= 1
        and all(token.text[0].isalnum() for token in tokens[found.last : next_.first])
    )


def _is_denied(tokens: Sequence[Token], found: Found, portuguese: bool) -> bool:
    """Whether the words before say that it is not so: what the phrase itself denies is its own."""
    if _denies(tokens[found.first].text, portuguese):
        return False
    denied = False
    for token in tokens[max(found.first - _REACH, 0) : found.first]:
        if not token.text[0].isalnum():
            denied = False  # another clause
        elif _denies(token.text, portuguese):
            denied = True
        elif token.text in _STOPPING:
            denied = not denied  # "stopped leaking", "does not stop leaking"
    return denied


def _denies(word: str, portuguese: bool) -> bool:
    return denies(word) or (word == "no" and not portuguese)
