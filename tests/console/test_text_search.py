"""Finding text without regard to case, and the different values of a column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import column, func, select, table

from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.migrate import migrate
from aftercare.privacy.traces import empty_log
from aftercare.tables.conversations import Customer, Message
from aftercare.tables.tickets import Ticket
from console.text_search import contains, distinct_values, mentions
from tests.conftest import settings_in
from tests.factories import make_conversation, make_customer, make_message, make_ticket
from tests.postgresql import own_database

#: The last of the rows of an FTS5 index that hold no words.
_BOOKS = 10


@pytest.fixture
def on_postgresql(tmp_path: Path) -> Iterator[SessionFactory]:
    with own_database() as url:
        engine = open_engine(settings_in(tmp_path, database_url=url))
        migrate(engine)
        yield open_sessions(engine)
        engine.dispose()


@pytest.fixture(params=["sessions", pytest.param("on_postgresql", marks=pytest.mark.postgresql)])
def either(request: pytest.FixtureRequest) -> SessionFactory:
    """Sessions on SQLite, then on PostgreSQL."""
    found: SessionFactory = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("máquina", "A MÁQUINA parou", True),
        ("NÃO LIGA", "Não liga mais", True),
        ("água", "troca de Água", True),
        ("maquina", "A máquina parou", False),
        ("100%", "is at 100% now", True),
        ("100%", "is at 1000 now", False),
        ("a_b", "axb", False),
        ("[x]*?", "odd [X]*? end", True),
        ("*", "no star", False),
        ("[", "no bracket", False),
        ("ma\u0301quina", "a máquina", True),
        ("straße", "in der Straße", True),
        ('a "b" OR', 'say a "b" or c', True),
        ("NEAR(no", "nearby no", False),
    ],
)
def test_contains_and_its_index_find_the_same(
    sessions: SessionFactory, words: str, text: str, found: bool
) -> None:
    with writing(sessions) as session:
        make_message(session, make_conversation(session), text)
    with reading(sessions) as session:
        for condition in (
            contains(session, Message.text, words),
            mentions(session, Message, words),
        ):
            hit = session.scalar(select(Message.id).where(condition))
            assert (hit is not None) is found


def test_index_follows_what_is_changed_and_removed(either: SessionFactory) -> None:
    def found(words: str) -> int | None:
        with reading(either) as session:
            return session.scalar(select(Customer.id).where(mentions(session, Customer, words)))

    with writing(either) as session:
        customer = make_customer(session, name="Inês Moura", email="ines@mail.example")
    assert found("ÊS mou") == found("nes@mail") == customer.id
    with writing(either) as session:
        session.get_one(Customer, customer.id).name = "Erased"
    assert found("Moura") is None
    assert found("erase") == customer.id
    with writing(either) as session:
        session.delete(session.get_one(Customer, customer.id))
    assert found("erase") is None


def test_ticket_is_found_by_its_number_and_its_words(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = make_ticket(session, description="The drum squeals.")
    with reading(stocked_sessions) as session:
        for words in (ticket.number[1:5].lower(), "SQUEAL", "m s"):
            assert session.scalar(select(Ticket.id).where(mentions(session, Ticket, words)))
        assert not session.scalar(select(Ticket.id).where(mentions(session, Ticket, "whistle")))


def test_nothing_of_removed_words_stays_in_the_index(sessions: SessionFactory) -> None:
    def pages() -> int:
        """Below are only the numbers by which SQLite keeps its books."""
        with reading(sessions) as session:
            kept = select(func.count()).select_from(table("messages_trigrams_data"))
            return session.scalars(kept.where(column("id") > _BOOKS)).one()

    with writing(sessions) as session:
        message = make_message(session, make_conversation(session), "Quetzalcoatl " * 50)
    assert pages()
    with writing(sessions) as session:
        session.delete(session.get_one(Message, message.id))
    assert pages()  # else there would be nothing to do
    empty_log(sessions.kw["bind"])
    assert not pages()


def test_distinct_values_leave_out_what_is_empty(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        conversation = make_conversation(session)
        assert distinct_values(session, Message.intent) == []
        for intent in ("thank", None, "greet", "thank"):
            make_message(session, conversation, intent=intent)
    with reading(sessions) as session:
        assert distinct_values(session, Message.intent) == ["greet", "thank"]
