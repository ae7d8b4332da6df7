"""Finds the service of a message that the bot is unsure of, by words that the catalogue knows.

They are weak signs: they propose a service, and the customer says whether it is meant.
"""

from __future__ import annotations

import re

from aftercare.catalogue.snapshot import Catalogue, ServiceView
from aftercare.intake.fields import told_symptom
from aftercare.intake.understood import FALLBACK, Understood
from aftercare.intake.wishes import FURTHER_WISH, tells_by_number
from aftercare.intake.words import plain

#: From this likelihood on a service is begun without a word of its own.
_SURE = 0.5
#: From this one on it is believed that a fault is told beside another wish.
_SURE_OF_NO_FAULT = 0.75
#: What nobody says by chance.
_TELLING = (FURTHER_WISH, "symptom", "part", "feature", "wish", "amount", "serial_number")


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


def service_by_fault(said: Understood, catalogue: Catalogue) -> str | None:
    """The intent of the service for faults, where a message names a product and what is wrong."""
    intent = catalogue.intent_of_sign("error_code")
    named = said.first("product") or said.first("product_category")
    if said.pressed or not named or intent is None:
        return None
    records = catalogue.service_by_intent[intent].records
    told = any(told_symptom(record, said) for record in records if record.kind == "symptom")
    return intent if told else None


def fault_or_service(said: Understood, catalogue: Catalogue) -> tuple[str, ...]:
    """The intents of two services, where a message tells a fault and is taken for a service that
    takes none, such as an opinion; empty where the words leave no doubt.
    """
    service = catalogue.service_by_intent.get(said.intent)
    repair = service_by_fault(said, catalogue)
    if service is None or repair is None or service.completion != "open_ticket":
        return ()
    if not said.ranking or said.confidence >= _SURE_OF_NO_FAULT:
        return ()
    if any(record.kind == "symptom" for record in service.records):
        return ()
    if _said_by_keywords(plain(said.text), service) or said.first(FURTHER_WISH):
        return ()
    return repair, said.intent


def guessed(said: Understood, catalogue: Catalogue) -> bool:
    """Whether nothing but a keyword or a fault speaks for the service of a message."""
    if said.first(FURTHER_WISH) or tells_by_number(said, catalogue):
        return False
    if said.intent in catalogue.service_by_intent:
        return False
    return bool(service_by_keyword(said, catalogue) or service_by_fault(said, catalogue))


def hardly_told(said: Understood, catalogue: Catalogue) -> bool:
    """Whether a message is for its service by a likelihood alone that is not a sure one.

    Nonsense with a product's name is often taken for a question or a fault.
    """
    if not said.ranking or said.pressed or said.confidence >= _SURE:
        return False
    if said.intent not in catalogue.service_by_intent or tells_by_number(said, catalogue):
        return False
    text = plain(said.text)
    services = catalogue.services.values()
    told = any(said.first(name) for name in _TELLING)
    return not told and not any(_said_by_keywords(text, one) for one in services)


def _said_by_keywords(text: str, service: ServiceView) -> int:
    """How many letters of a plain text the service's keywords cover."""
    covered: set[int] = set()
    for keyword in {plain(word) for words in service.keywords.values() for word in words}:
        if keyword:
            for found in re.finditer(rf"\b{re.escape(keyword)}s?\b", text):
                covered.update(range(*found.span()))
    return len(covered)
