"""Finds the service of a message that the bot is unsure of, by the keywords of the catalogue.

A keyword is a weak sign: it proposes a service, and the customer says whether it is meant.
"""

from __future__ import annotations

import re

from aftercare.catalogue.snapshot import Catalogue, ServiceView
from aftercare.intake.understood import FALLBACK, Understood
from aftercare.intake.wishes import FURTHER_WISH, tells_by_number
from aftercare.intake.words import plain


def service_by_keyword(said: Understood, catalogue: Catalogue) -> str | None:
    """The intent of the service whose keywords say most of the message; None where none does.

    Two services whose keywords say as much are told apart by how likely the bot finds them, and
    not at all where it names neither.
    """
    if said.pressed or said.intent != FALLBACK:
        return None
    text = plain(said.text)
    named = {one.intent: _said_by_keywords(text, one) for one in catalogue.services.values()}
    most = max(named.values(), default=0)
    if not most:
        return None
    best = [intent for intent, said_of_it in named.items() if said_of_it == most]
    if len(best) == 1:
        return best[0]
    return next((intent for intent, _ in said.ranking if intent in best), None)


def guessed_by_keyword(said: Understood, catalogue: Catalogue) -> bool:
    """Whether nothing but a keyword speaks for the service of a message."""
    surer = said.first(FURTHER_WISH) or tells_by_number(said, catalogue)
    return not surer and service_by_keyword(said, catalogue) is not None


def _said_by_keywords(text: str, service: ServiceView) -> int:
    """How many letters of a plain text the service's keywords cover."""
    covered: set[int] = set()
    for keyword in {plain(word) for words in service.keywords.values() for word in words}:
        if keyword:
            for found in re.finditer(rf"\b{re.escape(keyword)}s?\b", text):
                covered.update(range(*found.span()))
    return len(covered)
