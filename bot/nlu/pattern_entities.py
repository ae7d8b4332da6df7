"""Finds what has a regular form: addresses, numbers, error codes and dates."""

from __future__ import annotations

import re
from datetime import date
from typing import Callable, List, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.amounts import find_amounts
from bot.nlu.dates import find_dates
from bot.nlu.entity import add_entity
from bot.nlu.text import plain_in_place
from bot.nlu.untrained import UntrainedComponent

#: In order of precedence: what an earlier pattern covers, a later one does not see.
_PATTERNS: Tuple[Tuple[str, re.Pattern[str]], ...] = (
    (
        "email",
        re.compile(r"[^\s@,;:=<>()\[\]\"]{1,64}@[^\s@,;:<>()\[\]\"]{1,255}\.[a-z]{2,24}\b", re.I),
    ),
    (
        # The alphabet of aftercare/ticket_numbers.py, at least one digit, dash or space between.
        "ticket_number",
        re.compile(
            r"(?<![\w-])(?=[\w\s-]{0,8}\d)[2-9acfhjkmnrwxy]{3}[-\s]?[2-9acfhjkmnrwxy]{4}(?![\w-])",
            re.I,
        ),
    ),
    ("serial_number", re.compile(r"(?<![\w-])[a-z]{1,3}\d{1,2}[\s-]?\d{7,10}(?![\w-])", re.I)),
    ("error_code", re.compile(r"(?<![\w-])[efh]r?-?\d{1,3}(?![\w-])", re.I)),
    (
        # With a space only where an error is spoken of: "e 3 pararam" is Portuguese for "and 3".
        "error_code",
        re.compile(
            r"\b(?:erro|error|codigo|code|falha|fault)\s{1,3}(?P<value>[efh]r?\s\d{1,3})(?![\w-])",
            re.I,
        ),
    ),
    ("error_code", re.compile(r"^\W{0,3}(?P<value>[efh]r?\s\d{1,3})\W{0,3}$", re.I)),
    (
        "order_number",
        re.compile(
            r"\b(?:order|pedido|encomenda|compra|invoice|fatura|nota fiscal|nf-?e?)\s{0,3}\(?"
            r"(?:(?:number|numero|no\.?|nr?\.?|n[ºo°.]{0,3}|id|ref\.?)\s{0,3})?(?:(?:is|e)\s{1,3})?(?:[ao]\s)?"
            r"(?:[:#]\s{0,3}){0,2}(?P<value>(?=[\w/-]{0,27}\d{3})\w[\w/-]{3,29})",
            re.I,
        ),
    ),
    (
        "order_number",
        re.compile(
            r"#(?P<value>\d{4,15})(?![\w-])(?=[^.!?]{0,20}\b(?:order|pedido|encomenda|compra)\b)"
        ),
    ),
    (
        "phone",
        # A Brazilian taxpayer's number has as many digits, in a form of its own.
        re.compile(
            r"(?<![\w-])(?<!\d\.)(?!\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d))\+?\(?\d[\d\s().-]{7,18}\d(?![\w-])"
        ),
    ),
)
#: A message with more is no customer's; each is compared with all before it.
_MOST_FOUND = 100
_BOUGHT = re.compile(
    r"\b(bought|buy|purchased?|got it|ordered|compr\w+|adquir\w+|ganhei)\b[^.!?]{0,60}$"
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternEntityExtractor(UntrainedComponent):
    """A date's value is the day looking back; `additional_info` also has the day looking ahead.

    The first date after a word of buying has the role `purchase`.
    """

    #: Where dates are counted from; a measurement reads its messages on the day of their labels.
    today: Callable[[], date] = staticmethod(date.today)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._find_dates(message, text)
                self._find_patterns(message, text)
        return messages

    def _find_dates(self, message: Message, text: str) -> None:
        flat = plain_in_place(text)
        after = 0
        for found in find_dates(text, self.today()):
            bought = _BOUGHT.search(flat, after, found.start)
            after = found.end
            add_entity(
                message,
                self,
                "date",
                found.past.isoformat(),
                found.start,
                found.end,
                role="purchase" if bought else None,
                additional_info={"future": found.future.isoformat()},
            )

    def _find_patterns(self, message: Message, text: str) -> None:
        flat = plain_in_place(text)
        covered = [
            (entity["start"], entity["end"])
            for entity in message.get("entities", [])
            if entity["entity"] == "date"
        ]
        for amount in find_amounts(text):
            if not _overlaps(amount.start, amount.end, covered):
                covered.append((amount.start, amount.end))
                add_entity(message, self, "amount", str(amount), amount.start, amount.end)
        for name, pattern in _PATTERNS:
            for match in pattern.finditer(flat):
                start, end = match.span("value") if "value" in match.groupdict() else match.span()
                if len(covered) < _MOST_FOUND and not _overlaps(start, end, covered):
                    covered.append((start, end))
                    add_entity(message, self, name, text[start:end], start, end)


def _overlaps(start: int, end: int, covered: List[Tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in covered)
