"""Checklist, people and records of a ticket, and what must be there before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.snapshot import Catalogue, CatalogueReader
from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.staff.teams import NameTaken, RoleTaken, add_member, change_team, make_team
from aftercare.staff.teams import retire_team as retire
from aftercare.tables.catalogue import Service
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.assignment import assign, give_to_team, hand_on
from aftercare.tickets.checklist import tick, untick
from aftercare.tickets.history import Actor, EventKind
from aftercare.tickets.life import DESK, Incomplete, TooLate, move, next_moves, withdraw
from aftercare.tickets.records import Entry, WrongValue, fill_in
from tests.factories import make_staff, make_ticket

RESOLVED, CLOSED = TicketStatus.RESOLVED, TicketStatus.CLOSED


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """Nothing that a test does stays."""
    with company() as session:
        yield session
        session.rollback()


@pytest.fixture
def rita(session: Session) -> Staff:
    return make_staff(session)


@pytest.fixture
def by(rita: Staff) -> Actor:
    return Actor.of(rita)


@pytest.fixture
def products(company: SessionFactory) -> Catalogue:
    return CatalogueReader(company).newest()


def last(ticket: Ticket) -> tuple[str, str | None, str | None, str | None]:
    line = ticket.events[-1]
    return line.kind, line.about, line.before, line.after


# Checklist --------------------------------------------------------------------


def test_ticket_keeps_the_steps_that_its_service_had(session: Session, now: datetime) -> None:
    ticket = make_ticket(session, at=now)
    service = session.get_one(Service, "repair")
    assert [step.key for step in ticket.steps] == [step["id"] for step in service.procedure]
    service.procedure = service.procedure[:1]
    session.flush()
    session.expire_all()
    assert len(ticket.steps) > 1


def test_steps_of_the_bot_need_no_tick(session: Session, now: datetime) -> None:
    service = session.get_one(Service, "repair")
    service.procedure = [{**service.procedure[0], "role": "bot"}, *service.procedure[1:]]
    ticket = make_ticket(session, at=now)
    assert service.procedure[0]["id"] not in {step.key for step in ticket.steps}


def test_step_is_ticked_and_opened_again_with_its_author(
    session: Session, by: Actor, now: datetime
) -> None:
    ticket = make_ticket(session)
    step = ticket.steps[0]
    tick(session, ticket, step.key, by=by, now=now)
    assert (step.done_at, step.done_by, step.done_by_id) == (now, by.name, by.staff_id)
    assert last(ticket) == (EventKind.STEP_DONE, step.key, None, None)
    tick(session, ticket, step.key, by=DESK, now=now + timedelta(hours=1))
    assert (step.done_at, step.done_by) == (now, by.name), "the first tick counts"
    untick(session, ticket, step.key, by=by, now=now)
    assert step.done_at is None and step.done_by is None
    assert last(ticket)[0] == EventKind.STEP_OPEN
    with pytest.raises(NotFound):
        tick(session, ticket, "no_such_step", by=by, now=now)


def test_steps_of_a_done_ticket_stay(session: Session, by: Actor, now: datetime) -> None:
    ticket = make_ticket(session, status=RESOLVED)
    with pytest.raises(NotAllowed):
        tick(session, ticket, ticket.steps[0].key, by=by, now=now)


# What must be there -----------------------------------------------------------


def test_ticket_is_not_done_while_a_required_step_is_open(
    session: Session, by: Actor, now: datetime
) -> None:
    ticket = make_ticket(session)
    step = ticket.steps[0]
    step.required = True
    for to in (RESOLVED, CLOSED):
        with pytest.raises(Incomplete) as refused:
            move(session, ticket, to, by=by, now=now)
        assert refused.value.lacking.steps == (step,)
    tick(session, ticket, step.key, by=by, now=now)
    move(session, ticket, RESOLVED, by=by, now=now)
    assert ticket.status == RESOLVED


def test_ticket_is_not_done_without_a_required_record(
    session: Session, by: Actor, products: Catalogue, now: datetime
) -> None:
    ticket = make_ticket(session, service_id="repair", product_id=None)
    with pytest.raises(Incomplete) as refused:
        move(session, ticket, RESOLVED, by=by, now=now)
    assert [one.field for one in refused.value.lacking.records] == ["product"]
    entry = Entry("product", "mare-w900", "")
    fill_in(session, ticket, entry, products, today=now.date(), by=by, now=now)
    move(session, ticket, RESOLVED, by=by, now=now)
    assert ticket.status == RESOLVED


def test_ticket_that_nobody_wants_closes_without_a_solution(
    session: Session, by: Actor, now: datetime
) -> None:
    ticket = make_ticket(session, product_id=None)
    with pytest.raises(NotAllowed):
        withdraw(session, ticket, by=by, note=" ", now=now)
    withdraw(session, ticket, by=by, note="Bought a new one", now=now)
    assert (ticket.status, ticket.closed_at) == (CLOSED, now)
    assert ticket.events[-1].note == "Bought a new one"
    with pytest.raises(NotAllowed):
        withdraw(session, ticket, by=by, note="again", now=now)


# Moves ------------------------------------------------------------------------


def test_ticket_obeys_the_life_of_its_service(session: Session, by: Actor, now: datetime) -> None:
    session.get_one(Service, "repair").life = {"new": ["in_progress"], "in_progress": ["closed"]}
    ticket = make_ticket(session)
    assert next_moves(ticket, now) == (TicketStatus.IN_PROGRESS,)
    with pytest.raises(NotAllowed):
        move(session, ticket, RESOLVED, by=by, now=now)
    move(session, ticket, TicketStatus.IN_PROGRESS, by=by, now=now)
    move(session, ticket, CLOSED, by=by, now=now)
    assert next_moves(ticket, now) == ()


def test_closed_ticket_is_reopened_within_the_period_only(
    session: Session, by: Actor, now: datetime
) -> None:
    ticket = make_ticket(session)
    move(session, ticket, CLOSED, by=by, now=now)
    late = now + timedelta(days=7, seconds=1)
    assert next_moves(ticket, late, reopen_days=7) == ()
    with pytest.raises(TooLate):
        move(session, ticket, TicketStatus.IN_PROGRESS, by=by, now=late, reopen_days=7)
    in_time = now + timedelta(days=7)
    move(session, ticket, TicketStatus.IN_PROGRESS, by=by, now=in_time, reopen_days=7)
    assert ticket.closed_at is None


# People -----------------------------------------------------------------------


def test_ticket_is_given_to_a_person_and_taken_back(
    session: Session, rita: Staff, by: Actor, now: datetime
) -> None:
    ticket = make_ticket(session)
    assign(session, ticket, rita, by=by, now=now)
    assert ticket.assignee is rita
    assert last(ticket) == (EventKind.ASSIGNED, None, None, "Rita Prado")
    lines = len(ticket.events)
    assign(session, ticket, rita, by=by, now=now)
    assert len(ticket.events) == lines
    assign(session, ticket, None, by=by, now=now)
    assert ticket.assignee_id is None
    assert last(ticket) == (EventKind.ASSIGNED, None, "Rita Prado", None)


def test_nobody_who_left_and_no_retired_team_gets_tickets(
    session: Session, rita: Staff, by: Actor, now: datetime
) -> None:
    ticket, team = make_ticket(session), make_team(session, "Night shift", None, now)
    rita.active = False
    retire(session, team)
    with pytest.raises(NotAllowed):
        assign(session, ticket, rita, by=by, now=now)
    with pytest.raises(NotAllowed):
        give_to_team(session, ticket, team, by=by, now=now)
    assert (ticket.assignee_id, ticket.team_id) == (None, None)


def test_closed_ticket_is_given_to_nobody(
    session: Session, rita: Staff, by: Actor, now: datetime
) -> None:
    ticket = make_ticket(session, status=CLOSED)
    with pytest.raises(NotAllowed):
        assign(session, ticket, rita, by=by, now=now)


def test_new_ticket_goes_to_the_team_of_its_first_step(
    session: Session, rita: Staff, now: datetime
) -> None:
    role = session.get_one(Service, "repair").procedure[0]["role"]
    assert make_ticket(session).team_id is None
    team = make_team(session, "Front desk", role, now)
    add_member(session, team, rita)
    assert make_ticket(session).team is team
    hand_on(session, team, None, by=DESK, now=now)
    retire(session, team)
    assert make_ticket(session).team_id is None


def test_name_and_role_belong_to_one_team(session: Session, now: datetime) -> None:
    first = make_team(session, " Front  desk ", "support", now)
    assert first.name == "Front desk"
    with pytest.raises(NameTaken):
        make_team(session, "Front desk", None, now)
    second = make_team(session, "Workshop", None, now)
    with pytest.raises(RoleTaken):
        change_team(session, second, "Workshop", "support")
    assert (second.name, second.role) == ("Workshop", None)
    retire(session, first)
    change_team(session, second, "Workshop", "support")
    assert second.role == "support"


# Records ----------------------------------------------------------------------


def fill(
    session: Session, ticket: Ticket, products: Catalogue, entry: Entry, by: Actor, now: datetime
) -> None:
    fill_in(session, ticket, entry, products, today=now.date(), by=by, now=now)


@pytest.mark.parametrize(
    ("field", "words", "kept"),
    [
        ("purchase_date", "2025-11-03", "2025-11-03"),
        ("serial_number", "w9 1234 5678", "W912345678"),
        ("symptom", "leak", "leak"),
        ("part", "mare-w900/door_seal", "mare-w900/door_seal"),
        ("email", " Ana@Mail.example ", "ana@mail.example"),
    ],
)
def test_record_is_filled_in_as_a_customer_would_have_given_it(
    session: Session,
    by: Actor,
    products: Catalogue,
    now: datetime,
    field: str,
    words: str,
    kept: str,
) -> None:
    ticket = make_ticket(session, email=None)
    fill(session, ticket, products, Entry(field, words, ""), by, now)
    assert {one.field: one.value for one in ticket.records}[field] == kept
    assert last(ticket) == (EventKind.RECORD, field, None, kept)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("purchase_date", "yesterday"),
        ("purchase_date", "2999-01-01"),
        ("serial_number", "12"),
        ("symptom", "no_such_fault"),
        ("part", "aroma-c200/door_seal"),
        ("product", "no-such-product"),
        ("product", ""),
        ("email", "nobody"),
        ("description", "x" * 5000),
    ],
)
def test_value_that_is_none_is_refused(
    session: Session, by: Actor, products: Catalogue, now: datetime, field: str, words: str
) -> None:
    seen = {"product": "mare-w900", "description": "It does not spin."}.get(field, "")
    ticket = make_ticket(session, email=None)
    lines = len(ticket.events)
    with pytest.raises(WrongValue):
        fill(session, ticket, products, Entry(field, words, seen), by, now)
    assert (len(ticket.events), ticket.records) == (lines, [])


def test_correction_keeps_the_old_value_in_the_history(
    session: Session, by: Actor, products: Catalogue, now: datetime
) -> None:
    ticket = make_ticket(session, records={"symptom": "leak"})
    fill(session, ticket, products, Entry("symptom", "", "leak"), by, now)
    assert last(ticket) == (EventKind.RECORD, "symptom", "leak", None)
    assert ticket.records == []


def test_outdated_page_changes_no_record(
    session: Session, by: Actor, products: Catalogue, now: datetime
) -> None:
    ticket = make_ticket(session, records={"symptom": "leak"})
    with pytest.raises(StaleEdit):
        fill(session, ticket, products, Entry("symptom", "noise", ""), by, now)


def test_records_of_a_done_ticket_stay(
    session: Session, by: Actor, products: Catalogue, now: datetime
) -> None:
    ticket = make_ticket(session, status=RESOLVED)
    with pytest.raises(NotAllowed):
        fill(session, ticket, products, Entry("symptom", "leak", ""), by, now)


def test_corrected_product_moves_the_ticket_and_weighs_it_anew(
    session: Session, by: Actor, products: Catalogue, now: datetime
) -> None:
    ticket = make_ticket(session)
    other = next(one for one in sorted(products.products) if one != ticket.product_id)
    before = ticket.price_minor
    fill(session, ticket, products, Entry("product", other, "mare-w900"), by, now)
    assert ticket.product_id == other
    assert ticket.price_minor != before
    assert session.scalar(select(Ticket.product_id).where(Ticket.id == ticket.id)) == other
