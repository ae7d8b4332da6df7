"""What the bot understood of one message, in words that Rasa and the core share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

#: What Rasa calls a message when no intent is likely enough, or two are equally likely.
FALLBACK = "nlu_fallback"
#: The role of a wish that the customer does not have ("I don't want a refund").
REFUSED = "refused"


@dataclass(frozen=True)
class Entity:
    """Something found in the text. `start` and `end` are positions in it."""

    name: str
    value: str
    start: int = 0
    end: int = 0
    role: str | None = None
    future: date | None = None
    """The day that a date means looking ahead ("Tuesday"); `value` has the one looking back."""
    by_product: Mapping[str, str] = field(default_factory=dict)
    """What a part or feature is in each product; `value` has one of them."""


@dataclass(frozen=True)
class Understood:
    text: str
    intent: str
    confidence: float = 1.0
    entities: tuple[Entity, ...] = field(default=())
    pressed: bool = False
    """A button was pressed: the intent is certain and the text is the button's title."""
    ranking: tuple[tuple[str, float], ...] = ()
    """The most likely intents with their probabilities, the likeliest first."""

    def to_json(self) -> dict[str, Any]:
        """The message as it is kept for later; how likely its intents were is left out."""
        return {
            "text": self.text,
            "intent": self.intent,
            "confidence": self.confidence,
            "pressed": self.pressed,
            "entities": [
                asdict(entity) | {"future": entity.future and entity.future.isoformat()}
                for entity in self.entities
            ],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Understood:
        """Read what `to_json` wrote."""
        entities = (
            Entity(**entity | {"future": _day(entity["future"])}) for entity in kept["entities"]
        )
        return cls(
            kept["text"], kept["intent"], kept["confidence"], tuple(entities), kept["pressed"]
        )

    def all(self, name: str) -> list[Entity]:
        return [entity for entity in self.entities if entity.name == name]

    def text_without(self, *names: str) -> str:
        """The text without what was found of these names."""
        text = self.text
        for entity in sorted(self.entities, key=lambda entity: -entity.start):
            if entity.name in names:
                text = text[: entity.start] + " " + text[entity.end :]
        return " ".join(text.split())

    def wished(self) -> list[str]:
        """What the customer wants done: repair, replace, refund."""
        return [entity.value for entity in self.all("wish") if entity.role != REFUSED]

    def refused(self) -> list[str]:
        """What the customer says not to want done."""
        return [entity.value for entity in self.all("wish") if entity.role == REFUSED]

    def first(self, name: str, role: str | None = None) -> Entity | None:
        """The first entity of that name, and role where one is asked for."""
        for entity in self.all(name):
            if role is None or entity.role == role:
                return entity
        return None


def from_rasa(message: Mapping[str, Any]) -> Understood:
    """Read the `latest_message` of a tracker."""
    intent = message.get("intent") or {}
    entities = tuple(_entity(entity) for entity in message.get("entities") or ())
    if intent.get("name") == "bot_challenge":
        # "Are you a robot?" speaks of no robot that we sell.
        entities = tuple(entity for entity in entities if entity.name != "product")
    return Understood(
        text=(message.get("text") or "").replace("\u2060", "").strip(),
        intent=intent.get("name") or "",
        confidence=float(intent.get("confidence") or 0.0),
        entities=entities,
        pressed=bool((message.get("metadata") or {}).get("button")),
        ranking=tuple(
            (one["name"], float(one["confidence"]))
            for one in message.get("intent_ranking") or ()
            if one["name"] != FALLBACK
        ),
    )


def _entity(entity: Mapping[str, Any]) -> Entity:
    beside = entity.get("additional_info") or {}
    return Entity(
        name=entity["entity"],
        value=str(entity.get("value", "")),
        start=entity.get("start") or 0,
        end=entity.get("end") or 0,
        role=entity.get("role"),
        future=_day(beside.get("future")),
        by_product=beside.get("by_product") or {},
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
