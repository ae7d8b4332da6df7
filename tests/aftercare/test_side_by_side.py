"""The same ticket and the same customer written by two processes at once, on PostgreSQL.

SQLite lets one write at a time, so there is nothing to try there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.migrate import migrate
from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import Ticket
from aftercare.tickets import NewTicket, open_ticket
from tests.conftest import settings_in
from tests.factories import make_conversation
from tests.postgresql import own_database

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]

_AT_ONCE = 6


@pytest.fixture
def sessions(tmp_path: Path, now: datetime) -> Iterator[SessionFactory]:
    with own_database() as url:
        settings = settings_in(tmp_path, database_url=url)
        engine = open_engine(settings)
        migrate(engine)
        sessions = open_sessions(engine)
        with writing(sessions) as session:
            load_catalogue(session, settings.catalogue_dir, now)
            make_conversation(session, id="c-1")
        yield sessions
        engine.dispose()


def at_once(work: Callable[[int], str]) -> list[str]:
    """The work by several threads that begin at the same moment."""
    together = Barrier(_AT_ONCE)

    def begin(number: int) -> str:
        together.wait(10)
        return work(number)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(begin, range(_AT_ONCE)))


def opener(
    sessions: SessionFactory, now: datetime, conversation_id: str | None, key: str
) -> Callable[[int], str]:
    def open_one(number: int) -> str:
        new = NewTicket(
            intake_key=key.format(number),
            service_id="person",
            conversation_id=conversation_id,
            channel="website",
            language="en",
            description="the invoice is wrong",
            name="Ann Lee",
            email="ann.lee@example.com",
        )
        with writing(sessions) as session:
            return open_ticket(session, new, now).number

    return open_one


def test_one_intake_writes_one_ticket(sessions: SessionFactory, now: datetime) -> None:
    numbers = at_once(opener(sessions, now, "c-1", "one"))
    assert len(set(numbers)) == 1
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_tickets_of_one_person_make_one_customer(sessions: SessionFactory, now: datetime) -> None:
    numbers = at_once(opener(sessions, now, None, "key-{}"))
    assert len(set(numbers)) == _AT_ONCE
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 1
