"""Whether events are of a kind, asked once for each class: Rasa's events make `isinstance` slow."""

from __future__ import annotations

from typing import Any, Dict, Type

from rasa.shared.core.events import ActionExecuted, Event, UserUttered


class _Kind(Dict[type, bool]):
    """For each class of events whether it is the kind or comes from it."""

    def __init__(self, kind: Type[Event]) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, event: type) -> bool:
        self[event] = issubclass(event, self._kind)
        return self[event]


_acts = _Kind(ActionExecuted)
_speaks = _Kind(UserUttered)


def is_action(event: Any) -> bool:
    """Whether the bot has done something."""
    return _acts[type(event)]


def is_message(event: Any) -> bool:
    """Whether the customer has said something."""
    return _speaks[type(event)]
