"""Notices a second wish in a message: "my fryer leaks, and how long is its warranty?"

The message is split where a new clause asks for something. Each part is judged by the trained
intent model, and only where both parts are clear, and the one is no reason for the other ("it is
broken, I want my money back"), are they two wishes. A wish too many is worse than one too few.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, List, NamedTuple, Optional, Protocol, Tuple

import numpy as np

from bot.nlu.text import plain_in_place

#: Intents that a service answers and customers ask for in so many words.
WISHES = frozenset(
    {
        "request_repair",
        "file_complaint",
        "ask_usage",
        "request_installation",
        "request_maintenance",
        "request_return",
        "ask_warranty",
        "check_ticket_status",
        "add_to_ticket",
        "request_human",
        "give_feedback",
        "privacy_request",
    }
)
#: A told fault is a wish beside these questions; beside other wishes it is their reason.
_BESIDE_A_FAULT = frozenset({"ask_warranty", "check_ticket_status", "privacy_request"})
#: What stories are full of; only "also" makes it a wish beside another.
_ONLY_ADDED = frozenset({"file_complaint", "give_feedback"})
#: Wishes that say much the same of one thing; only "also" makes two of them.
_ALIKE = (
    frozenset({"request_repair", "request_return"}),
    frozenset({"request_repair", "ask_usage", "request_maintenance"}),
    frozenset({"request_installation", "ask_usage", "request_maintenance"}),
    frozenset({"check_ticket_status", "request_human", "add_to_ticket"}),
    frozenset({"request_repair", "request_return", "file_complaint", "add_to_ticket"}),
)
_ADDING = (
    r"also|as well|besides|by the way|btw|another thing|one more thing|other question"
    r"|another question|second question|secondly|on top of that|in addition|separately"
    r"|tambem|tb|tbm|alem disso|outra coisa|mais uma coisa|outra duvida|outra pergunta"
    r"|outro assunto|a proposito|aproveitando|alias|por outro lado|em segundo lugar"
)
_ASKING = (
    r"i (?:(?:also|really|still) )?(?:want|need|would like|wish)|i ?'?d (?:also )?like"
    r"|(?:can|could|may|will|would) (?:you|i|we|someone|somebody)|please|pls"
    r"|(?:where|how|what|when|which|who) ?(?:is|are|do|does|did|can|could|should|long|much|about)"
    r"|(?:where|how|what|when|who) ?'?s"
    r"|(?:is|are|was) (?:it|there|my|the|this|that)|do (?:i|you)|does (?:my|the|it)"
    r"|tell me|let me|send (?:me|someone|somebody)|(?:to )?(?:know|ask)"
    r"|quero|queria|gostaria|preciso|precisava|gostava|desejo"
    r"|(?:posso|pode|podem|podiam|poderia|poderiam|voces podem|da pra|da para|tem como)"
    r"|(?:onde|como|qual|quais|quando|quanto|quantos|cade|o que)|por favor|pfv"
    r"|(?:ainda )?(?:esta|tem|cobre) (?:na |a )?garantia|(?:tenho )?(?:uma )?duvida|saber"
)
_AND = r"(?:and|but|plus|e|mas|then|depois)"
#: Where a part may begin: after the end of a sentence, or where a clause adds or asks something.
_BEGINNING = re.compile(
    rf"(?<=[.!?;\n])\s*(?=\w)|\s*[,–-]\s+(?=(?:{_AND}\s+)?(?:{_ADDING}|{_ASKING})\b)"
    rf"|\s+(?={_AND},?\s+(?:{_ADDING}|{_ASKING})\b)"
)
#: "And also to complain": a verb in its plain form asks as well.
_ADDS = re.compile(rf"^\W*(?:{_AND}\W+)?(?:i\W+)?(?:{_ADDING})\b")
_ADDS_A_VERB = re.compile(rf"^\W*(?:{_AND}\W+)?(?:{_ADDING})\W+(?:to \w+|(?:de )?\w+[aei]r)\b")
_ASKS = re.compile(rf"^\W*(?:{_AND}\W+)?(?:(?:{_ADDING}|hi|hello|oi|ola)\W+)*(?:{_ASKING})\b")
#: A question of fewer words may be about anything ("and when?").
_FEWEST_WORDS = 4
_FEWEST_WORDS_TOLD = 3
_MOST_PARTS = 8
#: "Also" tells that there are two; the first may then be less clear.
_SURE_BESIDE_ALSO = 0.4


class IntentModel(Protocol):
    """What is needed of the trained model (bot/nlu/intent_model.py)."""

    classes: List[str]

    def probabilities(self, text: str) -> np.ndarray: ...


class FurtherWish(NamedTuple):
    """`start` and `end` are the positions of its words in the message."""

    intent: str
    confidence: float
    start: int
    end: int


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    asks: bool
    adds: bool


def further_wish(
    text: str, main_intent: str, model: IntentModel, sure_from: float
) -> Optional[FurtherWish]:
    """The clearest wish beside the main one, if there is any.

    `sure_from` is the probability from which a part's intent counts as clear.
    """
    if main_intent not in WISHES:
        return None
    best: Optional[FurtherWish] = None
    for part, rest in _divisions(text):
        asked, asked_sure = _judge(text, part, model)
        if asked_sure < sure_from:
            continue
        told, told_sure = _judge(text, rest, model)
        enough = _SURE_BESIDE_ALSO if part.adds else sure_from
        if told_sure < enough or main_intent not in (asked, told):
            continue
        if not _are_two(asked, told, part, rest):
            continue
        sure = min(asked_sure, told_sure)
        other, where = (told, rest) if asked == main_intent else (asked, part)
        if best is None or sure > best.confidence:
            best = FurtherWish(other, sure, where.start, where.end)
    return best


def _are_two(asked: str, told: str, part: _Part, rest: _Part) -> bool:
    if asked == told or not {asked, told} <= WISHES:
        return False
    if part.adds:
        return True
    if {asked, told} & _ONLY_ADDED or any({asked, told} <= alike for alike in _ALIKE):
        return False
    return rest.asks or (told == "request_repair" and asked in _BESIDE_A_FAULT)


def _divisions(text: str) -> Iterator[Tuple[_Part, _Part]]:
    """Each asking or adding end or beginning of the message, and what is left without it."""
    flat = plain_in_place(text)
    starts = [0, *(found.end() for found in _BEGINNING.finditer(flat) if found.end() > 0)]
    bounds = sorted({start for start in starts if start < len(text)})[:_MOST_PARTS]
    for at in bounds[1:]:
        first, second = _part(flat, 0, at), _part(flat, at, len(text))
        if second.asks:
            yield second, first
        elif first.asks:
            yield first, second


def _part(flat: str, start: int, end: int) -> _Part:
    said = flat[start:end]
    asks = bool(_ASKS.search(said) or _ADDS_A_VERB.search(said)) or said.rstrip().endswith("?")
    return _Part(start, end, asks, asks and bool(_ADDS.search(said)))


def _judge(text: str, part: _Part, model: IntentModel) -> Tuple[str, float]:
    said = text[part.start : part.end]
    if len(said.split()) < (_FEWEST_WORDS if part.asks else _FEWEST_WORDS_TOLD):
        return "", 0.0
    probabilities = model.probabilities(said)
    best = int(probabilities.argmax())
    return model.classes[best], float(probabilities[best])
