"""Returns of the sample company in every state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.migrate import migrate
from aftercare.returns.cases import authorise, receive
from aftercare.returns.deciding import Findings, inspect
from aftercare.returns.files import ReturnsFile
from aftercare.tables.returns import Condition, ReturnStatus
from aftercare.tables.tickets import Ticket
from aftercare.tickets.life import Actor
from tests.conftest import NOW, settings_in
from tests.factories import make_ticket

TODAY = date(2026, 3, 2)
TERMS = ReturnsFile(address=("Marulho Devoluções", "Av. das Marés 450"), days_to_send=14)
RITA = Actor("Rita Prado")
ON_THE_WAY = (
    ReturnStatus.REQUESTED,
    ReturnStatus.AUTHORISED,
    ReturnStatus.RECEIVED,
    ReturnStatus.INSPECTED,
)


def returned_ticket(
    session: Session, status: ReturnStatus = ReturnStatus.REQUESTED, **changes: object
) -> Ticket:
    """A return of the washing machine, as new and without a fault once it is inspected."""
    records = {"reason": "defective", "product": "mare-w900", "description": "It leaks."}
    values = {"service_id": "return", "records": records, **changes}
    ticket = make_ticket(session, **values)  # type: ignore[arg-type]
    reached = ON_THE_WAY.index(status)
    if reached > 0:
        authorise(session, ticket, TERMS, today=TODAY, by=RITA, now=NOW)
    if reached > 1:
        receive(session, ticket, by=RITA, now=NOW, reopen_days=30)
    if reached > 2:
        findings = Findings(Condition.AS_NEW, fault_found=False)
        inspect(session, ticket, findings, by=RITA, now=NOW)
    return ticket


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
