"""The shape of an entity as the components add it to a message."""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message


def add_entity(
    message: Message,
    extractor: object,
    name: str,
    value: str,
    start: int,
    end: int,
    role: Optional[str] = None,
    additional_info: Optional[Dict[str, Any]] = None,
) -> None:
    """Append an entity to the message; `start` and `end` are positions in its text."""
    entity: Dict[str, Any] = {
        "entity": name,
        "value": value,
        "start": start,
        "end": end,
        "extractor": type(extractor).__name__,
    }
    if role:
        entity["role"] = role
    if additional_info:
        entity["additional_info"] = additional_info
    message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
