"""Complaints that were open before there were cases can be seen through too."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Engine, select

from aftercare.complaints.cases import acknowledge
from aftercare.complaints.order import precedence
from aftercare.database import SessionFactory, reading, writing
from aftercare.migrate import migrate, migration_config
from aftercare.tables.complaints import ComplaintCase
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import DESK
from tests.aftercare.complaints.conftest import complaint_ticket
from tests.conftest import NOW
from tests.factories import make_ticket
from tests.postgresql import BOTH


@BOTH
def test_open_complaints_get_their_case(patient_company: SessionFactory) -> None:
    with writing(patient_company) as session:
        open_one, closed = complaint_ticket(session), complaint_ticket(session)
        closed.status = TicketStatus.CLOSED
        make_ticket(session)
        ticket_id, opened = open_one.id, open_one.created_at
    engine = patient_company.kw["bind"]
    assert isinstance(engine, Engine)
    command.downgrade(migration_config(engine), "0022")
    migrate(engine)
    with reading(patient_company) as session:
        (case,) = session.scalars(select(ComplaintCase))
        assert (case.ticket_id, case.status, case.received_at) == (ticket_id, "received", opened)
        assert case.precedence == precedence("low", None, closed=False)
    with writing(patient_company) as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert acknowledge(session, ticket, by=DESK, now=NOW).acknowledged_at == NOW
