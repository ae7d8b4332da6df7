"""Who only types somebody's address is not let into that person's piece, nor undoes their word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.intake.state import Memory
from aftercare.maintenance.chat import MaintenanceTalk
from aftercare.maintenance.consent import all_consents, put_consent
from aftercare.maintenance.reach import may_hear
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.maintenance import ConsentHow
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk
from tests.aftercare.maintenance.conftest import P30, RITA, Owner, make_owner, plan
from tests.conftest import NOW
from tests.factories import make_conversation, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH
YES, NEVER = "maintenance_yes", "maintenance_never"


def open_typed(session: Session, owner: Owner, chat: str = "", **more: Any) -> Ticket:
    """A ticket of somebody who types the owner's address, in a chat of their own."""
    her = session.get_one(Customer, owner.customer)
    her.email = her.email or f"{owner.chat}@mail.example"
    session.flush()
    values = {
        "product_id": P30,
        "email": her.email,
        "conversation_id": chat or make_conversation(session, at=NOW).id,
        **more,
    }
    ticket = make_ticket(session, at=NOW, **values)
    assert ticket.customer_id == owner.customer
    return ticket


def hears(session: Session, ticket: Ticket, owner: Owner) -> bool:
    owned = session.get_one(OwnedProduct, owner.piece)
    return may_hear(session, ticket.conversation_id or "", owned)


def press(sessions: SessionFactory, chat: str | None, do: str, of: str) -> list[str]:
    """What the bot answers to a button that is pressed in a chat."""
    talk = Talk(chat or "", "website", "en")
    replies = MaintenanceTalk(sessions, lambda: NOW).handlers[do](of, Memory(), talk)
    return [reply.response for reply in replies]


def pieces(session: Session, owner: Owner) -> int:
    found = select(func.count()).where(OwnedProduct.customer_id == owner.customer)
    return session.scalar(found) or 0


# Of which piece ----------------------------------------------------------------------


def test_yes_of_a_stranger_does_not_let_them_into_the_customers_piece(
    sessions: SessionFactory,
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, agreed=None)
        ticket = open_typed(session, owner)
    assert press(sessions, ticket.conversation_id, YES, ticket.number) == [
        "utter_maintenance_agreed"
    ]
    with reading(sessions) as session:
        assert session.get_one(Ticket, ticket.id).owned_product_id is None
        assert not hears(session, ticket, owner)
        assert pieces(session, owner) == 1


def test_yes_of_a_customer_who_is_vouched_for_finds_their_piece(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, agreed=None)
        ticket = open_typed(session, owner, owner.chat)
    assert press(sessions, owner.chat, YES, ticket.number) == ["utter_maintenance_agreed_until"]
    with reading(sessions) as session:
        assert session.get_one(Ticket, ticket.id).owned_product_id == owner.piece


