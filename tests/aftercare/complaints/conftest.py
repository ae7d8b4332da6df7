"""Complaints of the sample company in every state, and the people who handle them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.load import load_catalogue
from aftercare.complaints.answering import accept, contest
from aftercare.complaints.cases import acknowledge, case_of
from aftercare.complaints.investigating import Findings, assess, investigate
from aftercare.complaints.proposing import Draft, note_told, propose
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.migrate import migrate
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintProposal,
    ComplaintStatus,
    Offer,
    Severity,
)
from aftercare.tables.conversations import ChatSession
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import DESK, Actor
from tests.conftest import NOW, settings_in
from tests.factories import make_conversation, make_staff, make_ticket

TODAY = date(2026, 3, 2)
UNTIL = date(2026, 3, 16)
LIMIT = 100_000
CUSTOMER = Actor("Joana Lima")
SORRY = Draft(Offer.APOLOGY, "We are sorry.", UNTIL)
ON_THE_WAY = (
    ComplaintStatus.RECEIVED,
    ComplaintStatus.ACKNOWLEDGED,
    ComplaintStatus.ASSESSED,
    ComplaintStatus.INVESTIGATED,
    ComplaintStatus.PROPOSED,
)


def person(session: Session, name: str, role: str = "agent") -> Staff:
    """Somebody of the staff, made the first time they are named."""
    email = f"{name.lower()}@marulho.example"
    found = session.scalar(select(Staff).where(Staff.email == email))
    return found or make_staff(session, name=name, email=email, role=role)


def complaint_ticket(
    session: Session, status: ComplaintStatus = ComplaintStatus.RECEIVED, **changes: object
) -> Ticket:
    """A complaint that Ana has brought as far; what is proposed is told to the customer."""
    values = {"service_id": "complaint", "description": "Nobody answers.", **changes}
    ticket = make_ticket(session, **values)  # type: ignore[arg-type]
    reached, ana = ON_THE_WAY.index(status), person(session, "Ana")
    by = Actor.of(ana)
    if reached > 0:
        acknowledge(session, ticket, by=DESK, now=NOW)
    if reached > 1:
        assess(session, ticket, Severity(held(session, ticket).severity), "", by=by, now=NOW)
    if reached > 2:
        found = Findings("The mail was not read.", "delay", ana.id)
        investigate(session, ticket, found, by=by, now=NOW)
    if reached > 3:
        proposed(session, ticket, ana)
    return ticket


def proposed(
    session: Session, ticket: Ticket, staff: Staff, draft: Draft = SORRY
) -> ComplaintProposal:
    """Proposed by that person, and told to the customer."""
    proposal = propose(session, ticket, draft, staff=staff, limit=LIMIT, today=TODAY, now=NOW)
    note_told(session, ticket, by=DESK, now=NOW)
    return proposal


def accepted(session: Session, ticket: Ticket, number: int = 1) -> None:
    accept(session, ticket, number, by=CUSTOMER, now=NOW + timedelta(hours=1))


def contested(session: Session, ticket: Ticket, number: int = 1) -> None:
    contest(session, ticket, number, by=CUSTOMER, now=NOW + timedelta(hours=1))


def held(session: Session, ticket: Ticket) -> ComplaintCase:
    case = case_of(session, ticket)
    assert case is not None
    return case


def open_chat(session: Session, conversation_id: str) -> None:
    """A conversation whose customer can still open it."""
    make_conversation(session, id=conversation_id)
    give_key(session, conversation_id)


def give_key(session: Session, conversation_id: str) -> None:
    session.add(
        ChatSession(
            token_hash=conversation_id.ljust(64, "0"),
            conversation_id=conversation_id,
            created_at=NOW,
            expires_at=NOW + timedelta(days=90),
        )
    )
    session.flush()


@pytest.fixture(scope="module")
def patient_company(
    tmp_path_factory: pytest.TempPathFactory, database: str
) -> Iterator[SessionFactory]:
    """The sample company on either database; who wants the same waits for a minute if need be."""
    folder = tmp_path_factory.mktemp("company")
    settings = settings_in(folder, database_url=database, database_timeout=60)
    engine = open_engine(settings)
    migrate(engine)
    sessions = open_sessions(engine)
    with writing(sessions) as session:
        load_catalogue(session, settings.catalogue_dir, NOW)
    yield sessions
    engine.dispose()
