"""What complaints hold of a person is handed out with the ticket and goes with it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from aftercare.complaints.announcing import ComplaintWatch
from aftercare.database import reading, writing
from aftercare.privacy.erasure import erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.complaints import (
    ComplaintAction,
    ComplaintCase,
    ComplaintOutcome,
    ComplaintProposal,
    ComplaintStatus,
    Offer,
    ProposalStatus,
    Severity,
)
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.conftest import NOW
from tests.factories import make_staff
from tests.fakes import FakeEngine


def _complaint(
    stores: Stores, ticket_id: int, status: ComplaintStatus = ComplaintStatus.PROPOSED
) -> None:
    """With the person's contact in every text of it."""
    with writing(stores.sessions) as session:
        staff = session.scalar(select(Staff).limit(1)) or make_staff(session)
        closed = status == ComplaintStatus.CLOSED
        case = ComplaintCase(
            ticket_id=ticket_id,
            status=status,
            severity=Severity.HIGH,
            severity_proposed=Severity.LOW,
            severity_why=f"Ask {EMAIL}",
            precedence=1,
            received_at=NOW,
            findings=f"Ask {EMAIL}",
            told=f"Zulmira, ask {EMAIL}",
            outcome=ComplaintOutcome.ACCEPTED if closed else None,
            closed_at=NOW if closed else None,
            refund_minor=5_000 if closed else None,
            currency="BRL",
        )
        session.add(case)
        session.flush()
        session.add(
            ComplaintProposal(
                case_id=case.id,
                number=1,
                level=1,
                offer=Offer.REFUND,
                words=f"Zulmira, ask {EMAIL}",
                cost_minor=5_000,
                currency="BRL",
                valid_until=NOW.date(),
                staff_id=staff.id,
                proposed_at=NOW,
                status=ProposalStatus.ACCEPTED if closed else ProposalStatus.OPEN,
                reason=f"Ask {EMAIL}",
            )
        )
        session.add(
            ComplaintAction(
                case_id=case.id,
                what=f"Ask {EMAIL}",
                staff_id=staff.id,
                due_on=NOW.date(),
                added_at=NOW,
            )
        )


def _her(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def _texts(stores: Stores) -> list[str]:
    with reading(stores.sessions) as session:
        (case,) = session.scalars(select(ComplaintCase))
        (proposal,), (action,) = case.proposals, case.actions
        return [
            case.severity_why,
            case.findings,
            case.told,
            proposal.words,
            proposal.reason,
            action.what,
        ]


def _erase(stores: Stores) -> None:
    erase_person(stores, _her(stores), Author(), lambda: NOW, patience=0.0, pause=lambda _: None)


def test_export_tells_the_complaint_without_names_of_colleagues(
    stores: Stores, world: World
) -> None:
    _complaint(stores, world.ticket)
    archive, _ = export_person(stores, _her(stores), Author(), lambda: NOW)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        text = opened.read("tickets.json").decode()
    (ticket,) = json.loads(text)
    complaint = ticket["complaint"]
    assert complaint["findings"] == f"Ask {EMAIL}"
    assert complaint["proposals"][0]["words"] == f"Zulmira, ask {EMAIL}"
    assert complaint["changes"][0]["what"] == f"Ask {EMAIL}"
    assert "Rita Prado" not in json.dumps(complaint)


def test_erasure_takes_the_words_and_leaves_what_is_counted(stores: Stores, world: World) -> None:
    _complaint(stores, world.ticket, ComplaintStatus.CLOSED)
    _erase(stores)
    assert _texts(stores) == [""] * 6
    with reading(stores.sessions) as session:
        (case,) = session.scalars(select(ComplaintCase))
        assert (case.outcome, case.severity, case.refund_minor) == ("accepted", "high", 5_000)
        assert case.proposals[0].offer == Offer.REFUND


def test_complaint_that_was_open_ends_with_the_erased_ticket(stores: Stores, world: World) -> None:
    _complaint(stores, world.ticket)
    _erase(stores)
    ComplaintWatch(stores.sessions, lambda: NOW, FakeEngine(), ZoneInfo("UTC")).look()
    with reading(stores.sessions) as session:
        (case,) = session.scalars(select(ComplaintCase))
        assert (case.outcome, case.proposals[0].status) == ("withdrawn", "taken_back")


def test_contact_in_another_customers_complaint_is_blotted(stores: Stores, world: World) -> None:
    _complaint(stores, world.pedros_ticket)
    _erase(stores)
    texts = _texts(stores)
    assert all(texts)
    assert not any(EMAIL in text for text in texts)


def test_period_of_tickets_takes_the_words(stores: Stores, world: World) -> None:
    _complaint(stores, world.ticket, ComplaintStatus.CLOSED)
    with writing(stores.sessions) as session:
        session.get_one(Ticket, world.ticket).status = TicketStatus.CLOSED
    apply_periods(stores, NOW + timedelta(days=stores.settings.keep_tickets_days + 1))
    assert _texts(stores) == [""] * 6
