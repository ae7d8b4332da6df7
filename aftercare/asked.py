"""Questions that the desk asks outside of an intake: how it went, what is still wrong.

The next message is heard as the answer where it fits; any other wish is taken up instead, and the
question is then forgotten. Its buttons stay good all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.intake.digressions import COURTESIES, INTERRUPTS
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import words_of
from aftercare.replies import Reply
from aftercare.tables.conversations import Message, Sender
from aftercare.talk import Talk

_LIKELY = 0.45
_VERY_SURE = 0.75
_BARE = 3
_LEAVING = frozenset({"deny", "skip", "cancel"}) | (COURTESIES - {"greet"})


class Question(Protocol):
    """One kind of question; `of` is what it is about, such as a ticket's number."""

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """What the answer leads to; None where the message is none. May ask on (`ask`)."""

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """The question once more, after something else was answered."""


def ask(memory: Memory, what: str, of: str) -> None:
    """Hear the next message as the answer to the question of that name."""
    memory.asked = {"what": what, "of": of}


def leaves_out(said: Understood) -> bool:
    """Whether an answer is a no to the question: "no, thanks", "skip", "bye"."""
    if said.intent not in _LEAVING:
        return False
    return said.pressed or (said.confidence >= _LIKELY and len(words_of(said.text)) <= _BARE)


def wants_something_else(said: Understood) -> bool:
    """Whether a message in free words clearly is a wish of its own and no answer."""
    if said.pressed:
        return True
    asks = said.text.endswith("?") or said.intent == "request_human"
    return said.intent in INTERRUPTS and said.confidence >= _VERY_SURE and asks


def said_last(sessions: SessionFactory, talk: Talk, *responses: str) -> bool:
    """Whether one of these responses is what the customer was told last, by bot or people.

    A yes to a question that is not the last one may belong to another. Raises StorageUnavailable.
    """
    with reading(sessions) as session:
        last = session.execute(
            select(Message.response)
            .where(
                Message.conversation_id == talk.conversation_id,
                Message.sender.in_((Sender.BOT, Sender.STAFF)),
            )
            .order_by(Message.seq.desc())
            .limit(1)
        ).first()
    # Where nothing is on file the bot is spoken to directly, and remembers what it asked.
    return last is None or last.response in responses


class Asked:
    """Finds who hears the answer. `memory` is changed in place."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self._questions = questions

    def hear(self, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """What the answer leads to; None where the message is none, and nothing is asked now."""
        asked, memory.asked = memory.asked or {}, None
        question = self._questions.get(asked.get("what", ""))
        return question.hear(asked["of"], said, memory, talk) if question else None

    def again(self, memory: Memory, talk: Talk) -> list[Reply]:
        """The question that is open, once more."""
        asked = memory.asked or {}
        question = self._questions.get(asked.get("what", ""))
        if question is None:
            memory.asked = None
            return []
        return question.again(asked["of"], talk)
