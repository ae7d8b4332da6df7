"""How a ticket was weighed, for the person it belongs to."""

from __future__ import annotations

from typing import Any

from aftercare.tables.tickets import Ticket

#: The facts that the rule counts.
_FACTS = (
    *("feature_rating", "importance", "unused", "age_days", "covered"),
    *("price_minor", "currency"),
)


def evaluation_told(ticket: Ticket) -> dict[str, Any]:
    """Facts, score (in hundredths of a point) and priority; null where nothing was told."""
    return {
        "priority": ticket.band,
        "score": ticket.score,
        "by_version_of_the_rule": ticket.rule_version,
        "danger": ticket.danger,
        "counted": {name: getattr(ticket, name) for name in _FACTS},
    }
