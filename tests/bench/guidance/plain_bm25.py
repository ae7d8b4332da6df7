"""BM25 as it is in every textbook, on whole sections: what the search is set beside."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from aftercare.guidance.index import IndexedSection

_SATURATION, _LENGTH = 1.2, 0.75
_WORD = re.compile(r"\w+")


class PlainBm25:
    """The sections of one manual; no stems, no small words left out, no heading favoured."""

    def __init__(self, sections: Sequence[IndexedSection]) -> None:
        self._anchors = [section.anchor for section in sections]
        self._counts = [Counter(_words(f"{s.heading}\n{s.markdown}")) for s in sections]
        self._mean = sum(count.total() for count in self._counts) / len(sections)
        found_in = Counter(word for count in self._counts for word in count)
        self._rarity = {
            word: math.log(1 + (len(sections) - times + 0.5) / (times + 0.5))
            for word, times in found_in.items()
        }

    def search(self, question: str, limit: int) -> list[str]:
        """The anchors of the best sections; of equals the one that comes first."""
        asked = _words(question)
        scores = [self._score(asked, count) for count in self._counts]
        best = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
        return [self._anchors[at] for at in best[:limit] if scores[at] > 0]

    def _score(self, asked: Sequence[str], count: Counter[str]) -> float:
        held_back = _SATURATION * (1 - _LENGTH + _LENGTH * count.total() / self._mean)
        return sum(
            self._rarity[word] * count[word] * (_SATURATION + 1) / (count[word] + held_back)
            for word in asked
            if word in count
        )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
