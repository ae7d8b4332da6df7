"""Hears what is typed after the question whether to remind, and after a reminder.

A word such as "yes" counts only while the question is the last thing that the bot said: a consent
that nobody gave would be worse than a question that stays open.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from aftercare.asked import wants_something_else
from aftercare.database import SessionFactory, reading
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import plain, words_of
from aftercare.replies import Reply
from aftercare.tables.conversations import Message, Sender
from aftercare.talk import Talk

_LIKELY = 0.45
_SHORT = 8
#: "I did it", "all done", and not "can it be done?" or "I changed my mind".
_DONE = re.compile(
    r"\b(?:i|we)(?: have|'?ve)? (?:already |just )?(?:did|done|changed(?! my mind)|cleaned"
    r"|replaced|descaled|washed|checked)\b"
    r"|^(?:yes |yep |all |already |it'?s |it is )*done\b"
    r"|\bja (?:fiz|fizemos|foi feito|esta feit[oa]|troquei|limpei|lavei|verifiquei)\b"
    r"|\bfiz (?:isso|tudo)\b|^(?:sim |ja )*feit[oa]\b"
)
_NOT_DONE = re.compile(r"\?|\b(?:not|never|nao|nunca|ainda|yet)\b|n't\b")
_LATER = re.compile(
    r"\b(?:later|next week|another time|not now|in a week|remind me again|mais tarde|depois"
    r"|semana que vem|proxima semana|agora nao|outra hora|me lembre)\b"
)
_STOP = re.compile(
    r"\b(?:stop|unsubscribe|no more|don'?t remind|parar|pare|chega|nao (?:quero|preciso) mais"
    r"|nao me lembr\w+|sem lembretes)\b"
)

#: What the bot says in a reminder; either may stand last.
_REMINDING = ("utter_maintenance_due", "utter_maintenance_how", "utter_maintenance_choose")

#: What a button does, by its `of`.
Deed = Callable[[str, Memory, Talk], list[Reply]]


class WantsReminders:
    """Hears the yes or no to being reminded; `of` is the ticket after which it was asked."""

    def __init__(self, sessions: SessionFactory, agree: Deed, decline: Deed) -> None:
        self._sessions = sessions
        self._agree = agree
        self._decline = decline

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """The word that was given; None for anything but a short yes or no."""
        if not _answers(self._sessions, said, talk, "utter_maintenance_ask"):
            return None
        if said.intent == "affirm" and said.confidence >= _LIKELY:
            return self._agree(of, memory, talk)
        if said.intent in ("deny", "skip", "cancel") or _STOP.search(_plain(said)):
            return self._decline(of, memory, talk)
        return None

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """Nobody is urged: who speaks of something else is not asked a second time."""
        return []


class WasReminded:
    """Hears what the customer makes of a reminder; `of` is the piece."""

    def __init__(
        self, sessions: SessionFactory, done: Deed, next_week: Deed, stop: Deed, choose: Deed
    ) -> None:
        self._sessions = sessions
        self._done = done
        self._next_week = next_week
        self._stop = stop
        self._choose = choose

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """What the button of the same meaning does; a bare yes or no shows the buttons again."""
        if not _answers(self._sessions, said, talk, *_REMINDING):
            return None
        text = _plain(said)
        if _STOP.search(text):
            return self._stop(of, memory, talk)
        if _LATER.search(text) or said.intent == "skip":
            return self._next_week(of, memory, talk)
        if _DONE.search(text) and not _NOT_DONE.search(text):
            return self._done(of, memory, talk)
        if said.intent in ("affirm", "deny", "cancel"):
            return self._choose(of, memory, talk)
        return None

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """The buttons stay good; nobody is told of it twice."""
        return []


def _answers(sessions: SessionFactory, said: Understood, talk: Talk, *responses: str) -> bool:
    """Whether a message is a short answer to what the bot said last."""
    if said.pressed or wants_something_else(said) or len(words_of(said.text)) > _SHORT:
        return False
    text = _plain(said)
    told = any(pattern.search(text) for pattern in (_DONE, _LATER, _STOP))
    if said.confidence < _LIKELY and not told:
        return False
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


def _plain(said: Understood) -> str:
    return plain(said.text.replace("\u2019", "'"))
