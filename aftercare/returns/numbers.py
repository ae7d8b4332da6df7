"""Return numbers (RMA): one character longer than ticket numbers, so the two are told apart."""

from __future__ import annotations

import re

from aftercare.ticket_numbers import new_number, read_number

_BODY = 7
_PREFIX = re.compile(r"^\s*RMA\b[\s:#.]*", re.IGNORECASE)


def new_rma() -> str:
    """A fresh number like K4F7-M2CX, the last character of which checks the others."""
    return new_number(_BODY)


def read_rma(text: str) -> str | None:
    """The number that was typed or scanned, in its one right form; None where it cannot be one."""
    return read_number(_PREFIX.sub("", text), _BODY)
