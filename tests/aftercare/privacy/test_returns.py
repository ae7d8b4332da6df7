"""What returns hold of a person is handed out with the ticket and goes with it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

from sqlalchemy import select

from aftercare.database import reading, writing
from aftercare.privacy.erasure import erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.conftest import NOW


def _return(stores: Stores, ticket_id: int, told: str = "Zulmira, it works.") -> None:
    with writing(stores.sessions) as session:
        session.add(
            ReturnCase(
                ticket_id=ticket_id,
                rma="K4F7-M2CX",
                status=ReturnStatus.SETTLED,
                requested_at=NOW,
                received_at=NOW,
                serial_found="W976543210",
                fault_found=True,
                findings=f"Ask {EMAIL}",
                told=told,
            )
        )


def _her(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def _case(stores: Stores) -> ReturnCase:
    with reading(stores.sessions) as session:
        return session.scalars(select(ReturnCase)).one()


def test_export_tells_the_return(stores: Stores, world: World) -> None:
    _return(stores, world.ticket)
    archive, _ = export_person(stores, _her(stores), Author(), lambda: NOW)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        (ticket,) = json.loads(opened.read("tickets.json"))
    assert ticket["return"]["serial_number"] == "W976543210"
    assert ticket["return"]["told"] == "Zulmira, it works."


def test_erasure_takes_the_words_and_leaves_what_is_counted(stores: Stores, world: World) -> None:
    _return(stores, world.ticket)
    erase_person(stores, _her(stores), Author(), lambda: NOW, patience=0.0, pause=lambda _: None)
    case = _case(stores)
    assert (case.serial_found, case.findings, case.told) == ("", "", "")
    assert (case.status, case.fault_found, case.rma) == ("settled", True, "K4F7-M2CX")


def test_contact_in_another_customers_return_is_blotted(stores: Stores, world: World) -> None:
    _return(stores, world.pedros_ticket)
    erase_person(stores, _her(stores), Author(), lambda: NOW, patience=0.0, pause=lambda _: None)
    case = _case(stores)
    assert EMAIL not in case.findings
    assert case.told == "Zulmira, it works."


def test_period_of_tickets_takes_the_words(stores: Stores, world: World) -> None:
    _return(stores, world.ticket)
    with writing(stores.sessions) as session:
        session.get_one(Ticket, world.ticket).status = TicketStatus.CLOSED
    later = NOW + timedelta(days=stores.settings.keep_tickets_days + 1)
    apply_periods(stores, later)
    assert _case(stores).findings == ""
