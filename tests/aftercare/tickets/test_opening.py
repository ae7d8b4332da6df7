from __future__ import annotations

from datetime import datetime
from threading import Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import Ticket, TicketEvent
from aftercare.ticket_numbers import read_number
from aftercare.tickets.opening import open_ticket
from tests.factories import make_conversation, new_ticket


def _count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_ticket_is_written_with_records_customer_and_first_line_of_history(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, new_ticket(), now).number
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert read_number(number) == number
        assert (ticket.status, ticket.service_id, ticket.product_id) == (
            "new",
            "repair",
            "mare-w900",
        )
        assert (ticket.language, ticket.channel) == ("pt", "website")
        assert ticket.created_at == ticket.updated_at == now
        assert {record.field: record.value for record in ticket.records} == new_ticket().records
        assert ticket.customer and ticket.customer.email == "joana@mail.example"
        (line,) = ticket.events
        assert (line.kind, line.from_status, line.to_status, line.at) == (
            "opened",
            None,
            "new",
            now,
        )


def test_same_intake_never_writes_a_second_ticket(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        first = open_ticket(session, new_ticket(), now).number
    with writing(stocked_sessions) as session:
        again = open_ticket(session, new_ticket(description="Something else"), now)
        assert again.number == first
        assert again.description == "Não centrifuga mais."
        assert _count(session, Ticket) == 1
        assert _count(session, TicketEvent) == 1


def test_same_intake_at_the_same_moment_writes_one_ticket(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    numbers: list[str] = []

    def write() -> None:
        with writing(stocked_sessions) as session:
            numbers.append(open_ticket(session, new_ticket(), now).number)

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 4
    assert len(set(numbers)) == 1


def test_customer_is_found_by_address_in_any_letters(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        first = open_ticket(session, new_ticket(), now)
        second = open_ticket(
            session,
            new_ticket(intake_key="other", email="JOANA@Mail.Example", name="Somebody Else"),
            now,
        )
        assert first.customer_id == second.customer_id
        assert second.customer and second.customer.name == "Joana Lima"
        assert _count(session, Customer) == 1


def test_feedback_without_address_has_no_customer(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        ticket = open_ticket(
            session, new_ticket(service_id="feedback", product_id=None, name=None, email=None), now
        )
        assert ticket.customer is None
        assert ticket.events[0].actor == "customer"
        assert _count(session, Customer) == 0


def test_conversation_is_linked_to_its_first_customer_and_keeps_them(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        conversation = make_conversation(session)
        first = open_ticket(session, new_ticket(conversation_id=conversation.id), now)
        assert conversation.customer_id == first.customer_id
        second = open_ticket(
            session,
            new_ticket(conversation_id=conversation.id, intake_key="b", email="rui@mail.example"),
            now,
        )
        assert second.customer_id != first.customer_id
        assert second.conversation_id == conversation.id
        assert conversation.customer_id == first.customer_id


def test_unknown_conversation_does_not_stop_the_ticket(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        ticket = open_ticket(session, new_ticket(conversation_id="gone"), now)
        assert ticket.conversation_id is None


def test_ticket_that_fails_half_way_leaves_nothing(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with pytest.raises(RuntimeError), writing(stocked_sessions) as session:
        open_ticket(session, new_ticket(), now)
        raise RuntimeError("power cut")
    with reading(stocked_sessions) as session:
        assert _count(session, Ticket) == _count(session, Customer) == 0
