"""Finding text without regard to case, and the different values of a column."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import column, func, insert, select, table
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.migrate import migrate
from aftercare.ownership.registering import Particulars, register
from aftercare.privacy.traces import empty_log
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation, Customer, Message
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import Actor
from console import conversation_list, paging
from console.paging import Edge, Place
from console.text_search import MOST_FOUND, contains, distinct_values, mentions, stops_short
from tests.conftest import settings_in
from tests.console.browsers import TestClient
from tests.factories import AT, make_conversation, make_customer, make_message, make_ticket
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


def test_piece_is_found_by_a_part_of_its_serial_number(stocked_sessions: SessionFactory) -> None:
    def found(words: str) -> int | None:
        with reading(stocked_sessions) as session:
            condition = mentions(session, OwnedProduct, words)
            return session.scalar(select(OwnedProduct.id).where(condition))

    with writing(stocked_sessions) as session:
        owned = register(
            session,
            make_customer(session),
            session.get_one(Product, "mare-w900"),
            Particulars(serial="W912345678"),
            source=OwnedSource.CONSOLE,
            by=Actor("Rita"),
            now=AT,
        )
    assert found("234567") == found("w9123") == owned.id
    assert found("234568") is None
    with writing(stocked_sessions) as session:
        session.get_one(OwnedProduct, owned.id).serial = "W900000001"
    assert found("234567") is None
    assert found("0000001") == owned.id


def test_one_text_alone_is_looked_into(either: SessionFactory) -> None:
    with writing(either) as session:
        make_customer(session, name="4 8 15", email="48151623@mail.example", phone=None)
        right = make_customer(session, email="x@mail.example", phone="+5548151623")
    with reading(either) as session:
        found = select(Customer.id).where(mentions(session, Customer, "4815", Customer.phone))
        assert session.scalars(found).all() == [right.id]


def fill(sessions: SessionFactory, messages: int) -> None:
    """A conversation in which it leaks so many times."""
    with writing(sessions) as session:
        talk = make_conversation(session)
        rows = [
            {
                "conversation_id": talk.id,
                "seq": number,
                "sender": "customer",
                "text": "It leaks",
                "at": AT,
                "state": "done",
            }
            for number in range(1, messages + 1)
        ]
        session.execute(insert(Message), rows)


def test_page_says_where_the_search_stops(browser: TestClient, database: SessionFactory) -> None:
    said = "only the newest 2,000 were"
    fill(database, MOST_FOUND + 1)
    assert said in browser.get("/console/conversations?q=leaks").text
    assert said not in browser.get("/console/conversations?q=drips").text
    for place in ("tickets", "customers", "trainings"):
        page = browser.get(f"/console/{place}?q=leaks")
        assert (page.status_code, said in page.text) == (200, False)


def test_search_tells_where_it_stops(sessions: SessionFactory) -> None:
    """The last hit that is found is not too many."""
    fill(sessions, MOST_FOUND)
    with reading(sessions) as session:
        assert not stops_short(session, "leaks", Message, Customer)
    with writing(sessions) as session:
        talk = session.scalars(select(Conversation)).one()
        make_message(session, talk, "LEAKS", seq=MOST_FOUND + 1)
    with reading(sessions) as session:
        assert stops_short(session, "leaks", Customer, Message)
        assert not stops_short(session, "le", Message)
        assert not stops_short(session, "drips", Message)


@pytest.mark.postgresql
def test_search_stops_nowhere_on_postgresql(on_postgresql: SessionFactory) -> None:
    with reading(on_postgresql) as session:
        assert not stops_short(session, "leaks", Message, Customer)


@pytest.mark.parametrize("looked_at", [300, 20, 2])
def test_pages_hold_the_same_whether_rows_are_looked_at_or_the_index_is_asked(
    either: SessionFactory, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    monkeypatch.setattr(paging, "_LOOKED_AT", looked_at)
    with writing(either) as session:
        for number in range(90):
            conversation = make_conversation(session, at=AT + timedelta(minutes=number))
            said = ["a kettle", "a toaster", "the lamp"][number % 3]
            make_message(session, conversation, f"{said} no{number} zebra" if number == 4 else said)
    with reading(either) as session:
        every = list(
            session.scalars(select(Conversation).order_by(Conversation.last_message_at.desc()))
        )
        for words, expected in (
            ("kettle", every[2::3]),
            ("zebra", [every[-5]]),
            ("quagga", []),
        ):
            assert all_pages(session, words) == [one.id for one in expected], words


def all_pages(session: Session, words: str) -> list[str]:
    """The conversations about the words, ten a page, from the first page to the last."""
    found: list[str] = []
    place = Place()
    while True:
        page = paging.fetch_page(
            session,
            select(Conversation),
            place,
            Conversation.last_message_at,
            Conversation.id,
            10,
            parts=conversation_list._mentions(session, words),
            looks=partial(conversation_list._is_about, session, words),
        )
        found += [one.id for one in page.rows]
        if page.older is None:
            return found
        last = page.rows[-1]
        place = Place(older_than=Edge(last.last_message_at, last.id))


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
