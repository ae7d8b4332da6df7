"""What the words of a message are about: "reembolso" and "money back" are both a refund.

A few thousand examples do not hold every word that customers use. The word lists in
`concept_words/` tell which words mean much the same, in both languages at once, so that what is
learnt from "the pump died" also holds for "a bomba pifou".
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import yaml

from bot.nlu.wording import Wording

WORD_LISTS = Path(__file__).resolve().parent / "concept_words"
#: How many words a message has, roughly: a bare answer is short and a story long.
_LENGTHS = (3, 6, 12, 25)
_SHORTEST_PREFIX = 3


class Concepts:
    """The word lists, ready to be looked up; saved with the model that was trained on them."""

    def __init__(self, folder: Path = WORD_LISTS) -> None:
        self._phrases: Dict[str, List[str]] = {}
        self._prefixes: Dict[str, List[str]] = {}
        #: How many words the longest entry has that begins with a word; 1 is not noted.
        self._longest: Dict[str, int] = {}
        for path in sorted(folder.glob("*.yml")):
            for concept, entries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
                for entry in entries:
                    self._add(concept, entry)

    def _add(self, concept: str, entry: str) -> None:
        entries = self._prefixes if entry.endswith("*") else self._phrases
        named = entries.setdefault(entry.rstrip("*"), [])
        first, *further = entry.split()
        if further:
            self._longest[first] = max(1 + len(further), self._longest.get(first, 1))
        if concept not in named:
            named.append(concept)

    def read(self, text: str) -> Reading:
        """What a message is about."""
        return Reading(text, self)

    def pieces(self, spoken: Sequence[str]) -> List[Tuple[str, Tuple[str, ...]]]:
        """The words and the longest known phrases of them, each with its concepts, if any."""
        pieces: List[Tuple[str, Tuple[str, ...]]] = []
        at = 0
        while at < len(spoken):
            longest = self._longest.get(spoken[at], 1)
            for length in range(min(longest, len(spoken) - at), 0, -1):
                phrase = " ".join(spoken[at : at + length])
                concepts = self._of(phrase)
                if concepts:
                    pieces.append((phrase, tuple(concepts)))
                    at += length
                    break
            else:
                pieces.append((spoken[at], ()))
                at += 1
        return pieces

    def _of(self, phrase: str) -> Optional[List[str]]:
        if phrase in self._phrases:
            return self._phrases[phrase]
        for end in range(len(phrase), _SHORTEST_PREFIX - 1, -1):
            # An ending is letters only: "refund*" is "refunded", not "refund the rest".
            if phrase[:end] in self._prefixes and " " not in phrase[end:]:
                return self._prefixes[phrase[:end]]
        return None


class Reading(Wording):
    """The wording of a message, what it is about, and the features for a model made of that."""

    def __init__(self, text: str, concepts: Concepts) -> None:
        super().__init__(text)
        self._pieces = concepts.pieces(self.words)
        #: The concepts of each word or phrase that has any, in the order of the normal text.
        self.found: List[Tuple[str, ...]] = [about for _, about in self._pieces if about]

    def features(self) -> List[str]:
        """The concepts, which stand near and which stand together."""
        first = [concepts[0] for concepts in self.found]
        together = sorted(set(first))
        features = [concept for concepts in self.found for concept in concepts]
        features += [f"{one}>{next_}" for one, next_ in pairwise(first)]
        features += [f"{one}>>{later}" for one, later in zip(first, first[2:], strict=False)]
        features += [
            f"{one}&{other}" for at, one in enumerate(together) for other in together[at + 1 :]
        ]
        length = len(self.words)
        features.append(f"length {sum(length >= least for least in _LENGTHS)}")
        if "?" in self.words:
            features.append("?")
        return features

    def among_words(self) -> List[str]:
        """The words of the normal text, where a phrase with concepts is its first one's name.

        Names are in capitals, so that no word of the (lower case) text is mistaken for one.
        """
        return [concepts[0].upper() if concepts else word for word, concepts in self._pieces]

    def around_but(self) -> List[str]:
        """The concepts before and after the last "but", and which stand near after it.

        "Lovely kettle, but the lid broke" is about a lid that broke, and not about lovely kettles.
        Without a "but" all stand before it.
        """
        first = [concepts[0] for concepts in self.found]
        turn = max((at for at, concept in enumerate(first) if concept == "but"), default=len(first))
        after = first[turn + 1 :]
        features = ["but" if turn < len(first) else "no but"]
        features += [f"before {concept}" for concept in first[:turn]]
        features += [f"after {concept}" for concept in after]
        features += [f"after {one}>{next_}" for one, next_ in pairwise(after)]
        return features
