"""Begins the case of a complaint. It knows no moves of tickets: those begin cases too."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.clocks.plan import read_plan
from aftercare.complaints.order import put_in_order
from aftercare.complaints.plan import read_complaint_plan
from aftercare.complaints.severity import facts_of, weigh
from aftercare.errors import NoWorkingTime
from aftercare.tables.complaints import ComplaintCase, ComplaintStatus
from aftercare.tables.tickets import Ticket

#: The service whose tickets are complaints.
COMPLAINT_SERVICE = "complaint"


def begin_complaint(session: Session, ticket: Ticket, now: datetime) -> None:
    """Begin the case of a ticket that is worked on from now, if its service is about one.

    Nothing where it has a case: one that was done before the desk knew cases has none.
    """
    if ticket.service_id != COMPLAINT_SERVICE or case_of(session, ticket) is not None:
        return
    scale = read_complaint_plan(session).file.scale
    weighed = weigh(facts_of(session, ticket, scale), scale)
    case = ComplaintCase(
        ticket_id=ticket.id,
        status=ComplaintStatus.RECEIVED,
        severity=weighed.severity,
        severity_proposed=weighed.severity,
        level=1,
        received_at=ticket.created_at,
        due_at=next_due(session, ticket, now),
    )
    put_in_order(case)
    session.add(case)


def case_of(session: Session, ticket: Ticket) -> ComplaintCase | None:
    """The complaint of a ticket; None for one that is none."""
    return session.scalar(select(ComplaintCase).where(ComplaintCase.ticket_id == ticket.id))


def next_due(session: Session, ticket: Ticket, now: datetime) -> datetime | None:
    """By when the customer is to hear a proposal, in business hours from now; None: unknown."""
    clocks = read_plan(session)
    if clocks is None:
        return None
    minutes = read_complaint_plan(session).file.proposal_within
    try:
        return clocks.hours_of(ticket.region).due(now, timedelta(minutes=minutes))
    except NoWorkingTime:
        return None
