"""Finds what a customer wants done: repair, replacement or money back, and not what they refuse.

"I don't want a repair, just my money back" wishes a refund. What was done before ("after the
repair") and the replacement of a part ("how do I replace the filter?") are no wishes.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Dict, List, Sequence, Set

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entity import add_entity
from bot.nlu.everyday_names import language_of
from bot.nlu.phrases import BREAKS, Found, LoosePhrases, Token, denies, tokens_of
from bot.nlu.text import word_set
from bot.nlu.untrained import UntrainedComponent

_REFUND = "refund"
REFUSED = "refused"
_OUTCOMES = LoosePhrases(
    yaml.safe_load(Path(__file__).with_name("outcome_words.yml").read_text(encoding="utf-8"))
)
#: Words that turn down what follows, beside those that deny.
_REFUSING = word_set(
    """
    stop instead than forget refuse refusing without mind esquece
    esqueca esquecam parem pare chega vez inves recuso recusam dispenso
    """
)
#: A wish begins anew here: "não quero reembolso quero que arrumem", "no repair just my money".
_WANTING = word_set(
    """
    i'd want wants wanted need needs demand prefer insist like expect please just only but can
    could would may quero queria queremos gostaria gostava preciso precisamos exijo prefiro
    peco desejo aceito favor so apenas mas podem pode poderiam podiam poderia
    """
)
#: What came before is told, not wished.
_BEFORE = word_set(
    """
    was were been had has have having after since already ago three two second third i've
    foi foram era fora ja depois apos desde tinha tive teve terceiro segundo terceira
    segunda ultimo ultima
    """
)
#: "The replacement is broken too", "charged twice for the same repair": one that there was.
_KNOWN = word_set(
    """
    the this that same your my first second last o do no pelo mesmo esse este da na pela essa esta
    mesma seu sua meu minha
    """
)
_NOUNS = word_set(
    """
    repair repairs replacement replacements exchange conserto reparo reparacao arranjo troca trocas
    substituicao
    """
)
#: Of these: before them "a" is the Portuguese article.
_FEMININE = word_set("reparacao troca trocas substituicao")
_HAVING_DONE = frozenset(["it", "this", "my", "the", "them", "that"])
_ASKING_HOW = frozenset(["how", "como", "where", "onde"])
_ASKED = frozenset(
    ["you", "someone", "somebody", "we", "i", "podem", "pode", "poderiam", "da", "tem"]
)
_REACH = 6
_REACH_OF_THE_PAST = 3
_REACH_TO_A_PART = 20


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class WishedOutcomeExtractor(UntrainedComponent):
    """Adds `wish` entities with the values repair, replace and refund, each once.

    What the customer does not want has the role `refused`. Parts found by an earlier component tell
    the replacement of a part from that of a product.
    """

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._find(message, text)
        return messages

    def _find(self, message: Message, text: str) -> None:
        tokens = tokens_of(text)
        parts = [one for one in message.get(ENTITIES, []) if one["entity"] == "part"]
        wished: Dict[str, Found] = {}
        refused: Dict[str, Found] = {}
        for found in _OUTCOMES.find(tokens):
            start, end = tokens[found.first].start, tokens[found.last - 1].end
            # "Replace the filter", "filter replacement"
            of_a_part = found.label != _REFUND and any(
                0 <= part["start"] - end < _REACH_TO_A_PART or 0 <= start - part["end"] <= 1
                for part in parts
            )
            clause = _clause_before(tokens, found)
            if of_a_part or _is_told(tokens, found, clause):
                continue
            kind = refused if _is_refused(tokens, found, clause) else wished
            kind.setdefault(found.label, found)
        for role, outcomes in ((None, wished), (REFUSED, refused)):
            for outcome, found in outcomes.items():
                if role is None or outcome not in wished:
                    start, end = tokens[found.first].start, tokens[found.last - 1].end
                    add_entity(message, self, "wish", outcome, start, end, role=role)


def _clause_before(tokens: Sequence[Token], found: Found) -> List[str]:
    """The last words before the phrase, from its sentence or from between commas."""
    words: List[str] = []
    for token in reversed(tokens[max(found.first - _REACH, 0) : found.first]):
        if token.text in BREAKS:
            break
        words.insert(0, token.text)
    return words


def _is_told(tokens: Sequence[Token], found: Found, clause: List[str]) -> bool:
    """Whether it is asked how to do it, or told of the past."""
    if found.label != _REFUND and _ASKING_HOW.intersection(clause):
        return True
    word, before = tokens[found.first].text, clause[-1] if clause else ""
    a_known_one = before in _KNOWN or (before == "a" and word in _FEMININE)
    if word in _NOUNS and a_known_one and _WANTING.isdisjoint(clause):
        return True
    near = [*clause[-_REACH_OF_THE_PAST:], word]
    return any(
        one in _BEFORE and not (one in ("have", "had") and next_ in _HAVING_DONE)
        for one, next_ in pairwise(near)
    )


def _is_refused(tokens: Sequence[Token], found: Found, clause: List[str]) -> bool:
    following = [token.text for token in tokens[found.last : found.last + 2]]
    if following[:1] in (["nao"], ["not"]) and BREAKS.issuperset(following[1:]):
        return True  # "troca não, quero reembolso"
    portuguese = language_of(tokens) == "pt"
    asked = "?" in _signs(tokens)
    for place in range(len(clause) - 1, -1, -1):
        word, before = clause[place], clause[place - 1] if place else ""
        if denies(word) or word in _REFUSING or (word == "no" and not portuguese):
            # "Can't you fix it?"
            return not (
                asked and denies(word) and _ASKED.intersection(clause[place + 1 : place + 2])
            )
        if word == "a" and place == len(clause) - 1 and {"prefiro", "prefer"} & set(clause[:place]):
            return place > 1  # "prefiro trocar a consertar"
        if word in _WANTING:
            return denies(before) and not (asked and word in _ASKED)
    return False


def _signs(tokens: Sequence[Token]) -> Set[str]:
    return {token.text for token in tokens if not token.text[0].isalnum()}
