"""Finds what of an intake a message names: a record by its label, or that it is about none."""

from __future__ import annotations

import re

from aftercare.catalogue.snapshot import Record, ServiceView
from aftercare.intake.understood import Understood
from aftercare.intake.words import called, main_words, plain, words_of

_NONE = re.compile(
    r"\b(?:none|no product|(?:not|n.t) (?:about )?(?:a|any|one) (?:product|of)"
    r"|nenhum\w*|produto algum|nao e sobre (?:um )?produto)\b"
)


def named_record(service: ServiceView, said: Understood) -> Record | None:
    """The record whose label the customer named or pressed, or what people call its kind."""
    pressed = said.first("field")
    spoken = set(words_of(said.text))
    best: tuple[int, Record] | None = None
    for record in service.records:
        if pressed and pressed.value == record.field:
            return record
        for label in (*record.label.values(), record.field.replace("_", " ")):
            words = main_words(label)
            if words and spoken.issuperset(words) and (best is None or len(words) > best[0]):
                best = (len(words), record)
        if best is None and spoken & called(record.kind):
            best = (0, record)
    return best[1] if best else None


def names_no_product(record: Record, said: Understood) -> bool:
    """ "It is about none of them", where the product may be left out."""
    if record.kind != "product" or record.required or said.pressed:
        return False
    named = said.first("product") or said.first("product_category")
    return not named and bool(_NONE.search(plain(said.text)))
