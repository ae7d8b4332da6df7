"""What a button asks of the desk by itself, and what the desk begins to speak of: `/postback`.

The bot needs no training for these: `do` names the handler, `of` what it is about (a ticket's
number, a visit's id). A handler checks that the conversation may have it, and that it still makes
sense: a button stays in a chat for as long as the chat does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.replies import Button, Reply
from aftercare.talk import Talk

INTENT = "postback"

#: Gets what it is about, and answers; it may change the memory.
Handler = Callable[[str, Memory, Talk], list[Reply]]


def postback(title: str, do: str, of: str = "") -> Button:
    """A button whose title is data; one that domain.yml words has its payload there."""
    return Button(title, INTENT, {"do": do, "of": of})


def payload(do: str, of: str) -> str:
    return postback("", do, of).payload


class Postbacks:
    """Finds the handler of a postback."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    def answer(self, said: Understood, memory: Memory, talk: Talk) -> list[Reply]:
        """What is said to it; a button of an older version of the desk does nothing any more."""
        do, of = said.first("do"), said.first("of")
        handler = self._handlers.get(do.value) if do else None
        if handler is None:
            return [Reply("utter_button_outdated")]
        return handler(of.value if of else "", memory, talk)
