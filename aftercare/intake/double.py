"""Hears whether a fault that is told again goes to the open ticket about it, or to a new one."""

from __future__ import annotations

import re

from aftercare.intake.understood import Understood
from aftercare.intake.words import plain

_LIKELY = 0.45
_NEW = re.compile(r"\b(?:new|another|separate|different|nov[oa]|outr[oa]|separad[oa])\b")
_SAME = re.compile(
    r"\b(?:add|same|existing|that one|to it|acrescent\w+|adicion\w+|junt\w+|mesm[oa]|existente"
    r"|nesse|neste|nele)\b"
)


def wants_new_ticket(said: Understood) -> bool | None:
    """True for a new ticket, False for the open one; None where the message says neither."""
    if said.pressed:
        return {"affirm": False, "deny": True}.get(said.intent)
    text = plain(said.text)
    new, same = bool(_NEW.search(text)), bool(_SAME.search(text))
    if new != same:
        return new
    likely = said.confidence >= _LIKELY
    return {"affirm": False, "deny": True}.get(said.intent) if likely else None
