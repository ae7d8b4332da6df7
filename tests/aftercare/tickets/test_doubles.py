"""Doubles found, added to and merged, and the tickets that follow closed ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from aftercare.attachments.tying import of_ticket, open_ticket_of
from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.doubles import add_to, doubles_of, find_double, merge, merged_into
from aftercare.tickets.following import open_follower, open_following
from aftercare.tickets.history import Actor, EventKind
from aftercare.tickets.life import move
from aftercare.tickets.proofs import find_for_customer
from tests.factories import (
    make_attachment,
    make_conversation,
    make_customer,
    make_message,
    make_ticket,
    new_ticket,
)
from tests.postgresql import BOTH

pytestmark = BOTH

RITA = Actor("Rita Prado")
JOANA = "joana@mail.example"
CLOSED = TicketStatus.CLOSED


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """Nothing that a test does stays."""
    with company() as session:
        yield session
        session.rollback()


def numbers(tickets: list[Ticket]) -> list[str]:
    return [ticket.number for ticket in tickets]


@pytest.mark.parametrize(
    ("first", "second", "double"),
    [
        ({}, {}, True),
        ({"symptom": "leak"}, {}, True),
        ({"symptom": "leak"}, {"symptom": "leak"}, True),
        ({"symptom": "leak"}, {"symptom": "noise"}, False),
    ],
)
def test_double_is_the_same_fault(
    session: Session, first: dict[str, str], second: dict[str, str], double: bool
) -> None:
    one = make_ticket(session, email=JOANA, records=first)
    other = make_ticket(session, email=JOANA, records=second)
    assert numbers(doubles_of(session, other)) == ([one.number] if double else [])


def test_other_customer_product_service_and_done_tickets_are_no_doubles(session: Session) -> None:
    ticket = make_ticket(session, email=JOANA)
    make_ticket(session, email="pedro@mail.example")
    make_ticket(session, email=JOANA, service_id="maintenance")
    make_ticket(session, email=JOANA, product_id="aroma-c200")
    make_ticket(session, email=JOANA, status=CLOSED)
    assert doubles_of(session, ticket) == []


def test_ticket_of_nobody_has_no_double(session: Session) -> None:
    make_ticket(session, email=None)
    assert doubles_of(session, make_ticket(session, email=None)) == []


def test_intake_is_offered_the_open_ticket_of_its_own_conversation(session: Session) -> None:
    talk = make_conversation(session)
    there = make_ticket(session, email=JOANA, conversation_id=talk.id)
    again = new_ticket(conversation_id=talk.id, email=JOANA.upper())
    assert find_double(session, again) is there
    assert find_double(session, new_ticket(conversation_id=talk.id, email="pedro@mail.ex")) is None


def test_typed_address_shows_nobodys_ticket(session: Session) -> None:
    make_ticket(session, email=JOANA, conversation_id=make_conversation(session).id)
    elsewhere = make_conversation(session)
    assert find_double(session, new_ticket(conversation_id=elsewhere.id, email=JOANA)) is None


def test_vouched_customer_is_offered_the_ticket_of_another_conversation(session: Session) -> None:
    joana = make_customer(session, email=JOANA)
    there = make_ticket(session, email=JOANA)
    vouched = make_conversation(session, customer_id=joana.id, identified=True)
    assert find_double(session, new_ticket(conversation_id=vouched.id, email=None)) is there
    typed = make_conversation(session, customer_id=joana.id, identified=False)
    assert find_double(session, new_ticket(conversation_id=typed.id, email=JOANA)) is None


def test_what_is_told_again_is_added_once(session: Session, now: datetime) -> None:
    talk = make_conversation(session)
    ticket = make_ticket(session, email=JOANA, records={"symptom": "leak"})
    told = {"symptom": "noise", "serial_number": "W912345678"}
    for _ in range(2):
        add_to(session, ticket, "It drips at night.", told, talk.id, now)
    assert {one.field: one.value for one in ticket.records} == {
        "symptom": "leak",
        "serial_number": "W912345678",
    }
    kinds = [event.kind for event in ticket.events]
    assert kinds.count(EventKind.ADDED) == kinds.count(EventKind.RECORD) == 1


def test_merged_double_closes_and_leads_to_the_survivor(session: Session, now: datetime) -> None:
    talk = make_conversation(session)
    file = make_attachment(session, make_message(session, talk))
    into = make_ticket(session, email=JOANA, records={"symptom": "leak"})
    double = make_ticket(
        session,
        email=JOANA,
        conversation_id=talk.id,
        records={"symptom": "leak", "serial_number": "W912345678"},
    )
    merge(session, double, into, by=RITA, now=now)
    assert (double.status, double.closed_at) == (CLOSED, now)
    assert numbers(merged_into(session, into)) == [double.number]
    assert {one.field: one.value for one in into.records}["serial_number"] == "W912345678"
    assert [one.id for one in of_ticket(session, into)] == [file.id]
    assert find_for_customer(session, double.number, proof=JOANA) is into
    assert open_ticket_of(session, talk.id) == into.number
    assert (double.events[-1].kind, double.events[-1].about) == (EventKind.MERGED, into.number)
    assert (into.events[-1].kind, into.events[-1].about) == (EventKind.TOOK_IN, double.number)
    with pytest.raises(NotAllowed):
        move(session, double, TicketStatus.IN_PROGRESS, by=RITA, now=now)


def test_danger_comes_along(session: Session, now: datetime) -> None:
    into, double = make_ticket(session, email=JOANA), make_ticket(session, email=JOANA, danger=True)
    merge(session, double, into, by=RITA, now=now)
    assert into.danger
    assert into.precedence < make_ticket(session).precedence


def test_numbers_of_a_chain_lead_to_its_end_at_once(session: Session, now: datetime) -> None:
    first, second, third = (make_ticket(session, email=JOANA) for _ in range(3))
    merge(session, first, second, by=RITA, now=now)
    merge(session, second, third, by=RITA, now=now)
    session.expire_all()
    assert first.merged_into_id == second.merged_into_id == third.id


def test_only_open_tickets_of_one_customer_are_merged(session: Session, now: datetime) -> None:
    ticket = make_ticket(session, email=JOANA)
    for other in (
        ticket,
        make_ticket(session, email="pedro@mail.example"),
        make_ticket(session, email=JOANA, status=CLOSED),
    ):
        with pytest.raises(NotAllowed):
            merge(session, ticket, other, by=RITA, now=now)
        with pytest.raises(NotAllowed):
            merge(session, other, ticket, by=RITA, now=now)
    nobodys = [make_ticket(session, email=None) for _ in range(2)]
    with pytest.raises(NotAllowed):
        merge(session, *nobodys, by=RITA, now=now)


def test_ticket_that_follows_is_linked_both_ways(session: Session, now: datetime) -> None:
    ticket = make_ticket(session, email=JOANA)
    with pytest.raises(NotAllowed):
        open_following(session, ticket, description="It leaks again.", by=RITA, now=now)
    move(session, ticket, CLOSED, by=RITA, now=now)
    later = now + timedelta(days=90)
    following = open_following(session, ticket, description="Leaks again", by=RITA, now=later)
    assert following.follows_id == ticket.id
    assert (following.customer_id, following.product_id) == (ticket.customer_id, ticket.product_id)
    assert following.events[0].actor == "Rita Prado"
    assert open_follower(session, ticket) is following
    assert ticket.events[-1].about == following.number
    with pytest.raises(NotAllowed, match="already"):
        open_following(session, ticket, description="Once more", by=RITA, now=later)
    move(session, following, CLOSED, by=RITA, now=later)
    again = open_following(session, ticket, description="Once more", by=RITA, now=later)
    assert again.number not in (ticket.number, following.number)
