"""Ticket numbers: short, readable aloud, not to be guessed from another one, typos noticed.

Seven characters like K4F-7M2C: six random ones and a check character (Luhn mod N, from
python-stdnum). The alphabet leaves out what looks or sounds alike (0/O, 1/I/L, B/D/G/P/T/V).
Twenty characters give 64 million numbers; with 10,000 open tickets one guess in 6,400 exists, and
none opens a ticket without the proof of identity.
"""

from __future__ import annotations

import re
import secrets

from stdnum import luhn
from stdnum.exceptions import ValidationError

ALPHABET = "23456789ACFHJKMNRWXY"
EXAMPLE = "K4F-7M2C"
_BODY = 6
_SEPARATORS = re.compile(r"[\s.\-–—_/#]+")


def new_number(body_length: int = _BODY) -> str:
    """A fresh number, with its dash; the check character comes after the body.

    It has both a digit and a letter: the bot tells it from a word and from a phone number by that.
    """
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(body_length))
        if not (body.isdigit() or body.isalpha()):
            return _dashed(body + luhn.calc_check_digit(body, alphabet=ALPHABET))


def read_number(text: str, body_length: int = _BODY) -> str | None:
    """The number that a person wrote, in its one right form; None where it cannot be one."""
    compact = _SEPARATORS.sub("", text).upper()
    if len(compact) != body_length + 1 or not set(ALPHABET).issuperset(compact):
        return None
    try:
        luhn.validate(compact, alphabet=ALPHABET)
    except ValidationError:
        return None
    return _dashed(compact)


def _dashed(compact: str) -> str:
    middle = len(compact) // 2
    return f"{compact[:middle]}-{compact[middle:]}"
