"""Takes messages apart that hold more than one wish, and tells which of two wishes is meant.

It words nothing; aftercare/desk.py decides what is asked and remembered.
"""

from __future__ import annotations

import re
from dataclasses import replace

from aftercare.catalogue.snapshot import Catalogue, ServiceView
from aftercare.intake.state import Memory
from aftercare.intake.understood import Entity, Understood
from aftercare.intake.words import main_words, plain, telling_words, words_of
from aftercare.ticket_numbers import read_number

#: What bot/nlu/further_wishes.py reports: the value is an intent, the positions are its words'.
FURTHER_WISH = "further_wish"
#: The second most likely service is at least so likely, compared with the first, ...
_CLOSE = 0.7
#: ... which is less likely than this: then the first is right in six of ten messages of real
#: customers, one of the two in eight or nine of ten.
_MORE_LIKELY_THAN_NOT = 0.5
#: Together they carry at least so much of the probability: else nothing of it is to be trusted.
_TOGETHER = 0.65
_NAMING_THE_PRODUCT = ("product", "product_category")
_LIKELY = 0.45
#: "The first one", "the second of these": longer messages speak of something else.
_SHORT = 5
_SAME_WORD_UP_TO = 5
_OR = re.compile(r"\b(?:or|ou)\b")
_CLAUSE_END = re.compile(r"[,.;:!?\n]")
_WORDS_BESIDE_OR = 3
_JOINT = re.compile(r"[\s,;:–-]*(?:(?:and|but|plus|e|mas)\b[\s,]*)?", re.IGNORECASE)
_FIRST = re.compile(r"^1\W*$|\b(?:first|1st|former|primeir[oa]|1[oa])\b")
_SECOND = re.compile(r"^2\W*$|\b(?:second|2nd|latter|last one|segund[oa]|2[oa]|ultim[oa])\b")
_BOTH = re.compile(r"\b(?:both|os dois|as duas|ambos|ambas)\b")
_NEITHER = re.compile(
    r"\b(?:neither|none|something else|nenhum\w*|nem um nem outro|outra coisa|outro assunto)\b"
)


def between(said: Understood, catalogue: Catalogue) -> tuple[str, ...]:
    """The intents of the two services between which a message is undecided; else empty.

    A message without a ranking was pressed, or has been decided before.
    """
    if len(said.ranking) < 2 or said.first(FURTHER_WISH) or tells_by_number(said, catalogue):
        return ()
    named = _named_with_or(said, catalogue)
    if named:
        return named
    (first, likely), (second, less_likely) = said.ranking[:2]
    undecided = (
        {first, second} <= set(catalogue.service_by_intent)
        and likely < _MORE_LIKELY_THAN_NOT
        and less_likely >= likely * _CLOSE
        and likely + less_likely >= _TOGETHER
    )
    return (first, second) if undecided else ()


def tells_by_number(said: Understood, catalogue: Catalogue) -> str | None:
    """The intent that a number or code in the message stands for, whatever the words are."""
    if any(read_number(entity.value) for entity in said.all("ticket_number")):
        return catalogue.intent_of_sign("ticket_number")
    return catalogue.intent_of_sign("error_code") if said.first("error_code") else None


def apart(said: Understood, own: str) -> tuple[Understood, list[Understood]]:
    """The message without its further wishes, and each of these as a message of its own.

    `own` is the intent that the message is taken for; what is said of it stays together.
    """
    further = [wish for wish in said.all(FURTHER_WISH) if wish.value != own]
    rest = said
    for wish in sorted(further, key=lambda wish: -wish.start):
        rest = _without(rest, wish.start, wish.end)
    wishes = [_within(said, wish) for wish in further]
    if not any(rest.first(name) for name in _NAMING_THE_PRODUCT):
        # "My fryer leaks, is it still covered?" speaks of one product.
        named = [entity for name in _NAMING_THE_PRODUCT for entity in said.all(name)]
        rest = replace(
            rest, entities=(*rest.entities, *(replace(one, start=0, end=0) for one in named))
        )
    return rest, wishes


def explained(undecided: Understood, intent: str, said: Understood) -> Understood:
    """A message whose wish has become clear, with what was typed to make it clear."""
    if said.pressed or len(words_of(said.text)) < _SHORT:
        text, added = undecided.text, said.entities if not said.pressed else ()
        return replace(
            undecided,
            intent=intent,
            confidence=1.0,
            entities=(*undecided.entities, *(replace(one, start=0, end=0) for one in added)),
            ranking=(),
        )
    moved = len(undecided.text) + 1
    added = tuple(
        replace(one, start=one.start + moved, end=one.end + moved) for one in said.entities
    )
    text = f"{undecided.text}\n{said.text}"
    return Understood(text, intent, 1.0, (*undecided.entities, *added))


