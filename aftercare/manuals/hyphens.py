"""Joins words that were parted at the end of a line, and keeps the hyphens that belong there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

_SOFT = "\u00ad"
_PARTED = re.compile(r"([^\W\d_]+)[-\u2010]$")
_REST = re.compile(r"^([^\W\d_]+)")
#: Portuguese pronouns that hang on a verb: "feche-a", "ligá-lo".
_PRONOUNS = frozenset(
    [
        "me",
        "te",
        "se",
        "nos",
        "vos",
        "lhe",
        "lhes",
        "o",
        "a",
        "os",
        "as",
        "lo",
        "la",
        "los",
        "las",
        "no",
        "na",
    ]
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """The words of a document that stand whole within a line, in lower case."""
    return frozenset(word for line in lines for word in _WORD.findall(line.rstrip("-").lower()))


def join_lines(first: str, second: str, known: Set[str]) -> str:
    """Two lines as one text; `known` words decide what a hyphen at the end of the first means."""
    if first.endswith(_SOFT):
        return first[:-1] + second
    parted, rest = _PARTED.search(first), _REST.match(second)
    if not parted or not rest or not second[:1].islower():
        return f"{first} {second}" if first and second else first or second
    whole = (parted[1] + rest[1]).lower()
    compound = f"{parted[1]}-{rest[1]}".lower()
    if whole not in known and (compound in known or rest[1].lower() in _PRONOUNS):
        return first + second
    return first[:-1] + second


def without_soft_hyphens(text: str) -> str:
    return text.replace(_SOFT, "")
