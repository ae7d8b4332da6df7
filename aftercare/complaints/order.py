"""The order in which complaints are worked: the gravest first, of those what is due first."""

from __future__ import annotations

from datetime import datetime

from aftercare.tables.complaints import ComplaintCase, Severity

#: More seconds than any time that is told: one step of severity.
_STEP = 10**11
_RANKS = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3}
_CLOSED = 4


def precedence(severity: str, due_at: datetime | None, *, closed: bool) -> int:
    """The smaller, the sooner; what is due at no time comes last of its severity."""
    rank = _CLOSED if closed else _RANKS[Severity(severity)]
    return rank * _STEP + (int(due_at.timestamp()) if due_at else _STEP - 1)


def put_in_order(case: ComplaintCase) -> None:
    """Give the case its place after its severity, due time or end has changed."""
    closed = case.closed_at is not None
    case.precedence = precedence(case.severity, case.due_at, closed=closed)
