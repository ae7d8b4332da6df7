"""How a message's text is made plain before it is looked at."""

from __future__ import annotations

import re
import unicodedata

#: Put by the private channel before typed text that begins with "/", which Rasa would obey.
SLASH_GUARD = "\u2060"

_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """Lower case, without accents, with single spaces; same meaning, fewer forms."""
    decomposed = unicodedata.normalize("NFKD", text.replace(SLASH_GUARD, "").casefold())
    kept = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SPACES.sub(" ", kept).strip()


def plain_in_place(text: str) -> str:
    """Like `plain`, but character by character: positions stay those of the text."""
    return "".join(_plain_character(character) for character in text)


def _plain_character(character: str) -> str:
    folded = unicodedata.normalize("NFKD", character.casefold())[:1]
    return folded if folded else character
