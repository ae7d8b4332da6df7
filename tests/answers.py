"""What customers answer to each kind of record, as the bot understands it."""

from __future__ import annotations

from datetime import date
from typing import Any

from aftercare.catalogue.snapshot import Record
from aftercare.intake.understood import Entity, Understood

TODAY = date(2026, 3, 2)
EMAIL = "joana.lima@mail.example"
PHONE = "(11) 91234-5678"
STORY = {
    "en": "It hums and then stops with water left inside",
    "pt": "Ela faz um ronco e para com a água dentro",
}
ADDRESS = {
    "en": "12 Harbour Street, 1100-148 Lisboa",
    "pt": "Rua das Flores, 120, Santos, 11010-100",
}


def told(
    text: str,
    intent: str = "inform",
    confidence: float = 0.95,
    pressed: bool = False,
    **entities: Any,
) -> Understood:
    """A message; entities as name=value, found anywhere in the text."""
    return Understood(
        text,
        intent,
        confidence,
        tuple(_entity(text, name, value) for name, value in entities.items()),
        pressed,
    )


def pressed(intent: str, title: str = "A button", **entities: Any) -> Understood:
    return told(title, intent, 1.0, pressed=True, **entities)


def product(name: str = "W900", id: str = "mare-w900") -> Understood:
    return told(name, product=id)


def bought(text: str, day: str, intent: str = "inform") -> Understood:
    """A message that tells the day of purchase as such."""
    return Understood(text, intent, 0.95, (Entity("date", day, 0, len(text), "purchase"),))


def answer_to(record: Record, language: str) -> Understood:
    """A good answer to a question of this kind."""
    match record.kind:
        case "product":
            return product()
        case "description":
            return told(STORY[language], intent="nlu_fallback", confidence=0.3)
        case "choice":
            return told(record.choices[0].words[language][0])
        case "symptom":
            return told("it leaks", symptom="leak")
        case "part":
            piece = Entity("part", "door_seal", by_product={"mare-w900": "door_seal"})
            return Understood("the seal", "inform", 0.95, (piece,))
        case "amount":
            return told("349 pounds", amount="349.00 GBP")
        case "past_date":
            return told("15/01/2026", date="2026-01-15")
        case "future_date":
            return Understood("10/03/2026", "inform", 0.95, (Entity("date", "2026-03-10", 0, 10),))
        case "serial":
            return told("W912345678", serial_number="W912345678")
        case "order_number":
            return told("20263817", order_number="20263817")
        case "ticket_number":
            return told("K4F-7M2C", ticket_number="K4F-7M2C")
        case "name":
            return told("Joana Lima", intent="nlu_fallback", confidence=0.3)
        case "email" | "contact" | "proof":
            return told(EMAIL, email=EMAIL)
        case "phone":
            return told(PHONE, phone=PHONE)
        case "address":
            return told(ADDRESS[language], intent="nlu_fallback", confidence=0.3)
    raise ValueError(record.kind)


def _entity(text: str, name: str, value: Any) -> Entity:
    """Placed where the value, or the model in a product's id, stands; at no place otherwise."""
    for written in (str(value), str(value).rpartition("-")[2]):
        start = text.lower().find(written.lower())
        if written and start >= 0:
            return Entity(name, str(value), start, start + len(written))
    return Entity(name, str(value))
