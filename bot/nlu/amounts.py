"""Finds amounts of money: "R$ 1.299,00", "89,90 €", "£350", "two hundred euros", "mil reais".

text2num reads numbers written in words; this module finds where they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Iterator, List, Optional, Sequence

from text_to_num import text2num

from bot.nlu.phrases import Token, tokens_of
from bot.nlu.text import plain_in_place

_SIGNS = {"r$": "BRL", "us$": "USD", "u$": "USD", "$": "USD", "€": "EUR", "£": "GBP"}
_WORDS = {
    **dict.fromkeys(("eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("brl", "reais", "real", "conto", "contos", "pila", "pilas"), "BRL"),
    **dict.fromkeys(("gbp", "pound", "pounds", "quid", "sterling", "libra", "libras"), "GBP"),
    **dict.fromkeys(("usd", "dollar", "dollars", "buck", "bucks", "dolar", "dolares"), "USD"),
}
_CODES = ("eur", "brl", "gbp", "usd")
_SIGN = "|".join(re.escape(sign) for sign in (*_SIGNS, *_CODES))
#: Thousands apart by dots, commas or spaces, and cents; or plain digits.
_DIGITS = r"(?:\d{1,3}(?:[.,' ]\d{3}){1,3}|\d{1,9})(?:[.,]\d{1,2})?(?!\d)"
_THOUSAND = r"(?: ?(?P<thousand>mil|thousand|k)\b)?"
_SIGN_FIRST = re.compile(rf"(?<![\w$])(?P<sign>{_SIGN})\s?(?P<digits>{_DIGITS}){_THOUSAND}")
_SIGN_LAST = re.compile(
    rf"(?<![\w.,/-])(?P<digits>{_DIGITS}){_THOUSAND}\s?(?P<sign>{_SIGN}|{'|'.join(_WORDS)})(?!\w)"
)
#: Without a currency only where a price is spoken of, and nothing else is counted.
_PRICE = re.compile(
    r"\b(?:paid|pay|cost|costs|price (?:is|was|of)|charged(?: me)?|spent|paguei|pagar|custou|custa"
    r"|custaram|cobraram|cobrou|preco (?:de|e|era|foi)|gastei|gastamos|valor de|por apenas)\s"
    rf"(?:me |us |about |over |around |quase |uns |cerca de )?(?P<digits>{_DIGITS}){_THOUSAND}"
    r"(?![\w/%-]|[.,]\d|\s?%| ?(?:x|times?|vezes|days?|dias?|weeks?|semanas?|months?|mes|meses"
    r"|years?|anos?|hours?|horas?|minut\w+|parcelas|prestacoes|installments|instalments)\b)"
)
_WEIGHED = re.compile(r"\b(?:weigh\w*|heavy|pes[ao]\w*)[^.!?]{0,20}$")
_MOST_WORDS = 8
#: A message with more is no customer's.
_MOST_AMOUNTS = 20
_LOWEST_BARE = 10


@dataclass(frozen=True)
class Amount:
    """`value` in the currency's main unit; `currency` as ISO code, None where none is told."""

    start: int
    end: int
    value: Decimal
    currency: Optional[str]

    def __str__(self) -> str:
        return f"{self.value:.2f} {self.currency}" if self.currency else f"{self.value:.2f}"


def find_amounts(text: str) -> List[Amount]:
    """Every amount in the text, from left to right, without overlaps."""
    flat = plain_in_place(text)
    found: List[Amount] = []
    for amount in islice(chain(_in_digits(flat), _in_words(flat), _bare(flat)), _MOST_AMOUNTS):
        if not any(amount.start < other.end and other.start < amount.end for other in found):
            found.append(amount)
    return sorted(found, key=lambda amount: amount.start)


def _in_digits(flat: str) -> Iterator[Amount]:
    for pattern in (_SIGN_FIRST, _SIGN_LAST):
        for match in pattern.finditer(flat):
            sign = match["sign"]
            currency = _SIGNS.get(sign) or _WORDS[sign]
            if currency != "GBP" or not _WEIGHED.search(flat, 0, match.start()):
                yield Amount(match.start(), match.end(), _value(match), currency)


def _bare(flat: str) -> Iterator[Amount]:
    for match in _PRICE.finditer(flat):
        value = _value(match)
        if value >= _LOWEST_BARE:
            yield Amount(match.start("digits"), match.end(), value, None)


def _in_words(flat: str) -> Iterator[Amount]:
    if not any(word in flat for word in _WORDS):
        return
    tokens = tokens_of(flat)
    for place, token in enumerate(tokens):
        if token.text in _WORDS and place and _number(tokens[place - 1 : place]):
            for first in range(max(place - _MOST_WORDS, 0), place):
                number = _number(tokens[first:place])
                if number is not None:
                    start, end = tokens[first].start, token.end
                    yield Amount(start, end, Decimal(number), _WORDS[token.text])
                    break


def _number(tokens: Sequence[Token]) -> Optional[int]:
    """The number that the words say in either language; None where they say none."""
    words = [token.text for token in tokens]
    if not words[0].isalpha() or not words[-1].isalpha() or words[0] in ("and", "e"):
        return None
    if words[0] == "a" and len(words) > 1:
        words[0] = "one"
    for language in ("en", "pt"):
        try:
            number = text2num(" ".join(words), language)
        except ValueError:
            continue
        return int(number) or None  # "o" is a nought to text2num, and an article
    return None


def _value(match: re.Match[str]) -> Decimal:
    """The number of digits in which dots and commas may part thousands or cents."""
    digits = match["digits"]
    whole, cents = digits, ""
    parted = re.search(r"[.,](\d{1,2})$", digits)
    if parted:
        whole, cents = digits[: parted.start()], parted[1]
    value = Decimal(re.sub(r"\D", "", whole) + (f".{cents}" if cents else ""))
    return value * 1000 if match["thousand"] else value
