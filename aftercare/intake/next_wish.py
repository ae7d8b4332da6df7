"""Asks which wish is taken up next, and reads the answer: one of two that a message may mean, or
one that was told along with another and waits for its turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from aftercare.catalogue.snapshot import Catalogue, ServiceView
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.intake.wishes import (
    chosen,
    drop_wish,
    explained,
    says_neither,
    tells_more_than_or,
)
from aftercare.intake.words import words_of
from aftercare.replies import Button, Reply

_LIKELY = 0.45
_FEW_WORDS = 4


@dataclass(frozen=True)
class Begin:
    """A wish to be taken up now with the message that tells of it, and others to be kept."""

    intent: str
    said: Understood
    later: list[Understood] = field(default_factory=list)


@dataclass(frozen=True)
class NextWish:
    """`memory` is changed in place."""

    catalogue: Catalogue
    memory: Memory
    language: str

    def ask(self) -> list[Reply]:
        """The question that is open; empty where nothing is left to choose from."""
        self._forget_withdrawn()
        return [self._which()] if self.memory.choices else self.offer()

    def propose(self, said: Understood, service: ServiceView) -> list[Reply]:
        """Ask whether a service is meant that only a keyword speaks for, before any other wish."""
        drop_wish(self.memory, service.intent)
        wish = replace(said, intent=service.intent, ranking=())
        self.memory.wishes.insert(0, wish.to_json())
        self.memory.offered = True
        return [Reply("utter_proposed_wish", {"wish": service.wish[self.language]})]

    def offer(self) -> list[Reply]:
        """Ask whether to go on with the oldest wish that waits."""
        self._forget_withdrawn()
        if not self.memory.wishes:
            return []
        self.memory.offered = True
        wish = Understood.from_json(self.memory.wishes[0])
        told = self.catalogue.service_by_intent[wish.intent].wish[self.language]
        named = wish.first("product")
        if named and named.value in self.catalogue.products:
            told = f"{told} ({self.catalogue.products[named.value].name[self.language]})"
        return [Reply("utter_next_wish", {"wish": told})]

    def read(self, said: Understood) -> Begin | list[Reply] | None:
        """What the answer to `ask` leads to; None where the message is no answer to it."""
        self._forget_withdrawn()
        if self.memory.choices:
            return self._read_choice(said)
        return self._read_yes_or_no(said) if self.memory.offered else None

    def _read_choice(self, said: Understood) -> Begin | list[Reply] | None:
        undecided = Understood.from_json(self.memory.undecided or {})
        picked = chosen(said, self._choices())
        if picked:
            self.memory.undecided = None
            told = explained(undecided, picked[0], said)
            service = self.catalogue.service_by_intent[picked[0]]
            # "Return or repair?" names two wishes and tells no story, as a button's title does.
            told = replace(told, pressed=not tells_more_than_or(told, service))
            return Begin(picked[0], told, [replace(told, intent=other) for other in picked[1:]])
        if says_neither(said):
            self.memory.choices = []
            if said.intent != "cancel":
                return [Reply("utter_capabilities")]  # what is chosen there still explains it
            self.memory.undecided = None
            return [Reply("utter_intake_cancelled")]
        named = said.first("product") or said.first("product_category")
        if named and len(words_of(said.text)) < _FEW_WORDS:
            self.memory.undecided = explained(undecided, undecided.intent, said).to_json()
            return self.ask()
        return None

    def _read_yes_or_no(self, said: Understood) -> Begin | list[Reply] | None:
        wish = Understood.from_json(self.memory.wishes[0])
        likely = said.pressed or said.confidence >= _LIKELY
        if likely and said.intent == "affirm":
            # "Yes please" belongs to no story; what it names ("yes, the W900") does.
            return Begin(wish.intent, explained(wish, wish.intent, replace(said, text="")))
        if likely and said.intent == wish.intent:
            return Begin(wish.intent, explained(wish, wish.intent, said))
        if says_neither(said):
            drop_wish(self.memory, wish.intent)
            self.memory.offered = False
            return self.offer() or [Reply("utter_anything_else")]
        return None

    def _which(self) -> Reply:
        first, second = self._choices()
        buttons = tuple(
            Button(_capitalised(service.wish[self.language]), service.intent)
            for service in (first, second)
        )
        values = {"first": first.wish[self.language], "second": second.wish[self.language]}
        return Reply("utter_which_wish", values, buttons)

    def _choices(self) -> list[ServiceView]:
        return [self.catalogue.service_by_intent[intent] for intent in self.memory.choices]

    def _forget_withdrawn(self) -> None:
        """A service may have left the catalogue since it was spoken of."""
        known = self.catalogue.service_by_intent
        if not known.keys() >= set(self.memory.choices):
            self.memory.choices = []
        self.memory.wishes = [wish for wish in self.memory.wishes if wish["intent"] in known]
        self.memory.offered = self.memory.offered and bool(self.memory.wishes)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
