"""What a customer owns is registered once, whatever tells of it, and never lost by a stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.errors import NotAllowed
from aftercare.ownership.cover import coverage_of
from aftercare.ownership.recalls import affected_by, recall_of
from aftercare.ownership.registering import Particulars, correct, register, retire
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.ownership import OwnedProduct, OwnedSource, Recall
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor
from aftercare.tickets.life import move
from tests.factories import AT, make_conversation, make_customer, make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH

BY = Actor("Rita")
SERIAL, BOUGHT = "W912345678", date(2026, 1, 10)
Register = Callable[..., OwnedProduct]


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    with writing(company) as session:
        yield session


@pytest.fixture
def joana(session: Session) -> Customer:
    return make_customer(session)


@pytest.fixture
def put(session: Session, joana: Customer) -> Register:
    def put(product: str = "mare-w900", source: str = "console", **told: object) -> OwnedProduct:
        return register(
            session,
            joana,
            session.get_one(Product, product),
            Particulars(**told),  # type: ignore[arg-type]
            source=OwnedSource(source),
            by=BY,
            now=AT,
        )

    return put


def owned_of(session: Session, customer: Customer) -> list[OwnedProduct]:
    return list(
        session.scalars(
            select(OwnedProduct)
            .where(OwnedProduct.customer_id == customer.id)
            .order_by(OwnedProduct.id)
        )
    )


def test_same_serial_number_is_the_same_piece(session: Session, put: Register) -> None:
    first = put(serial="w9 1234-5678")
    again = put(serial=SERIAL, bought_on=BOUGHT, seller="Loja Sol")
    assert again is first
    assert (first.serial, first.bought_on, first.seller) == (SERIAL, BOUGHT, "Loja Sol")
    assert first.serial_verified
    assert [event.kind for event in first.events] == ["registered", "changed"]


def test_what_is_on_file_stays(put: Register) -> None:
    first = put(serial=SERIAL, bought_on=BOUGHT)
    put(serial=SERIAL, bought_on=BOUGHT + timedelta(days=9))
    assert first.bought_on == BOUGHT


def test_serial_that_is_told_later_joins_the_purchase(put: Register) -> None:
    first = put(bought_on=BOUGHT)
    assert put(serial=SERIAL, bought_on=BOUGHT) is first
    assert put(serial="W999999999", bought_on=BOUGHT) is not first


def test_two_purchases_are_two_pieces(put: Register) -> None:
    assert put(bought_on=BOUGHT) is not put(bought_on=BOUGHT - timedelta(days=400))


def test_who_only_knows_the_address_adds_nothing_to_what_the_customer_told(put: Register) -> None:
    first = put(serial=SERIAL, source="signed_in")
    assert put(serial=SERIAL, bought_on=BOUGHT, source="intake") is first
    assert first.bought_on is None


def test_customer_who_signs_in_makes_it_theirs(put: Register) -> None:
    first = put(serial=SERIAL, source="intake")
    put(serial=SERIAL, source="signed_in")
    assert first.source == OwnedSource.SIGNED_IN


@pytest.mark.parametrize(
    "told",
    [
        {"bought_on": AT.date() + timedelta(days=2)},
        {"bought_on": date(26, 1, 1)},
        {"bought_on": BOUGHT, "delivered_on": BOUGHT - timedelta(days=1)},
    ],
)
def test_days_that_cannot_be_are_refused(put: Register, told: dict[str, date]) -> None:
    with pytest.raises(NotAllowed):
        put(**told)


def test_correction_says_what_was_before(session: Session, put: Register) -> None:
    owned = put(serial=SERIAL, bought_on=BOUGHT)
    day = BOUGHT - timedelta(days=3)
    correct(session, owned, Particulars(serial="W911111111", bought_on=day), by=BY, now=AT)
    assert owned.events[-1].changes == {
        "serial": [SERIAL, "W911111111"],
        "bought_on": ["2026-01-10", "2026-01-07"],
    }
    other = put(serial="W922222222", bought_on=BOUGHT)
    with pytest.raises(NotAllowed):
        correct(session, other, Particulars(serial="W911111111"), by=BY, now=AT)


# By tickets ------------------------------------------------------------------------


def repair(session: Session, customer: Customer, vouched: bool = False, **records: str) -> Ticket:
    talk = make_conversation(session, customer_id=customer.id, identified=vouched)
    told = {"product": records.pop("product", "mare-w900"), **records}
    return make_ticket(
        session,
        at=AT,
        conversation_id=talk.id,
        email=customer.email,
        product_id=told["product"],
        records=told,
    )


@pytest.mark.parametrize(("vouched", "source"), [(True, "signed_in"), (False, "intake")])
def test_ticket_registers_its_piece_once(
    session: Session, joana: Customer, vouched: bool, source: str
) -> None:
    first = repair(session, joana, vouched, serial_number=SERIAL, purchase_date="2026-01-10")
    again = repair(session, joana, vouched, serial_number=SERIAL)
    (owned,) = owned_of(session, joana)
    assert (owned.serial, owned.bought_on, owned.source) == (SERIAL, BOUGHT, source)
    assert first.owned_product_id == again.owned_product_id == owned.id
    assert again.covered is True, "the day that is registered counts"


def test_ticket_that_tells_neither_registers_nothing(session: Session, joana: Customer) -> None:
    assert repair(session, joana).owned_product_id is None
    assert owned_of(session, joana) == []


def test_mistyped_serial_is_kept_as_unverified(session: Session, joana: Customer) -> None:
    repair(session, joana, product="nimbera-d25", serial_number="D225140376")
    (owned,) = owned_of(session, joana)
    assert (owned.serial, owned.serial_verified) == ("D225140376", False)


def test_repair_time_extends_the_warranty(session: Session, joana: Customer) -> None:
    rita = Actor.of(make_staff(session, email=f"{uuid4().hex}@marulho.example"))
    ticket = repair(session, joana, serial_number=SERIAL, purchase_date="2026-01-10")
    for step in ticket.steps:
        step.done_at = AT
    for to in (TicketStatus.IN_PROGRESS, TicketStatus.RESOLVED):
        move(session, ticket, to, by=rita, now=AT + timedelta(days=12))
    (owned,) = owned_of(session, joana)
    found = coverage_of(session, owned, AT.date() + timedelta(days=40))
    assert found and found.cover and found.cover.extended_days == 12
    assert found.cover.until == date(2028, 1, 22)


# Recalls ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "serial", "recall"),
    [
        ("fonte-p30", "P330100000", "p30-cable-2025"),
        ("fonte-p30", "P330149999", "p30-cable-2025"),
        ("fonte-p30", "P330150000", None),
        ("fonte-p30", "P3301", None),
        ("nimbera-d25", "D224401234", "d25-fan-2024"),
        ("nimbera-d25", "D224441234", "d25-fan-2024"),
        ("nimbera-d25", "D224451234", None),
        ("mare-w900", "P330100000", None),
        ("fonte-p30", None, None),
    ],
)
def test_recall_by_range_or_week(
    session: Session, product: str, serial: str | None, recall: str | None
) -> None:
    found = recall_of(session, product, serial)
    assert (found.id if found else None) == recall


def test_ticket_of_a_recalled_piece_is_marked(session: Session, joana: Customer) -> None:
    ticket = repair(session, joana, product="fonte-p30", serial_number="P330100007")
    assert ticket.recall_id == "p30-cable-2025"
    assert ticket.events[-1].kind == "recalled"
    assert repair(session, joana, product="fonte-p30", serial_number="P399999999").recall_id is None


def test_affected_pieces_are_listed_until_they_are_gone(session: Session, put: Register) -> None:
    recall = session.get_one(Recall, "p30-cable-2025")
    inside = put("fonte-p30", serial="P330120000")
    put("fonte-p30", serial="P340120000")
    assert inside in list(affected_by(session, recall))
    retire(session, inside, by=BY, now=AT)
    assert inside not in list(affected_by(session, recall))
