"""Replaces the digits of card and identity numbers by dots, before anything of them is stored."""

from __future__ import annotations

from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.privacy.personal_numbers import PersonalNumber, find_personal_numbers
from aftercare.tables.catalogue import Product

DOT = "•"


def mask_for_storing(sessions: SessionFactory, text: str) -> str:
    """What somebody wrote in the form in which it may be stored and handed to the bot.

    It is as long as before and keeps blanks, dashes and the last four digits of a card, so that
    both sides still see what was meant. Masking it again changes nothing. The catalogue's serial
    numbers are looked up where something looks like such a number: call it before a transaction
    begins. Raises StorageUnavailable.
    """

    def serials() -> list[str]:
        with reading(sessions) as session:
            return list(session.scalars(select(Product.serial_pattern).distinct()))

    masked = list(text)
    for number in find_personal_numbers(text, serials):
        masked[number.start : number.end] = _dotted(text, number)
    return "".join(masked)


def _dotted(text: str, number: PersonalNumber) -> list[str]:
    places = [place for place in range(number.start, number.end) if text[place].isalnum()]
    hidden = set(places[: len(places) - number.kept])
    return [DOT if place in hidden else text[place] for place in range(number.start, number.end)]
