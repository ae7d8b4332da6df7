"""Maintenance and reminders are handed out and erased with their person, and kept as long."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from aftercare.database import reading, writing
from aftercare.maintenance.consent import put_consent
from aftercare.maintenance.deeds import mark_done
from aftercare.maintenance.plans import hold_plan
from aftercare.ownership.registering import Particulars, register
from aftercare.privacy.erasure import erase_person, remove_conversations
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.maintenance import (
    ConsentHow,
    MaintenanceConsent,
    MaintenanceDeed,
    MaintenanceItem,
    MaintenancePlan,
    MaintenanceQuestion,
)
from aftercare.tables.ownership import OwnedSource
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.conftest import NOW
from tests.factories import make_staff

RITA = Author(None, "Rita")
TABLES = (
    MaintenancePlan,
    MaintenanceItem,
    MaintenanceDeed,
    MaintenanceConsent,
    MaintenanceQuestion,
)


@pytest.fixture
def plan(stores: Stores, world: World) -> int:
    """Zulmira's P30, which she looks after, and of which she wants to be reminded."""
    with writing(stores.sessions) as session:
        staff = make_staff(session, email="rita@desk.example")
        owned = register(
            session,
            session.get_one(Customer, world.customer),
            session.get_one(Product, "fonte-p30"),
            Particulars(serial="P312345678", bought_on=date(2025, 8, 20)),
            source=OwnedSource.CONSOLE,
            by=Actor.of(staff),
            now=NOW,
        )
        put_consent(
            session,
            world.customer,
            "website",
            given=True,
            how=ConsentHow.CHAT,
            by=Actor("Zulmira"),
            now=NOW,
            conversation_id=world.conversation,
        )
        found = hold_plan(session, owned.id, NOW)
        assert found is not None
        day = date(2026, 3, 1)
        mark_done(session, found, ["filter"], day=day, by=Actor.of(staff), now=NOW)
        session.add(
            MaintenanceQuestion(
                customer_id=world.customer, product_id="fonte-p30", ticket_id=world.ticket, at=NOW
            )
        )
        return found.id


def person(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        return find_people(session, EMAIL)[0]


def left(stores: Stores) -> list[int | None]:
    with reading(stores.sessions) as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def test_export_tells_plan_deeds_and_consent(stores: Stores, plan: int, world: World) -> None:
    archive, receipt = export_person(stores, person(stores), RITA, lambda: NOW)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        told = json.loads(opened.read("maintenance.json"))
    # Beside that of the piece which her ticket registered.
    (one,) = (plan for plan in told["plans"] if plan["product"] == "fonte-p30")
    assert one["serial_number"] == "P312345678"
    assert one["items"][0] == {
        "item": "filter",
        "every_months": 6,
        "counts_from": "2025-08-20",
        "done_on": "2026-03-01",
        "put_off_until": None,
        "stopped_at": None,
    }
    assert [(deed["what"], deed["by"]) for deed in one["history"]] == [("done", "staff")]
    (consent,) = told["consents"]
    assert (consent["reminders_wanted"], consent["how"]) == (True, "chat")
    assert consent["conversation"] == world.conversation
    assert [asked["product"] for asked in told["asked"]] == ["fonte-p30"]
    (line,) = (one for one in receipt.lines if one.store == "maintenance")
    assert (line.found, line.handed_out) == (4, 4)


def test_erasure_leaves_nothing_of_it(stores: Stores, plan: int) -> None:
    receipt = erase_person(stores, person(stores), RITA, lambda: NOW, patience=0)
    assert left(stores) == [0] * len(TABLES)
    (line,) = (one for one in receipt.lines if one.store == "maintenance")
    assert (line.found, line.removed) == (4, 4)


def test_yes_stays_when_its_chat_goes(stores: Stores, plan: int, world: World) -> None:
    with writing(stores.sessions) as session:
        session.get_one(Conversation, world.conversation).identified = True
        remove_conversations(session, (world.conversation,))
    with reading(stores.sessions) as session:
        consent = session.scalars(select(MaintenanceConsent)).one()
        assert (consent.given, consent.conversation_id, consent.ended_at) == (True, None, None)


def test_yes_of_a_chat_without_a_known_customer_ends_with_it(
    stores: Stores, plan: int, world: World
) -> None:
    """Without its chat it would be good in every other one, as what staff were told is."""
    with writing(stores.sessions) as session:
        remove_conversations(session, (world.conversation,))
    with writing(stores.sessions) as session:
        consent = session.scalars(select(MaintenanceConsent)).one()
        assert (consent.given, consent.conversation_id) == (True, None)
        assert consent.ended_at is not None
        found = hold_plan(session, session.get_one(MaintenancePlan, plan).owned_product_id, NOW)
        assert found is not None and found.tell_on is None


@pytest.mark.parametrize(
    ("given", "how"), [(False, ConsentHow.CHAT), (True, ConsentHow.PHONE)], ids=["no", "phone"]
)
def test_no_and_what_staff_were_told_stay_when_a_chat_goes(
    stores: Stores, plan: int, world: World, given: bool, how: ConsentHow
) -> None:
    with writing(stores.sessions) as session:
        before = session.scalars(select(MaintenanceConsent)).one()
        before.given, before.how = given, how
        remove_conversations(session, (world.conversation,))
    with reading(stores.sessions) as session:
        assert session.scalars(select(MaintenanceConsent)).one().ended_at is None


def test_it_goes_with_piece_and_customer_after_their_periods(stores: Stores, plan: int) -> None:
    with writing(stores.sessions) as session:
        for ticket in session.scalars(select(Ticket)):
            ticket.status = TicketStatus.CLOSED
    apply_periods(stores, NOW + timedelta(days=3720))
    assert left(stores) == [0] * len(TABLES)
