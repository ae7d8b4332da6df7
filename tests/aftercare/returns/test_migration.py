"""Returns that were asked for before there were numbers can be authorised too."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Engine, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.migrate import migrate, migration_config
from aftercare.tables.returns import ReturnCase
from aftercare.tables.tickets import TicketStatus
from tests.aftercare.returns.conftest import returned_ticket
from tests.factories import make_ticket
from tests.postgresql import BOTH


@BOTH
def test_open_returns_get_their_case(patient_company: SessionFactory) -> None:
    with writing(patient_company) as session:
        open_one, closed = returned_ticket(session), returned_ticket(session)
        closed.status = TicketStatus.CLOSED
        make_ticket(session)
        expected = (open_one.id, "requested", open_one.created_at, "")
    engine = patient_company.kw["bind"]
    assert isinstance(engine, Engine)
    command.downgrade(migration_config(engine), "0018")
    migrate(engine)
    with reading(patient_company) as session:
        (case,) = session.scalars(select(ReturnCase))
        assert (case.ticket_id, case.status, case.requested_at, case.told) == expected
