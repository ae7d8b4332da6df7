"""A serial number that staff write on a ticket registers the customer's piece."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.snapshot import Catalogue, CatalogueReader
from aftercare.database import SessionFactory
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tables.tickets import Ticket
from aftercare.tickets.completeness import held_values
from aftercare.tickets.history import Actor
from aftercare.tickets.records import Entry, fill_in
from tests.factories import make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH

FIRST, SECOND = "W912345678", "W987654321"
#: Of a piece that is called back (catalogue/recalls.yml).
RECALLED = "P330100007"


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """Nothing that a test does stays."""
    with company() as session:
        session.connection(execution_options={"write": True})
        yield session
        session.rollback()


@pytest.fixture
def products(company: SessionFactory) -> Catalogue:
    return CatalogueReader(company).newest()


def open_with(session: Session, product: str = "mare-w900", **told: str) -> Ticket:
    """One of the same customer's."""
    records = {"product": product, "description": "It leaks.", **told}
    return make_ticket(session, email="ana@mail.example", product_id=product, records=records)


def write(session: Session, ticket: Ticket, products: Catalogue, now: datetime, text: str) -> None:
    by = Actor.of(make_staff(session, email=f"{uuid4().hex}@marulho.example"))
    entry = Entry("serial_number", text, held_values(ticket).get("serial_number", ""))
    fill_in(session, ticket, entry, products, today=now.date(), by=by, now=now)


def pieces(session: Session, ticket: Ticket) -> list[tuple[str | None, str, bool]]:
    found = session.scalars(
        select(OwnedProduct)
        .where(OwnedProduct.customer_id == ticket.customer_id)
        .order_by(OwnedProduct.id)
    )
    return [(one.serial, one.source, one.retired_at is not None) for one in found]


def own_serial(session: Session, ticket: Ticket) -> str | None:
    return session.get_one(OwnedProduct, ticket.owned_product_id).serial


def test_added_number_registers_the_piece(
    session: Session, products: Catalogue, now: datetime
) -> None:
    ticket = open_with(session)
    assert ticket.owned_product_id is None
    write(session, ticket, products, now, "w9 1234 5678")
    assert pieces(session, ticket) == [(FIRST, OwnedSource.CONSOLE, False)]
    assert own_serial(session, ticket) == FIRST


def test_added_number_completes_the_piece_of_the_same_purchase(
    session: Session, products: Catalogue, now: datetime
) -> None:
    ticket = open_with(session, purchase_date="2026-01-10")
    piece = ticket.owned_product_id
    write(session, ticket, products, now, FIRST)
    assert (ticket.owned_product_id, own_serial(session, ticket)) == (piece, FIRST)
    assert len(pieces(session, ticket)) == 1


def test_corrected_number_corrects_the_piece_that_came_with_the_ticket(
    session: Session, products: Catalogue, now: datetime
) -> None:
    ticket = open_with(session, serial_number=FIRST)
    write(session, ticket, products, now, SECOND)
    assert pieces(session, ticket) == [(SECOND, OwnedSource.CONSOLE, False)]


def test_corrected_number_leaves_the_piece_of_another_ticket(
    session: Session, products: Catalogue, now: datetime
) -> None:
    earlier = open_with(session, serial_number=FIRST)
    ticket = open_with(session, serial_number=FIRST)
    write(session, ticket, products, now, SECOND)
    assert [serial for serial, *_ in pieces(session, ticket)] == [FIRST, SECOND]
    assert (own_serial(session, earlier), own_serial(session, ticket)) == (FIRST, SECOND)


def test_number_of_a_piece_on_file_retires_the_mistaken_one(
    session: Session, products: Catalogue, now: datetime
) -> None:
    known = open_with(session, serial_number=SECOND)
    ticket = open_with(session, serial_number=FIRST)
    write(session, ticket, products, now, SECOND)
    assert ticket.owned_product_id == known.owned_product_id
    assert [(serial, gone) for serial, _, gone in pieces(session, ticket)] == [
        (SECOND, False),
        (FIRST, True),
    ]


def test_number_tells_whether_the_piece_is_called_back(
    session: Session, products: Catalogue, now: datetime
) -> None:
    ticket = open_with(session, "fonte-p30")
    write(session, ticket, products, now, RECALLED)
    assert ticket.recall_id is not None
    write(session, ticket, products, now, "P339900001")
    assert ticket.recall_id is None


def test_ticket_of_nobody_registers_nothing(
    session: Session, products: Catalogue, now: datetime
) -> None:
    ticket = open_with(session)
    ticket.customer_id = None
    session.flush()
    session.expire(ticket, ["customer"])
    write(session, ticket, products, now, FIRST)
    assert ticket.owned_product_id is None
    assert held_values(ticket)["serial_number"]
