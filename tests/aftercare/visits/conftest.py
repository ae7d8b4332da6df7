"""A company of one technician and one area on either database, and tickets to be visited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.migrate import migrate
from aftercare.tables.tickets import Ticket
from aftercare.tables.visits import Technician, Visit, VisitClaim
from aftercare.tickets.opening import NewTicket, open_ticket
from aftercare.visits.booking import settle_site
from tests.conftest import settings_in

#: A Monday morning in São Paulo.
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADDRESS = "Rua Harmonia 12, São Paulo, 05435-000"


def visited_ticket(session: Session, address: str = ADDRESS, **changes: str) -> Ticket:
    """An installation of an air conditioner, with its place settled where the address tells it."""
    values = {
        "intake_key": uuid4().hex,
        "service_id": "installation",
        "conversation_id": None,
        "channel": "website",
        "language": "en",
        "description": "",
        "product_id": "brisa-a12",
        "name": "Joana Lima",
        "email": "joana@mail.example",
        "records": {"product": "brisa-a12", "address": address},
    }
    ticket = open_ticket(session, NewTicket(**{**values, **changes}), NOW)  # type: ignore[arg-type]
    settle_site(session, ticket, address=address)
    return ticket


def only_technician(session: Session, key: str = "celso-arruda") -> Technician:
    """Leave one technician at work, with nothing booked."""
    session.execute(delete(VisitClaim))
    session.execute(delete(Visit))
    for one in session.scalars(select(Technician)):
        one.active = one.key == key
    session.flush()
    return session.scalars(select(Technician).where(Technician.key == key)).one()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[SessionFactory]:
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


@pytest.fixture
def tickets(company: SessionFactory) -> Callable[[int], list[int]]:
    """Opens so many tickets and gives their ids."""

    def open_many(count: int) -> list[int]:
        with writing(company) as session:
            return [visited_ticket(session).id for _ in range(count)]

    return open_many
