"""A fault that is told again, while its ticket is open."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.desk import Desk
from aftercare.intake.state import DOUBLE
from aftercare.tables.tickets import Ticket
from tests.answers import pressed
from tests.customers import Customer, read_ticket
from tests.desks import YES

REPAIR = "request_repair"


@pytest.fixture
def ana(desk: Desk) -> Customer:
    return Customer(desk)


def _tell_again(ana: Customer) -> str:
    number = ana.want(REPAIR).answer_all().say(YES).values["number"]
    ana.want(REPAIR).answer_all()
    ana.say(YES)
    assert (ana.heard, ana.state.asking) == (["utter_double_found"], DOUBLE)
    assert ana.values == {"number": number}
    return number


def _count(sessions: SessionFactory) -> int:
    with reading(sessions) as session:
        return len(session.scalars(select(Ticket.id)).all())


def test_same_fault_again_is_added_to_the_open_ticket(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _tell_again(ana)
    ana.say(pressed("affirm"))
    assert (ana.heard, ana.turn.state) == (["utter_added"], None)
    assert _count(stocked_sessions) == 1
    assert "added" in read_ticket(stocked_sessions, number)[1]


def test_same_fault_again_may_be_a_new_ticket(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    _tell_again(ana)
    assert ana.say("open a new one").heard[0] == "utter_ticket_opened"
    assert _count(stocked_sessions) == 2


def test_danger_is_never_held_up_by_a_double(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    ana.want(REPAIR).answer_all().say(YES)
    ana.memory.warned = True
    assert ana.want(REPAIR).answer_all().say(YES).heard[0] == "utter_ticket_opened"
    assert _count(stocked_sessions) == 2
