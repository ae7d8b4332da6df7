from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.ticket_numbers import new_number, read_number
from aftercare.tickets import (
    ALLOWED_MOVES,
    PROOF_WINDOW,
    PROOFS_ALLOWED,
    NewTicket,
    change_status,
    find_for_customer,
    open_ticket,
    prove_and_find,
)
from tests.factories import make_conversation, make_customer, make_staff, make_ticket

FORBIDDEN_MOVES = [
    (present, to)
    for present in TicketStatus
    for to in TicketStatus
    if to not in ALLOWED_MOVES[present]
]


def _new(**changes: object) -> NewTicket:
    values = {
        "intake_key": "a1b2c3",
        "service_id": "repair",
        "conversation_id": None,
        "channel": "website",
        "language": "pt",
        "description": "Não centrifuga mais.",
        "product_id": "mare-w900",
        "name": "Joana Lima",
        "email": "joana@mail.example",
        "records": {"product": "mare-w900", "description": "Não centrifuga mais."},
    }
    return NewTicket(**{**values, **changes})  # type: ignore[arg-type]


def _count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


# Opening ---------------------------------------------------------------------


def test_ticket_is_written_with_records_customer_and_first_line_of_history(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, _new(), now).number
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
        assert {record.field: record.value for record in ticket.records} == _new().records
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
        first = open_ticket(session, _new(), now).number
    with writing(stocked_sessions) as session:
        again = open_ticket(session, _new(description="Something else"), now)
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
            numbers.append(open_ticket(session, _new(), now).number)

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
        first = open_ticket(session, _new(), now)
        second = open_ticket(
            session,
            _new(intake_key="other", email="JOANA@Mail.Example", name="Somebody Else"),
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
            session, _new(service_id="feedback", product_id=None, name=None, email=None), now
        )
        assert ticket.customer is None
        assert ticket.events[0].actor == "customer"
        assert _count(session, Customer) == 0


