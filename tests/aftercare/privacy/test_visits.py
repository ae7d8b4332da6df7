"""A person's visits are handed out with their tickets; erasure takes the address away."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

from sqlalchemy import func, select

from aftercare.database import reading, writing
from aftercare.privacy.erasure import erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.visits import Visit, VisitClaim, VisitSite, VisitStatus
from aftercare.tickets.life import Actor
from aftercare.visits.booking import Choice, book, next_choices, settle_site
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.conftest import NOW
from tests.factories import make_ticket

ADDRESS = "Rua Harmonia 12, 05435-000"


def _book(stores: Stores, days: int = 0) -> None:
    with writing(stores.sessions) as session:
        ticket = make_ticket(
            session,
            service_id="installation",
            product_id="brisa-a12",
            email=EMAIL,
            records={"product": "brisa-a12", "address": ADDRESS},
        )
        settle_site(session, ticket)
        slot = next_choices(session, ticket, NOW - timedelta(days=days), 1)[0]
        choice = Choice(slot.day, slot.window_id)
        book(session, ticket, choice, by=Actor("Rita"), now=NOW - timedelta(days=days))


def _her(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def test_export_holds_her_visits(stores: Stores, world: World) -> None:
    _book(stores)
    archive, _ = export_person(stores, _her(stores), Author(), lambda: NOW)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        visits = [
            one for ticket in json.loads(opened.read("tickets.json")) for one in ticket["visits"]
        ]
    assert [(one["address"], one["status"]) for one in visits] == [(ADDRESS, "booked")]


def test_erasure_takes_the_address_and_frees_the_time(stores: Stores, world: World) -> None:
    _book(stores)
    _book(stores, days=7)
    erase_person(stores, _her(stores), Author(), lambda: NOW, patience=0.0, pause=lambda _: None)
    with reading(stores.sessions) as session:
        assert session.scalar(select(func.count()).select_from(VisitSite)) == 0
        visits = session.scalars(select(Visit).order_by(Visit.starts_at)).all()
        # What was before now is left for staff to end.
        assert [one.status for one in visits] == [VisitStatus.BOOKED, VisitStatus.CANCELLED]
        claimed = set(session.scalars(select(VisitClaim.visit_id)))
        assert claimed == {visits[0].id}
