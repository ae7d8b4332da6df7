"""A wish for a person: when it is one, and what that person is told of the present intake."""

from __future__ import annotations

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.filing import REMEMBERED
from aftercare.intake.state import IntakeState
from aftercare.intake.understood import Understood
from aftercare.intake.words import words_of
from aftercare.wording import show_value

#: The wish that no intake may hold up.
PERSON = "request_human"
_VERY_SURE = 0.75
_SHORT = 12


def asks_for_person(said: Understood) -> bool:
    """Whether the message is nothing but that wish; in a long one it may be part of a story."""
    if said.intent != PERSON or said.pressed:
        return said.intent == PERSON
    return said.confidence >= _VERY_SURE and len(words_of(said.text)) <= _SHORT


def summary_for_person(catalogue: Catalogue, state: IntakeState, language: str) -> str:
    """What an unfinished intake holds, for the colleague who goes on with it."""
    service = catalogue.services[state.service]
    told = [
        f"{record.label[language]}: "
        + show_value(record, state.records[record.field], catalogue, language)
        for record in service.records
        if record.field in state.records and record.kind not in REMEMBERED
    ]
    return f"{service.name[language]}. " + "; ".join(told) if told else ""
