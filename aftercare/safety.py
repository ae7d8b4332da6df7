"""Notices words of danger in what a customer writes."""

from __future__ import annotations

import re
from functools import cache

from aftercare.catalogue.entries import Words
from aftercare.intake.words import plain


def words_of_danger(text: str, listed: Words) -> list[str]:
    """The company's safety words that stand in the text, in whatever language."""
    flat = plain(text)
    return [word for word, pattern in _patterns(listed) if pattern.search(flat)]


@cache
def _patterns(listed: Words) -> list[tuple[str, re.Pattern[str]]]:
    return [
        (word, re.compile(rf"\b{re.escape(plain(word))}\b")) for word in (*listed.en, *listed.pt)
    ]
