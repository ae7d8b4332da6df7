"""The words of one manual as the search needs them, small enough to be read for one question."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aftercare.guidance.terms import terms_of

#: Shorter words are not corrected: too many others are near.
SHORTEST_TYPO = 5


class SectionWords(NamedTuple):
    """A section as it is written: its words in order, small ones included."""

    anchor: str
    heading: list[str]
    text: list[str]


class ManualWords(NamedTuple):
    """Sections as lists of numbers, each of which stands for the terms of one word."""

    anchors: list[str]
    forms: list[tuple[str, ...]]
    headings: list[list[int]]
    texts: list[list[int]]
    spelt: list[str]
    """Its longer words as they are written, for the correction of misspelt ones."""


def manual_words(sections: Iterable[SectionWords], language: str) -> ManualWords:
    """What is searched of a manual's sections: no small words, every other one as its terms."""
    numbers: dict[tuple[str, ...], int] = {}
    spelt: set[str] = set()

    def numbered(words: Sequence[str]) -> list[int]:
        found = []
        for word in words:
            if terms := terms_of(word, language):
                found.append(numbers.setdefault(terms, len(numbers)))
                if len(word) >= SHORTEST_TYPO:
                    spelt.add(word)
        return found

    anchors, headings, texts = [], [], []
    for section in sections:
        anchors.append(section.anchor)
        headings.append(numbered(section.heading))
        texts.append(numbered(section.text))
    return ManualWords(anchors, list(numbers), headings, texts, sorted(spelt))


def stored(manual: ManualWords) -> tuple[str, bytes]:
    """The words, and the numbers as this machine keeps them: of each section two lengths first."""
    numbers = array("I")
    for heading, text in zip(manual.headings, manual.texts, strict=True):
        numbers.extend((len(heading), len(text), *heading, *text))
    words = json.dumps((manual.anchors, manual.forms, manual.spelt), ensure_ascii=False)
    return words, numbers.tobytes()


def restored(words: str, numbers: bytes) -> ManualWords:
    """Raises ValueError or TypeError where this is no manual."""
    anchors, forms, spelt = json.loads(words)
    read = array("I", numbers).tolist()
    headings, texts = [], []
    at = 0
    for _ in anchors:
        in_heading, in_text = read[at : at + 2]
        at += 2 + in_heading
        headings.append(read[at - in_heading : at])
        at += in_text
        texts.append(read[at - in_text : at])
    return ManualWords(anchors, [tuple(form) for form in forms], headings, texts, spelt)
