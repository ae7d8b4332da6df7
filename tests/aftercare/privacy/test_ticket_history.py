"""What a ticket's history says was changed is the person's too; who of the staff did it is not."""

from __future__ import annotations

from datetime import datetime

from aftercare.database import reading, writing
from aftercare.privacy.stores import Stores
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from aftercare.tickets.assignment import assign
from aftercare.tickets.history import Actor, EventKind, record
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.aftercare.privacy.test_erasure import erase, whole_database
from tests.aftercare.privacy.test_export import export, unpacked


def work_on(stores: Stores, ticket_id: int, staff_id: int, now: datetime) -> None:
    """A corrected record and a colleague who gets the ticket."""
    with writing(stores.sessions) as session:
        rita = session.get_one(Staff, staff_id)
        ticket, by = session.get_one(Ticket, ticket_id), Actor.of(rita)
        record(
            session,
            ticket,
            EventKind.RECORD,
            by=by,
            now=now,
            about="email",
            before=EMAIL,
            after="after.the.wedding@mail.example",
        )
        assign(session, ticket, rita, by=by, now=now)


def test_changed_values_are_handed_out_without_colleagues_names(
    stores: Stores, world: World, now: datetime
) -> None:
    work_on(stores, world.ticket, world.staff, now)
    ticket = unpacked(export(stores)[0])["tickets.json"][0]
    changed, given = ticket["history"][-2:]
    assert (changed["about"], changed["before"]) == ("email", EMAIL)
    assert changed["after"] == "after.the.wedding@mail.example"
    assert (given["what"], given["before"], given["after"]) == ("assigned", None, "staff")
    assert "Rita" not in str(ticket)
    assert len(ticket["checklist"]) > 1


def test_changed_values_are_erased_and_the_assignment_stays(
    stores: Stores, world: World, now: datetime
) -> None:
    work_on(stores, world.ticket, world.staff, now)
    erase(stores)
    left = whole_database(stores)
    assert EMAIL not in left and "wedding" not in left
    with reading(stores.sessions) as session:
        ticket = session.get_one(Ticket, world.ticket)
        assert ticket.closed_at is not None
        assert "Rita Prado" in {event.after for event in ticket.events}


def test_contact_in_a_value_of_anothers_ticket_is_blotted_out(
    stores: Stores, world: World, now: datetime
) -> None:
    work_on(stores, world.pedros_ticket, world.staff, now)
    erase(stores)
    with reading(stores.sessions) as session:
        events = session.get_one(Ticket, world.pedros_ticket).events
        (changed,) = (event for event in events if event.kind == EventKind.RECORD)
        assert (changed.before, changed.after) == ("[…]", "after.the.wedding@mail.example")
