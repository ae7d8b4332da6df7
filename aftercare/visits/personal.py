"""What visits hold of a person: handed out with the ticket, and taken out of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from aftercare.tables.tickets import Ticket
from aftercare.tables.visits import Visit, VisitClaim, VisitSite, VisitStatus


def visits_told(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """The visits of a ticket for the person it belongs to, without colleagues' names."""
    site = session.get(VisitSite, ticket.id)
    found = session.scalars(select(Visit).where(Visit.ticket_id == ticket.id).order_by(Visit.id))
    return [
        {
            "from": visit.window_begins_at.isoformat(timespec="seconds"),
            "to": visit.window_ends_at.isoformat(timespec="seconds"),
            "status": visit.status,
            "booked_at": visit.booked_at.isoformat(timespec="seconds"),
            "address": site.address if site else None,
        }
        for visit in found
    ]


def forget_sites(session: Session, tickets: Sequence[int], now: datetime) -> None:
    """Take the addresses out and cancel what is to come; when visits were made stays on file."""
    coming = select(Visit.id).where(
        Visit.ticket_id.in_(tickets), Visit.status == VisitStatus.BOOKED, Visit.starts_at > now
    )
    ids = list(session.scalars(coming))
    session.execute(delete(VisitClaim).where(VisitClaim.visit_id.in_(ids)))
    session.execute(
        update(Visit)
        .where(Visit.id.in_(ids))
        .values(status=VisitStatus.CANCELLED, changed_at=now, sequence=Visit.sequence + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(VisitSite).where(VisitSite.ticket_id.in_(tickets)))
