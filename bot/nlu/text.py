"""How a message's text is made plain before it is looked at."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import FrozenSet

#: Put by the private channel before typed text that begins with "/", which Rasa would obey.
SLASH_GUARD = "\u2060"


def plain(text: str) -> str:
    """Lower case, without accents, with single spaces; same meaning, fewer forms."""
    folded = text.replace(SLASH_GUARD, "").casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(folded.split())


def plain_in_place(text: str) -> str:
    """Like `plain`, but character by character: positions stay those of the text."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain_character, text))


def word_set(listed: str) -> FrozenSet[str]:
    """The words of a list that is written as one text."""
    return frozenset(listed.split())


@lru_cache(maxsize=2048)
def _plain_character(character: str) -> str:
    folded = unicodedata.normalize("NFKD", character.casefold())[:1]
    return folded if folded else character
