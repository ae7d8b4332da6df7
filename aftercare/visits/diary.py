"""What technicians have before them: their visits of some days, with the places."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from aftercare.errors import NotFound
from aftercare.tables.tickets import Ticket
from aftercare.tables.visits import Technician, Visit, VisitSite, VisitStatus

_LONGEST_KEY = 40


def visits_of(
    session: Session, technician_id: int | None, begin: datetime, end: datetime
) -> list[tuple[Visit, VisitSite | None]]:
    """The visits that begin between two moments, of one technician or of all, the earliest first.

    Cancelled ones are left out. A site is None where the person was taken out of the ticket.
    """
    wanted = (
        select(Visit, VisitSite)
        .outerjoin(VisitSite, VisitSite.ticket_id == Visit.ticket_id)
        .where(
            Visit.starts_at >= begin,
            Visit.starts_at < end,
            Visit.status != VisitStatus.CANCELLED,
        )
        .order_by(Visit.starts_at, Visit.id)
        .options(
            joinedload(Visit.technician),
            joinedload(Visit.area),
            joinedload(Visit.window),
            joinedload(Visit.ticket).options(
                joinedload(Ticket.service), joinedload(Ticket.product), joinedload(Ticket.customer)
            ),
        )
    )
    if technician_id is not None:
        wanted = wanted.where(Visit.technician_id == technician_id)
    return [(visit, site) for visit, site in session.execute(wanted)]


def visits_of_ticket(session: Session, ticket: Ticket) -> list[Visit]:
    """All visits of a ticket, the newest first."""
    return list(
        session.scalars(select(Visit).where(Visit.ticket_id == ticket.id).order_by(Visit.id.desc()))
    )


def technician_of_feed(session: Session, key: str) -> Technician:
    """Raises NotFound."""
    found = None
    if len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable():
        found = session.scalar(
            select(Technician).where(Technician.feed_key == key, Technician.active)
        )
    if found is None:
        raise NotFound("no technician has this feed")
    return found
