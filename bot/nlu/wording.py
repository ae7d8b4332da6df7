"""One spelling for what customers write in many: handles, numbers, smileys, "wont", "vc"."""

from __future__ import annotations

import re
from functools import cached_property
from typing import List

from bot.nlu.text import plain

_WORD = re.compile(r"[^\W_]+|[?!]")
#: In this order, before case and accents go.
_MARKS = [
    (re.compile(r"https?://\S+|www\.\S+"), " xurl "),
    (re.compile(r"\S+@\S+\.\S+"), " xmail "),
    (re.compile(r"@\w+"), " xhandle "),
    (re.compile(r"#(\w+)"), r" \1 "),
    (re.compile("[😀😁😃😄😊😍🥰😘👏👍🙌🙏❤💖💯✊🎉⭐🤩😎💕🙂]"), " xhappy "),
    (re.compile("[😡🤬😠😤😭😢😞😩😫👎💩😔😒🙄]"), " xangry "),
    (re.compile("[’´`]"), "'"),
]
#: In this order, in the plain text.
_SPELLINGS = [
    (re.compile(r"([^\W\d])\1{2,}"), r"\1\1"),
    (re.compile(r"\b\d+(?:[.,:/]\d+)*\b"), " 0 "),
    (re.compile(r"n't\b|n t\b"), " not"),
    (
        re.compile(r"\b(wo|ca|do|does|did|is|was|are|were|has|have|had|would|could|should|ai)nt\b"),
        r"\1 not",
    ),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"\bvcs\b"), "voces"),
    (re.compile(r"\bvc\b"), "voce"),
    (re.compile(r"\b(?:pq|porq)\b"), "porque"),
    (re.compile(r"\b(?:qdo|qnd|qndo)\b"), "quando"),
    (re.compile(r"\b(?:n|naum|num)\b(?= [a-z])"), "nao"),
    (re.compile(r"\b(?:tb|tbm)\b"), "tambem"),
    (re.compile(r"\b(?:td|tdo)\b"), "tudo"),
    (re.compile(r"\bu\b"), "you"),
    (re.compile(r"\bur\b"), "your"),
    (re.compile(r"\b(?:pls|plz)\b"), "please"),
]
_ENDINGS = (
    *("amentos", "amento", "imento", "acoes", "acao", "ingly", "ados", "adas", "idos", "idas"),
    *("aram", "eram", "iram", "ando", "endo", "indo", "ava", "avam", "ies", "ing", "ado", "ada"),
    *("ido", "ida", "ara", "ed", "es", "ly", "ou", "ei", "ar", "er", "ir", "os", "as", "s"),
    *("a", "o", "e"),
)
_SHORTEST_STEM = 3
_NOT_STEMMED_UP_TO = 4


class Wording:
    """A text in its normal spelling, with its words and stems, each worked out once."""

    def __init__(self, text: str) -> None:
        self._normal = normal(text)

    def __str__(self) -> str:
        return self._normal

    @cached_property
    def words(self) -> List[str]:
        return words(self._normal)

    @cached_property
    def stems(self) -> List[str]:
        """The words without the commonest endings of English and Portuguese."""
        return [_stem(word) for word in self.words]


def normal(text: str) -> str:
    """Plain text (see `plain`) with one spelling for each thing; numbers become 0."""
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    text = plain(text)
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def words(text: str) -> List[str]:
    return _WORD.findall(text)


def stems(text: str) -> List[str]:
    """The words without the commonest endings of English and Portuguese."""
    return [_stem(word) for word in words(text)]


def _stem(word: str) -> str:
    if len(word) <= _NOT_STEMMED_UP_TO or not word.endswith(_ENDINGS):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
