"""Takes the accents off: customers write with and without them."""

from __future__ import annotations

import unicodedata


def without_accents(text: str) -> str:
    """The text in compatibility form, without its combining marks."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
