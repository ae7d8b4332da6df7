"""A return goes only where it may, and its number is given once however many ask for it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotAllowed, NotFound
from aftercare.returns.announcing import ReturnWatch
from aftercare.returns.cases import (
    MOVES,
    authorise,
    case_of,
    check_move,
    expire,
    find_by_rma,
    receive,
    refuse,
    withdraw_case,
)
from aftercare.returns.numbers import new_rma, read_rma
from aftercare.tables.conversations import Message
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.ticket_numbers import read_number
from tests.aftercare.returns.conftest import RITA, TERMS, TODAY, returned_ticket
from tests.conftest import NOW
from tests.crowd import all_at_once
from tests.factories import make_conversation, make_ticket
from tests.fakes import FakeEngine
from tests.postgresql import BOTH

CROWD = 200
ZONE = ZoneInfo("America/Sao_Paulo")


@BOTH
@pytest.mark.timeout(300)
def test_two_hundred_authorisations_of_one_ticket_give_one_number(
    patient_company: SessionFactory,
) -> None:
    with writing(patient_company) as session:
        ticket_id = returned_ticket(session).id

    def want(_: int) -> bool:
        with writing(patient_company) as session:
            ticket = session.get_one(Ticket, ticket_id)
            try:
                authorise(session, ticket, TERMS, today=TODAY, by=RITA, now=NOW)
            except NotAllowed:
                return False
            return True

    assert sum(all_at_once(want, [0] * CROWD)) == 1
    with reading(patient_company) as session:
        (case,) = session.scalars(select(ReturnCase).where(ReturnCase.ticket_id == ticket_id))
        assert case.rma
        events = session.get_one(Ticket, ticket_id).events
        assert [event.kind for event in events].count("return_authorised") == 1


@BOTH
@pytest.mark.timeout(300)
def test_two_hundred_tickets_at_once_get_two_hundred_numbers(
    patient_company: SessionFactory,
) -> None:
    with writing(patient_company) as session:
        ids = [returned_ticket(session).id for _ in range(CROWD)]

    def want(ticket_id: int) -> str | None:
        with writing(patient_company) as session:
            ticket = session.get_one(Ticket, ticket_id)
            return authorise(session, ticket, TERMS, today=TODAY, by=RITA, now=NOW).rma

    assert len(set(all_at_once(want, ids)) - {None}) == CROWD
    with reading(patient_company) as session:
        counted = select(func.count(ReturnCase.rma)).where(ReturnCase.ticket_id.in_(ids))
        assert session.scalar(counted) == CROWD


def test_only_tickets_of_the_service_are_returns(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        repair = make_ticket(session)
        assert case_of(session, repair) is None
        with pytest.raises(NotFound):
            authorise(session, repair, TERMS, today=TODAY, by=RITA, now=NOW)
        case = case_of(session, returned_ticket(session))
        assert case and (case.status, case.rma) == (ReturnStatus.REQUESTED, None)


def test_authorising_gives_days_waits_for_the_customer_and_does_the_step(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, ReturnStatus.AUTHORISED)
        case = session.scalars(select(ReturnCase)).one()
        assert (case.send_by, case.expires_on) == (date(2026, 3, 16), date(2026, 3, 26))
        assert ticket.status == TicketStatus.WAITING
        assert {step.key for step in ticket.steps if step.done_at} == {"authorise"}
        assert case.rma
        assert find_by_rma(session, f"rma {case.rma.replace('-', '').lower()}") is case
        assert f"RMA {case.rma}, to be sent by 2026-03-16." in [e.note for e in ticket.events]


def test_goods_that_come_late_are_received_and_the_ticket_goes_on(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, ReturnStatus.AUTHORISED)
        assert not expire(session, ticket, today=date(2026, 3, 26), now=NOW)
        assert expire(session, ticket, today=date(2026, 3, 27), now=NOW)
        assert not expire(session, ticket, today=date(2026, 3, 27), now=NOW)
        case = receive(session, ticket, by=RITA, now=NOW, reopen_days=30)
        assert (case.status, case.received_at) == (ReturnStatus.RECEIVED, NOW)
        assert ticket.status == TicketStatus.IN_PROGRESS
        with pytest.raises(NotAllowed):
            receive(session, ticket, by=RITA, now=NOW, reopen_days=30)


def test_goods_for_a_closed_ticket_reopen_it_while_that_may_be(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        soon, late = (returned_ticket(session, ReturnStatus.AUTHORISED) for _ in range(2))
        for ticket, days in ((soon, 1), (late, 40)):
            ticket.status, ticket.closed_at = TicketStatus.CLOSED, NOW - timedelta(days=days)
            receive(session, ticket, by=RITA, now=NOW, reopen_days=30)
        assert (soon.status, late.status) == (TicketStatus.IN_PROGRESS, TicketStatus.CLOSED)


def test_more_time_keeps_the_number(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, ReturnStatus.AUTHORISED)
        rma = session.scalars(select(ReturnCase.rma)).one()
        expire(session, ticket, today=date(2026, 4, 1), now=NOW)
        again = authorise(session, ticket, TERMS, today=date(2026, 4, 1), by=RITA, now=NOW)
        assert (again.rma, again.send_by) == (rma, date(2026, 4, 15))


def test_refusal_needs_a_reason_and_may_be_taken_back(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session)
        with pytest.raises(NotAllowed):
            refuse(session, ticket, told=" ", by=RITA, now=NOW)
        assert refuse(session, ticket, told="Not bought here.", by=RITA, now=NOW).told
        case = authorise(session, ticket, TERMS, today=TODAY, by=RITA, now=NOW)
        assert (case.status, case.told) == (ReturnStatus.AUTHORISED, "")


def test_done_ticket_is_not_authorised(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, status=ReturnStatus.REQUESTED)
        ticket.status = TicketStatus.RESOLVED
        with pytest.raises(NotAllowed):
            authorise(session, ticket, TERMS, today=TODAY, by=RITA, now=NOW)


def test_closed_request_is_withdrawn_and_an_open_one_is_not(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session)
        assert not withdraw_case(session, ticket, now=NOW)
        ticket.status = TicketStatus.CLOSED
        assert withdraw_case(session, ticket, now=NOW)
        assert not withdraw_case(session, ticket, now=NOW)


@pytest.mark.parametrize("status", ReturnStatus)
def test_moves_that_are_not_named_are_refused(status: ReturnStatus) -> None:
    case = ReturnCase(status=status)
    for to in ReturnStatus:
        if to in MOVES[status]:
            check_move(case, to)
            continue
        with pytest.raises(NotAllowed):
            check_move(case, to)


def test_watch_ends_what_is_over_once_and_tells_the_customer(
    stocked_sessions: SessionFactory,
) -> None:
    engine = FakeEngine()
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        overdue = returned_ticket(session, ReturnStatus.AUTHORISED, conversation_id="c-1")
        closed = returned_ticket(session)
        closed.status = TicketStatus.CLOSED
        waiting = returned_ticket(session)
        ids, number = (overdue.id, closed.id, waiting.id), overdue.number
    watch = ReturnWatch(stocked_sessions, lambda: NOW + timedelta(days=25), engine, ZONE)
    watch.look()
    watch.look()
    with reading(stocked_sessions) as session:
        statuses = {one.ticket_id: one.status for one in session.scalars(select(ReturnCase))}
        payloads = session.scalars(select(Message.payload)).all()
    assert [statuses[one] for one in ids] == ["expired", "withdrawn", "requested"]
    assert payloads == [f'/postback{{"do": "return_told", "of": "{number} expired"}}']
    assert engine.woken == [("c-1", 1)]


def test_numbers_of_tickets_and_returns_are_never_taken_for_each_other() -> None:
    for _ in range(200):
        rma = new_rma()
        assert read_rma(f" RMA: {rma.lower()} ") == rma
        assert read_number(rma) is None
    assert read_rma("K4F-7M2C") is None
    assert read_rma("") is None


def test_mistyped_number_is_noticed() -> None:
    rma = new_rma()
    other = "A" if rma[0] != "A" else "C"
    assert read_rma(other + rma[1:]) is None
