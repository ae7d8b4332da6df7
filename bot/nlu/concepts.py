"""What the words of a message are about: "reembolso" and "money back" are both a refund.

A few thousand examples do not hold every word that customers use. The word lists in
`concept_words/` tell which words mean much the same, in both languages at once, so that what is
learnt from "the pump died" also holds for "a bomba pifou".
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import yaml

from bot.nlu.wording import words

WORD_LISTS = Path(__file__).resolve().parent / "concept_words"
#: How many words a message has, roughly: a bare answer is short and a story long.
_LENGTHS = (3, 6, 12, 25)
_SHORTEST_PREFIX = 3


class Concepts:
    """The word lists, ready to be looked up; saved with the model that was trained on them."""

    def __init__(self, folder: Path = WORD_LISTS) -> None:
        self._phrases: Dict[str, List[str]] = {}
        self._prefixes: Dict[str, List[str]] = {}
        for path in sorted(folder.glob("*.yml")):
            for concept, entries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
                for entry in entries:
                    self._add(concept, entry)
        self._longest = max(len(entry.split()) for entry in [*self._phrases, *self._prefixes])

    def _add(self, concept: str, entry: str) -> None:
        entries = self._prefixes if entry.endswith("*") else self._phrases
        named = entries.setdefault(entry.rstrip("*"), [])
        if concept not in named:
            named.append(concept)

    def found(self, text: str) -> List[Tuple[str, ...]]:
        """The concepts of each word or phrase that has any, in the order of the normal text."""
        return self._found_in(words(text))

    def _found_in(self, spoken: List[str]) -> List[Tuple[str, ...]]:
        found: List[Tuple[str, ...]] = []
        at = 0
        while at < len(spoken):
            for length in range(min(self._longest, len(spoken) - at), 0, -1):
                concepts = self._of(" ".join(spoken[at : at + length]))
                if concepts:
                    found.append(tuple(concepts))
                    at += length
                    break
            else:
                at += 1
        return found

    def _of(self, phrase: str) -> Optional[List[str]]:
        if phrase in self._phrases:
            return self._phrases[phrase]
        for end in range(len(phrase), _SHORTEST_PREFIX - 1, -1):
            # An ending is letters only: "refund*" is "refunded", not "refund the rest".
            if phrase[:end] in self._prefixes and " " not in phrase[end:]:
                return self._prefixes[phrase[:end]]
        return None

    def __call__(self, text: str) -> List[str]:
        """Features for a model: the concepts, which stand near and which stand together."""
        spoken = words(text)
        found = self._found_in(spoken)
        first = [concepts[0] for concepts in found]
        together = sorted(set(first))
        features = [concept for concepts in found for concept in concepts]
        features += [f"{one}>{next_}" for one, next_ in pairwise(first)]
        features += [f"{one}>>{later}" for one, later in zip(first, first[2:], strict=False)]
        features += [
            f"{one}&{other}" for at, one in enumerate(together) for other in together[at + 1 :]
        ]
        features.append(f"length {sum(len(spoken) >= length for length in _LENGTHS)}")
        if "?" in text:
            features.append("?")
        return features
