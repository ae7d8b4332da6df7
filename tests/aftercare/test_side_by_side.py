"""The same ticket and the same customer written by several at once.

SQLite lets one write at a time; there the tests show that nobody is turned away for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select

from aftercare.customers import identify_customer
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import Ticket
from aftercare.tickets.opening import NewTicket, open_ticket
from tests.factories import make_conversation, make_customer
from tests.postgresql import BOTH

pytestmark = BOTH

_AT_ONCE = 6
#: What goes wrong only at a certain moment goes wrong in one of so many.
_TRIES = 5


@pytest.fixture(scope="module")
def sessions(company: SessionFactory) -> SessionFactory:
    """One for all of these tests, which know their rows by address and conversation."""
    with writing(company) as session:
        make_conversation(session, id="c-1")
    return company


def at_once[T](work: Callable[[int], T]) -> list[T]:
    """The work by several threads that begin at the same moment."""
    together = Barrier(_AT_ONCE)

    def begin(number: int) -> T:
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
        of_it = select(func.count()).where(Ticket.conversation_id == "c-1")
        assert session.scalar(of_it) == 1


def test_tickets_of_one_person_make_one_customer(sessions: SessionFactory, now: datetime) -> None:
    numbers = at_once(opener(sessions, now, None, "key-{}"))
    assert len(set(numbers)) == _AT_ONCE
    with reading(sessions) as session:
        of_ann = select(func.count()).where(Customer.email == "ann.lee@example.com")
        assert session.scalar(of_ann) == 1


def identifier(
    sessions: SessionFactory, now: datetime, external_id: str, email: str
) -> Callable[[int], int]:
    def identify(number: int) -> int:
        with writing(sessions) as session:
            customer = identify_customer(
                session,
                external_id=external_id.format(number),
                name="Ann Lee",
                email=email,
                language="en",
                now=now,
            )
            session.flush()
            return customer.id

    return identify


def test_address_that_several_new_customers_claim_belongs_to_one(
    sessions: SessionFactory, now: datetime
) -> None:
    for try_number in range(_TRIES):
        address = f"ann{try_number}@mail.example"
        found = at_once(identifier(sessions, now, f"{try_number}-customer-{{}}", address))
        assert len(set(found)) == _AT_ONCE
        with reading(sessions) as session:
            owners = session.scalars(select(Customer.id).where(Customer.email == address)).all()
        assert len(owners) == 1
        assert owners[0] in found


def test_customer_known_by_address_becomes_one_of_those_who_claim_it(
    sessions: SessionFactory, now: datetime
) -> None:
    for try_number in range(_TRIES):
        address = f"bea{try_number}@mail.example"
        with writing(sessions) as session:
            known = make_customer(session, email=address).id
        found = at_once(identifier(sessions, now, f"{try_number}-known-{{}}", address))
        assert len(set(found)) == _AT_ONCE
        assert known in found


def test_pages_of_one_customer_find_the_same(sessions: SessionFactory, now: datetime) -> None:
    for try_number in range(_TRIES):
        address = f"eve{try_number}@mail.example"
        found = at_once(identifier(sessions, now, f"customer-{try_number}", address))
        assert len(set(found)) == 1
