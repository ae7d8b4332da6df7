"""Files that staff put on a person's ticket are handed out, erased and kept as long as it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from uuid import uuid4

from aftercare.database import reading, writing
from aftercare.privacy.erasure import erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.receipts import Receipt
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.attachments import Attachment, FileUse, TicketFile
from aftercare.tables.conversations import Conversation
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.aftercare.privacy.test_files import found, is_kept
from tests.conftest import NOW
from tests.factories import make_attachment, make_message


def put(stores: Stores, world: World, ticket: int, description: str = "The drum") -> str:
    """A picture on a ticket, whose id is given."""
    name = uuid4().hex
    with writing(stores.sessions) as session:
        session.add(
            TicketFile(
                id=name,
                ticket_id=ticket,
                used_for=FileUse.INSPECTION,
                position=0,
                name="drum.jpg",
                media_type="image/jpeg",
                size=5,
                width=60,
                height=40,
                description=description,
                digest="0" * 64,
                staff_id=world.staff,
                created_at=NOW,
            )
        )
    stores.files.store.put(name, io.BytesIO(b"drum!"), 5, "image/jpeg")
    return name


def her(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def erase(stores: Stores) -> Receipt:
    return erase_person(stores, her(stores), Author(), lambda: NOW, patience=0)


def shows(stores: Stores, table: type[Attachment] | type[TicketFile], file: str) -> str:
    with reading(stores.sessions) as session:
        return session.get_one(table, file).description


def test_export_holds_what_staff_put_on_the_persons_tickets(stores: Stores, world: World) -> None:
    own, _ = put(stores, world, world.ticket), put(stores, world, world.pedros_ticket)
    archive, receipt = export_person(stores, her(stores), Author(), lambda: NOW)
    assert found(receipt) == (1, 0, 1)
    name = f"files/{own[:8]}-drum.jpg"
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert [one for one in opened.namelist() if one.startswith("files/")] == [name]
        assert opened.read(name) == b"drum!"
        (ticket,) = json.loads(opened.read("tickets.json"))
    assert ticket["files"] == [{"file": name, "shows": "The drum", "for": "inspection"}]


def test_erasure_removes_them_and_nobody_elses(stores: Stores, world: World) -> None:
    own, others = put(stores, world, world.ticket), put(stores, world, world.pedros_ticket)
    assert found(erase(stores)) == (1, 1, 0)
    assert [is_kept(stores, file) for file in (own, others)] == [False, True]
    with reading(stores.sessions) as session:
        assert session.get(TicketFile, own) is None
        assert session.get(TicketFile, others)


def test_contact_in_what_anothers_picture_shows_is_blotted(stores: Stores, world: World) -> None:
    on_ticket = put(stores, world, world.pedros_ticket, f"Ask {EMAIL}")
    with writing(stores.sessions) as session:
        talk = session.get_one(Conversation, world.pedro)
        message = make_message(session, talk, "See this", sender="staff")
        sent = make_attachment(session, message, description=f"Of {EMAIL.upper()}").id
    erase(stores)
    assert shows(stores, TicketFile, on_ticket) == "Ask […]"
    assert shows(stores, Attachment, sent) == "Of […]"


def test_they_go_when_the_time_of_the_ticket_is_over(stores: Stores, world: World) -> None:
    old, present = put(stores, world, world.ticket), put(stores, world, world.pedros_ticket)
    with writing(stores.sessions) as session:
        session.get_one(Ticket, world.ticket).status = TicketStatus.CLOSED
    apply_periods(stores, NOW + timedelta(days=stores.settings.keep_tickets_days + 1))
    assert [is_kept(stores, file) for file in (old, present)] == [False, True]
    with reading(stores.sessions) as session:
        assert session.get(TicketFile, old) is None
