"""Lets staff propose something for a complaint of a conversation."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from aftercare.complaints.cases import case_of
from aftercare.complaints.chat import TOLD
from aftercare.complaints.investigating import Findings, assess, investigate
from aftercare.complaints.proposing import Draft, note_told, propose
from aftercare.database import open_engine, open_sessions, writing
from aftercare.postbacks import payload
from aftercare.staff.roles import Role
from aftercare.tables.complaints import Offer, Severity
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import DESK
from tests.factories import make_staff
from tests.stack import Stack


def propose_for(stack: Stack, number: str) -> str:
    """Propose an apology, each time somebody else; the payload of what the desk announces."""
    with writing(open_sessions(open_engine(stack.settings))) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        case, now = case_of(session, ticket), ticket.created_at
        assert case is not None
        if case.assessed_at is None:
            assess(session, ticket, Severity(case.severity), "", by=DESK, now=now)
            investigate(session, ticket, Findings("Late.", "delay"), by=DESK, now=now)
        boss = make_staff(session, email=f"{uuid4()}@marulho.example", role=Role.MANAGER)
        until = now.date() + timedelta(days=14)
        draft = Draft(Offer.APOLOGY, "We are sorry. Lamentamos.", until)
        proposal = propose(session, ticket, draft, staff=boss, limit=0, today=now.date(), now=now)
        note_told(session, ticket, by=DESK, now=now)
        return payload(TOLD, f"{number} proposed/{proposal.number}")
