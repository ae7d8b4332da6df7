"""What the desk knows of a customer for whom a website vouches is not asked again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.customers import identify_customer, vouched_for
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.migrate import migrate
from aftercare.tables.conversations import Conversation
from aftercare.tables.tickets import Ticket
from tests.conftest import settings_in
from tests.desks import YES, Caller
from tests.factories import make_conversation, make_customer
from tests.postgresql import own_database


def introduce(sessions: SessionFactory, *, identified: bool) -> None:
    """Make the callers' conversation that of Rui, whether or not the website says so."""
    with writing(sessions) as session:
        rui = make_customer(
            session, name="Rui Prado", email="rui@mail.example", phone="+5511912345678"
        )
        conversation = session.get(Conversation, "c-1") or make_conversation(session, id="c-1")
        conversation.customer_id, conversation.identified = rui.id, identified


def the_ticket(session: Session) -> Ticket:
    return session.scalars(select(Ticket)).one()


def test_name_and_address_are_on_file_and_the_phone_is_not(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    introduce(stocked_sessions, identified=True)
    joana.want("request_repair")
    assert joana.state.records["name"] == "Rui Prado"
    assert joana.state.records["email"] == "rui@mail.example"
    assert "+5511912345678" not in joana.state.records.values()


def test_who_only_gave_an_address_learns_nothing_of_its_owner(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    introduce(stocked_sessions, identified=False)
    joana.want("request_repair")
    assert "Rui Prado" not in joana.state.records.values()
    with reading(stocked_sessions) as session:
        assert vouched_for(session, "c-1") == {}


def test_ticket_belongs_to_that_customer(joana: Caller, stocked_sessions: SessionFactory) -> None:
    introduce(stocked_sessions, identified=True)
    joana.want("request_repair").answer_all()
    joana.say(YES)
    assert joana.heard == ["utter_ticket_opened"]
    with reading(stocked_sessions) as session:
        customer = the_ticket(session).customer
        assert customer and customer.name == "Rui Prado"


def test_what_the_customer_said_in_the_conversation_comes_first(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    introduce(stocked_sessions, identified=True)
    joana.memory.known["email"] = "other@mail.example"
    joana.want("request_repair")
    assert joana.state.records["email"] == "other@mail.example"
    assert joana.state.records["name"] == "Rui Prado"


@pytest.mark.postgresql
def test_pages_that_open_at_the_same_time_find_one_customer(tmp_path: Path, now: datetime) -> None:
    """SQLite writes one after the other anyway."""
    together = Barrier(6)

    def identify(sessions: SessionFactory) -> int:
        with writing(sessions) as session:
            together.wait(10)
            customer = identify_customer(
                session,
                external_id="customer-17",
                name="Rui Prado",
                email=None,
                language="pt",
                now=now,
            )
            return customer.id

    with own_database() as url:
        engine = open_engine(settings_in(tmp_path, database_url=url))
        migrate(engine)
        sessions = open_sessions(engine)
        with ThreadPoolExecutor(6) as pool:
            found = set(pool.map(identify, [sessions] * 6))
        engine.dispose()
    assert len(found) == 1