def test_yes_where_another_person_is_vouched_for_finds_no_piece(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        owner, other = make_owner(session, agreed=None), make_owner(session, agreed=None)
        ticket = open_typed(session, owner)
        talk = session.get_one(Conversation, ticket.conversation_id)
        talk.identified, talk.customer_id = True, other.customer
    assert press(sessions, ticket.conversation_id, YES, ticket.number) == [
        "utter_maintenance_agreed"
    ]


def test_yes_after_the_serial_number_was_told_finds_that_piece(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, agreed=None)
        session.get_one(OwnedProduct, owner.piece).serial = "P312345678"
        session.flush()
        ticket = open_typed(session, owner, records={"serial_number": "P312345678"})
    assert press(sessions, ticket.conversation_id, YES, ticket.number) == [
        "utter_maintenance_agreed_until"
    ]


def test_yes_elsewhere_to_a_ticket_that_was_proved_tells_no_day(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, agreed=None)
        ticket = open_typed(session, owner, owner.chat)
        ticket.owned_product_id = owner.piece
        elsewhere = make_conversation(session, at=NOW).id
    talk = Talk(elsewhere, "website", "en")
    memory = Memory(proved=[ticket.number])
    (reply,) = MaintenanceTalk(sessions, lambda: NOW).agree(ticket.number, memory, talk)
    assert reply.response == "utter_maintenance_agreed"


def test_maintenance_ticket_of_a_stranger_does_not_let_them_into_the_piece(
    session: Session,
) -> None:
    owner = make_owner(session)
    ticket = open_typed(session, owner, service_id="maintenance")
    # Whoever has come for it may well be the customer: nobody is reminded meanwhile.
    assert plan(session, owner).ticket_id == ticket.id
    assert ticket.owned_product_id is None
    assert not hears(session, ticket, owner)


def test_maintenance_ticket_of_a_chat_that_hears_of_the_piece_is_about_it(
    session: Session,
) -> None:
    owner = make_owner(session, vouched=False)
    first = open_typed(session, owner, owner.chat)
    first.owned_product_id = owner.piece
    session.flush()
    again = open_typed(session, owner, owner.chat, service_id="maintenance")
    assert again.owned_product_id == owner.piece


@pytest.mark.parametrize(
    "told",
    [{"purchase_date": "2025-11-03"}, {"serial_number": "P312345678"}],
    ids=["any day", "any number"],
)
def test_any_day_or_number_that_is_typed_does_not_name_a_piece_without_one(
    session: Session, told: dict[str, str]
) -> None:
    owner = make_owner(session, bought=None)
    ticket = open_typed(session, owner, records=told)
    assert ticket.owned_product_id not in (None, owner.piece)
    assert not hears(session, ticket, owner)


def test_number_that_is_told_later_in_the_same_chat_is_of_the_same_piece(session: Session) -> None:
    owner = make_owner(session, bought=None, vouched=False)
    open_typed(session, owner, owner.chat).owned_product_id = owner.piece
    session.flush()
    again = open_typed(session, owner, owner.chat, records={"serial_number": "P312345678"})
    assert again.owned_product_id == owner.piece


# What they may say ---------------------------------------------------------------------


@pytest.fixture
def agreed_by_phone(sessions: SessionFactory) -> Owner:
    """Rita noted a yes; a stranger's chat hears of the piece, whose number they know."""
    with writing(sessions) as session:
        owner = make_owner(session, agreed=None, vouched=False)
        open_typed(session, owner, owner.chat).owned_product_id = owner.piece
        put_consent(
            session, owner.customer, "website", given=True, how=ConsentHow.PHONE, by=RITA, now=NOW
        )
    return owner


def words(sessions: SessionFactory, owner: Owner) -> list[tuple[bool, str]]:
    with reading(sessions) as session:
        return [(one.given, one.how) for one in all_consents(session, owner.customer)]


def test_never_of_a_stranger_does_not_end_what_staff_were_told(
    sessions: SessionFactory, agreed_by_phone: Owner
) -> None:
    owner = agreed_by_phone
    assert press(sessions, owner.chat, NEVER, str(owner.piece)) == ["utter_button_outdated"]
    assert words(sessions, owner) == [(True, "phone")]


def test_never_of_the_customer_ends_what_staff_were_told(
    sessions: SessionFactory, agreed_by_phone: Owner
) -> None:
    owner = agreed_by_phone
    with writing(sessions) as session:
        session.get_one(Conversation, owner.chat).identified = True
        session.get_one(Conversation, owner.chat).customer_id = owner.customer
    assert press(sessions, owner.chat, NEVER, str(owner.piece)) == ["utter_maintenance_never"]
    assert words(sessions, owner) == [(False, "chat"), (True, "phone")]


# What is held ----------------------------------------------------------------------------


@contextmanager
def held_in(sessions: SessionFactory) -> Iterator[list[str]]:
    """The tables of which rows are held, in the order in which they are held first."""
    with reading(sessions) as session:
        engine = session.get_bind()
    held: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        found = re.search(r"FROM (\w+).*FOR UPDATE", statement, re.DOTALL)
        if found and found[1] not in held:
            held.append(found[1])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield held
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("do", [YES, NEVER])
def test_conversation_is_held_first_then_customer_then_pieces(
    sessions: SessionFactory, do: str
) -> None:
    """As by the watch and by whoever opens a ticket: else two of them wait for each other."""
    with writing(sessions) as session:
        if session.get_bind().dialect.name == "sqlite":
            pytest.skip("SQLite holds the whole database")
        owner = make_owner(session, agreed=do == NEVER)
        ticket = open_typed(session, owner, owner.chat)
    of = ticket.number if do == YES else str(owner.piece)
    with held_in(sessions) as held:
        assert press(sessions, owner.chat, do, of)[0] != "utter_button_outdated"
    held = [table for table in held if table != "tickets"]
    assert held == ["conversations", "customers", "owned_products"]
