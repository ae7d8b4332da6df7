"""What a person owns is handed out and erased with the rest, and kept for its own period."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from aftercare.database import reading, writing
from aftercare.ownership.registering import Particulars, prove, register
from aftercare.privacy.erasure import erase_person, remove_conversations
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.attachments import Attachment
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.ownership import OwnedProduct, OwnedProductEvent, OwnedSource
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.factories import AT, make_attachment, make_conversation, make_message

RITA = Author(None, "Rita")


@pytest.fixture
def piece(stores: Stores, world: World) -> int:
    """Zulmira's own P30, beside what her ticket may have registered."""
    with writing(stores.sessions) as session:
        customer = session.scalars(select(Customer).where(Customer.email == EMAIL)).one()
        owned = register(
            session,
            customer,
            session.get_one(Product, "fonte-p30"),
            Particulars(serial="P312345678", bought_on=date(2026, 1, 2)),
            source=OwnedSource.CONSOLE,
            by=Actor("Rita"),
            now=AT,
        )
        talk = make_conversation(session)
        file = make_attachment(session, make_message(session, talk))
        prove(session, owned, file, by=Actor("Rita"), now=AT)
        for ticket in session.scalars(select(Ticket)):
            if ticket.customer_id == customer.id:
                ticket.owned_product_id = owned.id
        return owned.id


def person(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        return find_people(session, EMAIL)[0]


def test_export_tells_what_she_owns(stores: Stores, piece: int) -> None:
    archive, receipt = export_person(stores, person(stores), RITA, lambda: AT)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        told = json.loads(opened.read("products.json"))
    (p30,) = (one for one in told if one["product"] == "fonte-p30")
    assert (p30["serial_number"], p30["bought_on"]) == ("P312345678", "2026-01-02")
    assert [line["what"] for line in p30["history"]] == ["registered", "proved"]
    (line,) = (one for one in receipt.lines if one.store == "owned_products")
    assert line.handed_out == len(told)


def test_erasure_removes_it_with_its_history(stores: Stores, piece: int) -> None:
    erase_person(stores, person(stores), RITA, lambda: AT, patience=0)
    with reading(stores.sessions) as session:
        for table in (OwnedProduct, OwnedProductEvent):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert all(one.owned_product_id is None for one in session.scalars(select(Ticket)))


def test_proof_stays_seen_when_its_file_goes(stores: Stores, piece: int) -> None:
    with writing(stores.sessions) as session:
        file = session.get_one(Attachment, session.get_one(OwnedProduct, piece).proof_id)
        remove_conversations(session, (file.conversation_id,))
    with reading(stores.sessions) as session:
        owned = session.get_one(OwnedProduct, piece)
        assert owned.proof_id is None and owned.proved_at == AT


@pytest.mark.parametrize(("days", "left"), [(3640, True), (3720, False)])
def test_it_is_kept_for_its_period_and_its_owner_with_it(
    stores: Stores, piece: int, days: int, left: bool
) -> None:
    with writing(stores.sessions) as session:
        for ticket in session.scalars(select(Ticket)):
            ticket.status = TicketStatus.CLOSED
    apply_periods(stores, AT + timedelta(days=days))
    with reading(stores.sessions) as session:
        assert (session.get(OwnedProduct, piece) is not None) is left
        owner = session.scalar(select(Customer.id).where(Customer.email == EMAIL))
        assert (owner is not None) is left