def test_conversation_is_linked_to_its_first_customer_and_keeps_them(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        conversation = make_conversation(session)
        first = open_ticket(session, _new(conversation_id=conversation.id), now)
        assert conversation.customer_id == first.customer_id
        second = open_ticket(
            session,
            _new(conversation_id=conversation.id, intake_key="b", email="rui@mail.example"),
            now,
        )
        assert second.customer_id != first.customer_id
        assert second.conversation_id == conversation.id
        assert conversation.customer_id == first.customer_id


def test_unknown_conversation_does_not_stop_the_ticket(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        ticket = open_ticket(session, _new(conversation_id="gone"), now)
        assert ticket.conversation_id is None


def test_ticket_that_fails_half_way_leaves_nothing(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with pytest.raises(RuntimeError), writing(stocked_sessions) as session:
        open_ticket(session, _new(), now)
        raise RuntimeError("power cut")
    with reading(stocked_sessions) as session:
        assert _count(session, Ticket) == _count(session, Customer) == 0


# Status ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "to"), [(present, to) for present, moves in ALLOWED_MOVES.items() for to in moves]
)
def test_allowed_move_is_made_and_written_into_the_history(
    stocked_sessions: SessionFactory, now: datetime, present: TicketStatus, to: TicketStatus
) -> None:
    later = now + timedelta(hours=2)
    with writing(stocked_sessions) as session:
        rita, ticket = make_staff(session), make_ticket(session, status=present)
        change_status(session, ticket, to, staff=rita, note="Called", seen=present, now=later)
        ticket_id = ticket.id
    with reading(stocked_sessions) as session:
        ticket = session.get_one(Ticket, ticket_id)
        line = ticket.events[-1]
        assert (ticket.status, ticket.updated_at) == (to, later)
        assert (line.from_status, line.to_status, line.note, line.at) == (
            present,
            to,
            "Called",
            later,
        )
        assert (line.kind, line.actor) == ("status", "Rita Prado")


@pytest.mark.parametrize(("present", "to"), FORBIDDEN_MOVES)
def test_forbidden_move_changes_nothing(
    stocked_sessions: SessionFactory, now: datetime, present: TicketStatus, to: TicketStatus
) -> None:
    with writing(stocked_sessions) as session:
        rita, ticket = make_staff(session), make_ticket(session, status=present)
        lines = _count(session, TicketEvent)
        with pytest.raises(NotAllowed):
            change_status(session, ticket, to, staff=rita, note="", seen=present, now=now)
        assert ticket.status == present
        assert _count(session, TicketEvent) == lines


def test_no_ticket_becomes_new_again_and_none_stays_where_it_is() -> None:
    for present, moves in ALLOWED_MOVES.items():
        assert TicketStatus.NEW not in moves
        assert present not in moves
    assert set(ALLOWED_MOVES) == set(TicketStatus)


def test_change_on_an_outdated_page_is_refused(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        rita = make_staff(session)
        ticket = make_ticket(session, status=TicketStatus.IN_PROGRESS)
        with pytest.raises(StaleEdit):
            change_status(
                session,
                ticket,
                TicketStatus.CLOSED,
                staff=rita,
                note="",
                seen=TicketStatus.NEW,
                now=now,
            )
        assert ticket.status == TicketStatus.IN_PROGRESS


# Finding ---------------------------------------------------------------------


def test_ticket_is_found_by_address_or_phone_given_with_it(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    given = {"email": "joana@mail.example", "phone": "+5511912345678"}
    with writing(stocked_sessions) as session:
        ticket = open_ticket(
            session, _new(**given, service_id="installation", records={**given, "wall": "+1"}), now
        )
        for proof in given.values():
            assert find_for_customer(session, ticket.number, proof=proof) is ticket
        with pytest.raises(NotFound):
            find_for_customer(session, ticket.number, proof="+1")


def test_ticket_of_a_customer_without_address_is_found_by_phone(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        ticket = open_ticket(session, _new(email=None, phone="+5511912345678"), now)
        assert find_for_customer(session, ticket.number, proof="+5511912345678") is ticket


@pytest.mark.parametrize("stranger_first", [True, False])
def test_phone_given_with_another_ticket_of_the_same_address_opens_nothing(
    stocked_sessions: SessionFactory, now: datetime, stranger_first: bool
) -> None:
    strange = _new(intake_key="stranger", service_id="installation", phone="+351912345678")
    with writing(stocked_sessions) as session:
        if stranger_first:
            open_ticket(session, strange, now)
        number = open_ticket(session, _new(), now).number
        if not stranger_first:
            open_ticket(session, strange, now)
        with pytest.raises(NotFound):
            find_for_customer(session, number, proof="+351912345678")


def test_wrong_proof_sounds_exactly_like_no_such_ticket(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    unknown = new_number()
    with writing(stocked_sessions) as session:
        make_customer(session, email="other@mail.example")
        known = open_ticket(session, _new(), now).number
        told = []
        for number in (known, unknown):
            with pytest.raises(NotFound) as refusal:
                find_for_customer(session, number, proof="other@mail.example")
            told.append(str(refusal.value).replace(number, "NUMBER"))
        assert told[0] == told[1]


@pytest.mark.parametrize("proof", ["", "None", "%", "joana@mail.example "])
def test_empty_or_odd_proof_opens_no_ticket(
    stocked_sessions: SessionFactory, now: datetime, proof: str
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, _new(), now).number
        with pytest.raises(NotFound):
            find_for_customer(session, number, proof=proof)


def test_ticket_without_customer_is_found_by_nobody(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, _new(service_id="feedback", name=None, email=None), now)
        with pytest.raises(NotFound):
            find_for_customer(session, number.number, proof="joana@mail.example")


def test_number_is_closed_after_too_many_wrong_proofs_from_anywhere(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, _new(), now).number
        other = open_ticket(session, _new(intake_key="other"), now).number
    right = "joana@mail.example"
    for guess in range(PROOFS_ALLOWED):
        with writing(stocked_sessions) as session:
            wrong = f"guess{guess}@mail.example"
            assert prove_and_find(session, number, proof=wrong, now=now) is None
    with writing(stocked_sessions) as session:
        assert prove_and_find(session, number, proof=right, now=now) is None
        assert prove_and_find(session, other, proof=right, now=now) is not None
    later = now + PROOF_WINDOW + timedelta(seconds=1)
    with writing(stocked_sessions) as session:
        assert prove_and_find(session, number, proof=right, now=later) is not None
