"""Finds products and kinds of products by their names: as they are listed, and misspelt.

Some names are everyday words too: "vento" is wind, "brisa" a breeze, a "robot" may be the bot. Such
a name counts only where the words around it show that a product is meant.
"""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np
from rapidfuzz import fuzz, process

from bot.nlu.everyday_names import is_of_a_person_or_place, language_of, shows_a_product
from bot.nlu.phrases import Found, Phrases, Token
from bot.nlu.vocabulary import Vocabulary

#: Shorter names are not searched with typos: too many words are near them.
_SHORTEST_FUZZY = 7
_LONGEST_NAME = 4
#: Looking at the words around each takes time; a message with more is no customer's.
_MOST_EVERYDAY = 10
#: Models are a letter and a number; "W9OO" and "W9000" are meant for one.
_MODEL = re.compile(r"[a-z]\d[\do]{1,4}")
_SEVERAL_MODELS = re.compile(rf"({_MODEL.pattern})s?$")
_REPEATED = re.compile(r"(.)\1+")


class Named(NamedTuple):
    """A product or kind of product that goes from the first token to before the last one."""

    entity: str
    value: str
    first: int
    last: int


class ProductNames:
    def __init__(self, vocabulary: Vocabulary, typo_ratio: float) -> None:
        """`typo_ratio` is how alike a misspelt name must be, of 100."""
        self._typo_ratio = typo_ratio
        self._everyday = vocabulary.everyday
        owners = {
            form: (entity, value)
            for entity, by_value in vocabulary.names.items()
            for value, forms in by_value.items()
            for form in forms
        }
        self._owners: Dict[str, Tuple[str, str]] = owners
        self._phrases = Phrases({form: [form] for form in owners})
        self._fuzzy = {
            form.replace(" ", ""): owner
            for form, owner in owners.items()
            if len(form) >= _SHORTEST_FUZZY and not any(map(str.isdigit, form))
        }
        self._fuzzy_forms = sorted(self._fuzzy)
        self._fuzzy_initials = np.array([form[0] for form in self._fuzzy_forms])
        self._longest_fuzzy = max(map(len, self._fuzzy_forms), default=0) + 2
        self._models = {
            _without_repeats(form): owner
            for form, owner in owners.items()
            if _MODEL.fullmatch(form)
        }

    def find(self, text: str, tokens: Sequence[Token], device: FrozenSet[int]) -> List[Named]:
        """What the message names, in its order.

        `device` gives the places of words that speak of a device: its parts, what it does, faults.
        """
        found = [
            one
            for one in self._phrases.find(tokens)
            if one.label not in self._everyday or not is_of_a_person_or_place(tokens, one)
        ]
        language = language_of(tokens)
        unsure = [one for one in found if self._is_everyday(text, tokens, one, language)]
        named = [self._named(one) for one in found if one not in unsure]
        others = bool(named)
        for one in unsure[:_MOST_EVERYDAY]:
            if shows_a_product(text, tokens, one, device, others):
                named.append(self._named(one))
        if not named:
            named = list(self._misspelt_models(tokens)) or self._misspelt(tokens, unsure)
        return sorted(named, key=lambda one: one.first)

    def _is_everyday(self, text: str, tokens: Sequence[Token], found: Found, language: str) -> bool:
        languages = self._everyday.get(found.label)
        # Nobody who writes English means a breeze by "brisa".
        if languages is None or (language and language not in languages):
            return False
        written = text[tokens[found.first].start : tokens[found.last - 1].end]
        # "a 12" may be many things, "A-12" is a model.
        return not ("-" in written and any(map(str.isdigit, written)))

    def _named(self, found: Found) -> Named:
        return Named(*self._owners[found.label], found.first, found.last)

    def _misspelt_models(self, tokens: Sequence[Token]) -> Iterator[Named]:
        for place, token in enumerate(tokens):
            model = _SEVERAL_MODELS.match(token.text)
            if model:
                owner = self._models.get(_without_repeats(model[1].replace("o", "0")))
                if owner:
                    yield Named(*owner, place, place + 1)

    def _misspelt(self, tokens: Sequence[Token], unsure: Sequence[Found]) -> List[Named]:
        refused = {place for one in unsure for place in range(one.first, one.last)}
        windows = [
            one for one in self._windows(tokens) if refused.isdisjoint(range(one[0], one[1]))
        ]
        if not windows:
            return []
        alike = process.cdist(
            [window for _, _, window in windows],
            self._fuzzy_forms,
            scorer=fuzz.ratio,
            score_cutoff=self._typo_ratio,
            dtype=np.uint8,
        )
        # Who misspells a name begins it rightly: a humidifier is no dehumidifier.
        initials = np.array([window[0] for _, _, window in windows])
        alike[initials[:, np.newaxis] != self._fuzzy_initials] = 0
        place, form = np.unravel_index(alike.argmax(), alike.shape)
        if not alike[place, form]:
            return []
        first, last, _ = windows[place]
        return [Named(*self._fuzzy[self._fuzzy_forms[form]], first, last)]

    def _windows(self, tokens: Sequence[Token]) -> Iterator[Tuple[int, int, str]]:
        """Some words in a row, written as one: "air condition" and "aircondition" are the same."""
        for first in range(len(tokens)):
            window = ""
            for last in range(first, min(first + _LONGEST_NAME, len(tokens))):
                if not tokens[last].text[0].isalpha():
                    break
                window += tokens[last].text
                if len(window) > self._longest_fuzzy:
                    break
                if len(window) >= _SHORTEST_FUZZY - 1:
                    yield first, last + 1, window


def _without_repeats(model: str) -> str:
    return _REPEATED.sub(r"\1", model)
