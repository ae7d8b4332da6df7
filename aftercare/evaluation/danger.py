"""The alert to staff: tickets that tell of danger and that nobody has begun."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.evaluation.rule import HIGHEST_SCORE
from aftercare.tables.tickets import OPEN_STATUSES, Ticket, TicketStatus, is_open


def count_untouched_danger(session: Session) -> int:
    """How many tickets that tell of danger are still new; quick, for every page asks."""
    begun = [status for status in OPEN_STATUSES if status is not TicketStatus.NEW]
    # Danger stands before every score, so these are the first rows of the index.
    dangerous = Ticket.precedence <= HIGHEST_SCORE
    return (
        session.scalar(
            select(func.count())
            .select_from(Ticket)
            .where(is_open(), dangerous, Ticket.status.not_in(begun))
        )
        or 0
    )
