"""Hears what is typed after the question whether to remind, and after a reminder.

A word such as "yes" counts only while the question is the last thing that the bot said: a consent
that nobody gave would be worse than a question that stays open.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from aftercare.asked import said_last, wants_something_else
from aftercare.database import SessionFactory, reading
from aftercare.intake.digressions import INTERRUPTS
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import plain, tells_a_fault, words_of
from aftercare.replies import Reply
from aftercare.tables.catalogue import Service
from aftercare.talk import Talk

_LIKELY = 0.45
_SHORT = 8
_NO_WORD = re.compile(r"[^\w']+")
#: "I did it", "all done", and not "can it be done?" or "I changed my mind".
_DONE = re.compile(
    r"\b(?:i|we)(?: have|'?ve)? (?:already |just )?(?:did|done|changed(?! my mind)|cleaned"
    r"|replaced|descaled|washed|checked)\b"
    r"|^(?:yes |yep |all |already |it'?s |it is )*done\b"
    r"|\bja (?:fiz|fizemos|foi feito|esta feit[oa]|troquei|limpei|lavei|verifiquei)\b"
    r"|\bfiz (?:isso|tudo)\b|^(?:sim |ja )*feit[oa]\b"
)
_BARE_DONE = re.compile(
    r"(?:yes |ok |sim )?(?:"
    r"(?:i|we)(?: have|'?ve)? (?:already |just )?(?:did|done)(?: (?:it|that|this|all|everything"
    r"|of|them|already|myself|ourselves|today|yesterday|thanks?|thank|you))*"
    r"|(?:all |already |it'?s |it is )*done(?: (?:it|that|already|thanks?|thank|you))*"
    r"|(?:eu )?(?:ja )?(?:fiz|fizemos|foi feito|esta feit[oa]|feit[oa])"
    r"(?: (?:isso|tudo|hoje|ontem|ja|obrigad[oa]))*)"
)
_NOT_DONE = re.compile(
    r"\?|\b(?:not|never|nao|nunca|ainda|yet|still|but|continua\w*|mas)\b|n't\b"
    # Of another day than today: staff and the customer's page note it with its day.
    r"|\blast (?:month|year)\b|\b(?:mes|ano) passado\b|\b(?:months?|years?) ago\b"
    r"|\b(?:meses|anos?) atras\b"
)
#: Later and stop are heard only where next to nothing else is said: "the leak did not stop" and
#: "no more water comes out" tell of a fault.
_LATER = re.compile(
    r"(?:(?:please|ok|okay|yes|no|maybe|perhaps|just|busy|i'?m|i'?ll|i|will|would|rather|do|it"
    r"|that|let'?s|can|could|you|we|ask|tell|remind|me|again|then|thanks?|a|bit"
    r"|por|favor|sim|nao|talvez|so|pode|podemos|posso|prefiro|lembrar|lembre|faco|vou|fazer|eu"
    r"|isso|ver|vejo|de|novo|na|o|um|pouco|obrigad[oa]) )*"
    r"(?:later|next week|another time|not now|in a week|remind me again|mais tarde|depois"
    r"|semana que vem|proxima semana|agora nao|outra hora|me lembre|lembre me)"
    r"(?: (?:please|ok|thanks?|thank|you|then|maybe|again|on|i'?ll|i|will|do|it|that|remind|me"
    r"|por|favor|talvez|eu|faco|vejo|vou|fazer|isso|de|novo|mais|tarde|na|outra|hora|depois"
    r"|semana|que|vem|proxima|later|next|week|another|time|obrigad[oa]"
    r"|in|a|few|days|month|tomorrow|amanha|daqui|em|no|uns|dias|mes))*"
)
_STOP = re.compile(
    r"(?:(?:please|ok|okay|yes|no|just|you can|i want(?: to| you to)?|i'd like to|por favor|sim"
    r"|pode|podem|quero|eu|so|agora|thanks?|obrigad[oa]) )*"
    r"(?:stop|unsubscribe|no more|don'?t remind|parar|pare|chega|nao (?:quero|preciso) mais"
    r"|nao me lembr\w+|sem lembretes)"
    r"(?: (?:it|that|this|these|those|me|reminders?|reminding|messages?|messaging|sending|asking"
    r"|again|any|anymore|more|about|of|with|the|for|now|please|thanks?|thank|you|product"
    r"|com|isso|disso|disto|de|do|da|desse|deste|lembretes?|lembrar|lembrad[oa]s?|lembrando|me"
    r"|ser|receber|mandar|enviar|avisar|avisos?|mensagem|mensagens|esses|estes|os|mais|nunca"
    r"|agora|por|favor|obrigad[oa]|produto|nada))*"
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
        if said.intent in ("deny", "skip", "cancel") or _is_whole(_STOP, said):
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
        if _is_whole(_STOP, said):
            return self._stop(of, memory, talk)
        if _is_whole(_LATER, said) or said.intent == "skip":
            return self._next_week(of, memory, talk)
        if _is_done(said):
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
    # Whatever the bot takes it for: "unsubscribe" is no question of privacy here.
    bare = any(_is_whole(pattern, said) for pattern in (_BARE_DONE, _LATER, _STOP))
    if not bare:
        if said.confidence < _LIKELY and not _is_done(said):
            return False
        if said.first("symptom") or _wants_a_service(sessions, said):
            return False
    return said_last(sessions, talk, *responses)


def _wants_a_service(sessions: SessionFactory, said: Understood) -> bool:
    """Whether a message most likely asks for a service, or for something else meanwhile."""
    if said.confidence < _LIKELY:
        return False
    if said.intent in INTERRUPTS:
        return True
    with reading(sessions) as session:
        found = select(Service.id).where(Service.intent == said.intent)
        return session.scalar(found.limit(1)) is not None


def _is_done(said: Understood) -> bool:
    """Whether it was done, and now: not that it was done and something is wrong all the same."""
    text = _plain(said)
    return bool(_DONE.search(text) and not _NOT_DONE.search(text) and not tells_a_fault(text))


def _is_whole(pattern: re.Pattern[str], said: Understood) -> bool:
    """Whether a message says nothing else."""
    return pattern.fullmatch(" ".join(_NO_WORD.sub(" ", _plain(said)).split())) is not None


def _plain(said: Understood) -> str:
    return plain(said.text.replace("\u2019", "'"))