def chosen(said: Understood, choices: list[ServiceView]) -> list[str]:
    """The intents that an answer chooses among those of two services; empty for none of them."""
    text = plain(said.text)
    intents = [service.intent for service in choices]
    if said.pressed or _NEITHER.search(text):
        return [said.intent] if said.pressed and said.intent in intents else []
    if len(words_of(text)) <= _SHORT:
        if _BOTH.search(text):
            return intents
        for at, ordinal in enumerate((_FIRST, _SECOND)):
            if ordinal.search(text):
                return [intents[at]]
    if said.intent in intents and said.confidence >= _LIKELY:
        return [said.intent]
    named = _named(main_words(text), choices)
    return named if len(named) == 1 else []


def tells_more_than_or(said: Understood, service: ServiceView) -> bool:
    """Whether a message tells more than "return or repair?"."""
    clauses = _CLAUSE_END.split(said.text_without("product", "product_category"))
    rest = " ".join(clause for clause in clauses if not _OR.search(plain(clause)))
    return bool(telling_words(Understood(rest, said.intent), service))


def says_neither(said: Understood) -> bool:
    """Whether an answer refuses what was offered."""
    likely = said.pressed or said.confidence >= _LIKELY
    if said.intent in ("deny", "skip", "cancel") and likely:
        return True
    return not said.pressed and bool(_NEITHER.search(plain(said.text)))


def remember_wish(memory: Memory, wish: Understood) -> None:
    """Keep a wish for later; the same wish told again replaces what was told before."""
    drop_wish(memory, wish.intent)
    memory.wishes.append(wish.to_json())


def drop_wish(memory: Memory, intent: str) -> Understood | None:
    """Forget a wish that is taken up or left; what was told of it, if there was one."""
    kept = [wish for wish in memory.wishes if wish["intent"] == intent]
    memory.wishes = [wish for wish in memory.wishes if wish["intent"] != intent]
    return Understood.from_json(kept[-1]) if kept else None


def _named_with_or(said: Understood, catalogue: Catalogue) -> tuple[str, ...]:
    """The two services that take something up of which one says "return or repair?"."""
    text = plain(said.text)
    services = [one for one in catalogue.services.values() if one.completion == "open_ticket"]
    for found in _OR.finditer(text):
        clause_before = _CLAUSE_END.split(text[: found.start()].rstrip(" ,"))[-1]
        clause_after = _CLAUSE_END.split(text[found.end() :])[0]
        before = _named(main_words(clause_before)[-_WORDS_BESIDE_OR:], services)
        after = _named(main_words(clause_after)[:_WORDS_BESIDE_OR], services)
        if len(before) == len(after) == 1 and before != after:
            return (before[0], after[0])
    return ()


def _named(words: list[str], services: list[ServiceView]) -> list[str]:
    """The intents of the services that a word names, which is no other one's word as well."""
    spoken = _beginnings(words)
    called = {service.intent: _beginnings(_called(service)) for service in services}
    return [
        intent
        for intent, own in called.items()
        if spoken & own.difference(*(other for name, other in called.items() if name != intent))
    ]


def _called(service: ServiceView) -> list[str]:
    """What a service is called, in single words: of "damaged on arrival" none would do."""
    single = (word for listed in service.keywords.values() for word in listed if " " not in word)
    return main_words(" ".join((*service.name.values(), *service.wish.values(), *single)))


def _beginnings(words: list[str]) -> set[str]:
    """Enough of each longer word to know it by: "devolução" is near to "devolver"."""
    return {word[:_SAME_WORD_UP_TO] for word in words if len(word) >= _SAME_WORD_UP_TO}


def _within(said: Understood, wish: Entity) -> Understood:
    """The words of a further wish as a message of its own."""
    entities = tuple(
        replace(one, start=one.start - wish.start, end=one.end - wish.start)
        for one in said.entities
        if one.name != FURTHER_WISH and wish.start <= one.start and one.end <= wish.end
    )
    return _trimmed(Understood(said.text[wish.start : wish.end], wish.value, 1.0, entities))


def _without(said: Understood, start: int, end: int) -> Understood:
    length = end - start
    entities = tuple(
        replace(one, start=one.start - length, end=one.end - length) if one.start >= end else one
        for one in said.entities
        if one.end <= start or one.start >= end
    )
    return _trimmed(replace(said, text=said.text[:start] + said.text[end:], entities=entities))


def _trimmed(said: Understood) -> Understood:
    """Without the "and" and the commas that held the parts of a message together."""
    begins = _JOINT.match(said.text)
    skipped = begins.end() if begins else 0
    entities = tuple(
        replace(one, start=max(one.start - skipped, 0), end=max(one.end - skipped, 0))
        for one in said.entities
    )
    return replace(said, text=said.text[skipped:].rstrip(" ,;:–-\n"), entities=entities)
