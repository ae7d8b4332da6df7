"""Hears in free words that a visit is to be moved or cancelled.

The bot takes "I need to reschedule the installation" for the wish to have something installed. Only
where a visit is booked do these words count, so they may be broad.
"""

from __future__ import annotations

import re

from aftercare.intake.words import plain

_TIME = r"(?:date|day|time|week|data|dia|hora|horario|semana)"
_VISIT = (
    r"(?:visit|appointment|technician|engineer|installation|maintenance|repair"
    r"|visita|agendamento|tecnico|instalacao|manutencao|conserto)"
)
_CHANGE = (
    r"(?:move|change|shift|cancel|mudar|muda|mude|trocar|troca|alterar|cancelar|cancela|cancele)"
)
_MOVE = re.compile(
    r"\b(?:reschedul\w*|rebook\w*|postpon\w*|remarc\w+|reagend\w+|desmarc\w+|adiar|adiem|antecipar"
    rf"|(?:another|different|outr[oa]) {_TIME}"
    rf"|{_CHANGE} (?:\w+ ){{0,3}}(?:{_TIME}|{_VISIT}))\b"
)


def wants_to_move(text: str) -> bool:
    """Whether the words tell of another time for a visit, or of none."""
    return _MOVE.search(plain(text)) is not None
