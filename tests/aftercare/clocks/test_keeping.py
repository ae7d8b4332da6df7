"""The clocks of a ticket from its opening to its end, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from aftercare.clocks.figures import Phase, count_due, count_late, read_clocks
from aftercare.clocks.files import ClockPlanFile
from aftercare.clocks.keeping import ANSWERED, answered_in, follow_priority
from aftercare.clocks.plan import put_plan, read_plan
from aftercare.clocks.watch import DUE_SOON, LATE, ClockWatch
from aftercare.database import SessionFactory, reading, writing
from aftercare.evaluation.rule import Band
from aftercare.handover.changes import Written, reply, take
from aftercare.tables.catalogue import Service
from aftercare.tables.clocks import ClockKind, DueState, TicketClock
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.tickets.history import DESK, Actor
from aftercare.tickets.life import move, withdraw
from tests.factories import make_conversation, make_customer, make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH

#: Monday, 8:00 in São Paulo, where the company works from 8:00 to 18:00.
MONDAY = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUSTOMER = Actor("customer")


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """A session whose work is rolled back."""
    with company() as session:
        session.connection(execution_options={"write": True})
        yield session
        session.rollback()


@pytest.fixture
def staff(session: Session) -> Actor:
    return Actor.of(make_staff(session))


def promise(session: Session, **targets: dict[str, str]) -> None:
    """Let the company promise only this, by priority."""
    plan = read_plan(session)
    assert plan
    clocks = {"targets": targets, "escalate_to": "escalation"}
    put_plan(
        session,
        ClockPlanFile.model_validate({**plan.file.model_dump(mode="json"), "clocks": clocks}),
    )
    session.flush()


def ticket_of_band(session: Session, band: Band = Band.NORMAL, **changes: object) -> Ticket:
    """A ticket of a priority of which only its own is promised 4 hours and 20 hours."""
    promise(session, **{band: {"response": "4h", "solution": "20h"}})
    ticket = make_ticket(session, at=MONDAY, **changes)  # type: ignore[arg-type]
    ticket.band = band
    follow_priority(session, ticket, MONDAY)
    session.flush()
    return ticket


def clock(ticket: Ticket, kind: ClockKind) -> TicketClock:
    return next(clock for clock in ticket.clocks if clock.kind == kind)


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.events]


def test_opened_ticket_is_due_by_its_priority_in_business_hours(session: Session) -> None:
    ticket = make_ticket(session, at=MONDAY)
    plan = read_plan(session)
    assert plan
    target = plan.target(ClockKind.RESPONSE, ticket.band, False, {})
    assert target and target.minutes <= 600
    assert ticket.due_at == MONDAY + timedelta(minutes=target.minutes)
    assert (ticket.due_state, ticket.clocks_stale) == (DueState.ON_TIME, False)
    assert {clock.kind for clock in ticket.clocks} == {"response", "solution"}


def test_danger_runs_around_the_clock(session: Session) -> None:
    promise(session, danger={"response": "30m"}, urgent={"response": "1h", "solution": "8h"})
    saturday = datetime(2026, 3, 7, 23, 0, tzinfo=UTC)
    ticket = make_ticket(session, at=saturday, danger=True)
    assert ticket.due_at == saturday + HOUR / 2
    # What danger does not say is promised as to any other urgent ticket: until Monday evening.
    solution = clock(ticket, ClockKind.SOLUTION)
    assert solution.due_at == datetime(2026, 3, 9, 19, 0, tzinfo=UTC)


def test_service_promises_otherwise_or_nothing(session: Session) -> None:
    promise(session, **{band: {"response": "4h", "solution": "20h"} for band in Band})
    service = session.get_one(Service, "repair")
    service.targets = {band: {"response": "2h", "solution": "none"} for band in Band}
    ticket = make_ticket(session, at=MONDAY)
    assert [clock.kind for clock in ticket.clocks] == ["response"]
    assert ticket.due_at == MONDAY + 2 * HOUR
    session.execute(update(Service).values(targets={}))


def test_company_without_targets_promises_nothing(session: Session) -> None:
    promise(session)
    ticket = make_ticket(session, at=MONDAY)
    assert (ticket.clocks, ticket.due_at, ticket.due_state) == ([], None, None)


def test_move_by_staff_is_the_first_answer_and_one_by_the_desk_is_none(
    session: Session, staff: Actor
) -> None:
    ticket = ticket_of_band(session)
    move(session, ticket, TicketStatus.IN_PROGRESS, by=DESK, now=MONDAY + HOUR)
    assert clock(ticket, ClockKind.RESPONSE).stopped_at is None
    move(session, ticket, TicketStatus.WAITING, by=staff, now=MONDAY + 2 * HOUR)
    answered = clock(ticket, ClockKind.RESPONSE)
    assert (answered.stopped_at, answered.used_seconds) == (MONDAY + 2 * HOUR, 2 * 3600)


def test_solution_is_paused_while_the_customer_is_waited_for(
    session: Session, staff: Actor
) -> None:
    ticket = ticket_of_band(session)
    move(session, ticket, TicketStatus.WAITING, by=staff, now=MONDAY + 6 * HOUR)
    assert (ticket.due_at, ticket.due_state) == (None, None)
    solution = clock(ticket, ClockKind.SOLUTION)
    assert (solution.used_seconds, solution.paused_at) == (6 * 3600, MONDAY + 6 * HOUR)
    # A week later 14 of the 20 hours are left: 10 on Monday, 4 on Tuesday.
    later = MONDAY + timedelta(days=7)
    move(session, ticket, TicketStatus.IN_PROGRESS, by=staff, now=later)
    assert ticket.due_at == later + timedelta(days=1, hours=4)
    assert (solution.used_seconds, solution.running_since) == (6 * 3600, later)


def test_resolved_ticket_is_due_no_more_and_a_reopened_one_goes_on(
    session: Session, staff: Actor
) -> None:
    ticket = ticket_of_band(session)
    withdraw(session, ticket, by=staff, note="Sold it.", now=MONDAY + 3 * HOUR)
    assert (ticket.due_at, ticket.due_state) == (None, None)
    assert {reading.phase for reading in read_clocks(session, ticket, MONDAY)} == {Phase.STOPPED}
    later = MONDAY + timedelta(days=1)
    move(session, ticket, TicketStatus.IN_PROGRESS, by=staff, now=later)
    assert ticket.due_at == later + timedelta(days=1, hours=7)
    assert clock(ticket, ClockKind.RESPONSE).stopped_at == MONDAY + 3 * HOUR


def test_word_of_staff_in_the_conversation_is_the_first_answer(session: Session) -> None:
    conversation = make_conversation(session)
    rita = make_staff(session)
    ticket = ticket_of_band(session, conversation_id=conversation.id)
    take(session, conversation.id, rita, MONDAY)
    first = Written("I am looking into it.", "form-1")
    reply(session, conversation.id, rita, first, MONDAY + HOUR)
    assert clock(ticket, ClockKind.RESPONSE).stopped_at == MONDAY + HOUR
    assert ticket.due_at == clock(ticket, ClockKind.SOLUTION).due_at
    reply(session, conversation.id, rita, Written("Done.", "form-2"), MONDAY + 2 * HOUR)
    answered_in(session, conversation.id, by=Actor.of(rita), now=MONDAY + 3 * HOUR)
    assert kinds(ticket).count(ANSWERED) == 1


def test_other_priority_gives_other_targets_and_keeps_what_is_used(session: Session) -> None:
    ticket = ticket_of_band(session, Band.LOW)
    promise(session, urgent={"response": "3h", "solution": "8h"})
    ticket.band = Band.URGENT
    follow_priority(session, ticket, MONDAY + HOUR)
    assert ticket.due_at == MONDAY + 3 * HOUR
    assert clock(ticket, ClockKind.SOLUTION).due_at == MONDAY + 8 * HOUR
    promise(session)
    follow_priority(session, ticket, MONDAY + HOUR)
    assert ticket.clocks == []
    assert ticket.due_state is None


def test_ticket_lies_in_the_region_of_its_address_and_of_the_customers_earlier_one(
    session: Session,
) -> None:
    in_manaus = {"address": "Rua 10, 5, Manaus, 69050-001"}
    mail = f"{make_customer(session).email}"
    first = make_ticket(session, service_id="installation", records=in_manaus, email=mail)
    assert first.region == "amazonas"
    assert make_ticket(session, email=mail).region == "amazonas"
    assert make_ticket(session).region is None
    elsewhere = {"address": "Rua 10, 69, São Paulo, 01310-100"}
    assert make_ticket(session, service_id="installation", records=elsewhere).region is None


def test_region_has_its_own_hours(session: Session) -> None:
    promise(session, **{band: {"response": "1h"} for band in Band})
    in_manaus = {"address": "Rua 10, 5, Manaus, 69050-001"}
    ticket = make_ticket(session, at=MONDAY, service_id="installation", records=in_manaus)
    # At 8:00 in São Paulo it is 7:00 in Manaus, where work begins at 8:00.
    assert ticket.due_at == MONDAY + 2 * HOUR


# The watch -------------------------------------------------------------------------


class Desk:
    """Tickets that stay, and a clock that is set by hand."""

    def __init__(self, company: SessionFactory) -> None:
        self.sessions, self.now = company, MONDAY
        with writing(company) as session:
            self.plan = read_plan(session).file  # type: ignore[union-attr]
            self.id = ticket_of_band(session).id

    def look(self, at: datetime) -> None:
        self.now = at
        ClockWatch(self.sessions, lambda: self.now).look()

    def lines(self) -> list[str]:
        with reading(self.sessions) as session:
            events = session.scalars(
                select(TicketEvent.kind)
                .where(TicketEvent.ticket_id == self.id, TicketEvent.kind != "opened")
                .order_by(TicketEvent.id)
            )
            return list(events)

    def ticket(self, session: Session) -> Ticket:
        return session.get_one(Ticket, self.id)


@pytest.fixture
def desk(company: SessionFactory) -> Iterator[Desk]:
    desk = Desk(company)
    yield desk
    with writing(company) as session:
        put_plan(session, desk.plan)
        for table in (TicketClock, TicketEvent):
            session.query(table).delete()
        session.execute(update(Ticket).values(due_at=None, due_state=None, clocks_stale=False))
        session.execute(update(Team).values(active=False))


def test_ticket_is_warned_of_once_and_then_late_once(desk: Desk) -> None:
    desk.look(MONDAY + 2.9 * HOUR)
    assert desk.lines() == []
    desk.look(MONDAY + 3 * HOUR)
    desk.look(MONDAY + 3.1 * HOUR)
    assert desk.lines() == [DUE_SOON]
    with reading(desk.sessions) as session:
        assert desk.ticket(session).due_state == DueState.DUE_SOON
        assert (count_due(session, DueState.DUE_SOON), count_late(session)) == (1, 0)
    desk.look(MONDAY + 4 * HOUR)
    desk.look(MONDAY + 5 * HOUR)
    assert desk.lines() == [DUE_SOON, LATE]
    with reading(desk.sessions) as session:
        assert desk.ticket(session).due_state == DueState.LATE
        assert (count_due(session, DueState.LATE), count_late(session)) == (1, 1)
        last = session.scalar(select(TicketEvent.note).where(TicketEvent.kind == LATE))
        assert last == "The first answer was due by 2 Mar 2026, 12:00 (America/Sao Paulo)."


def test_warning_that_nobody_saw_in_time_is_not_given_after_the_breach(desk: Desk) -> None:
    desk.look(MONDAY + 5 * HOUR)
    assert desk.lines() == [LATE]


def test_late_ticket_that_is_answered_is_late_no_more(desk: Desk) -> None:
    desk.look(MONDAY + 5 * HOUR)
    with writing(desk.sessions) as session:
        staff = Actor.of(make_staff(session, email="late@marulho.example"))
        move(
            session,
            desk.ticket(session),
            TicketStatus.IN_PROGRESS,
            by=staff,
            now=MONDAY + 6 * HOUR,
        )
    with reading(desk.sessions) as session:
        ticket = desk.ticket(session)
        assert ticket.due_state == DueState.ON_TIME
        response, _ = read_clocks(session, ticket, MONDAY + 6 * HOUR)
        assert (response.phase, response.late) == (Phase.STOPPED, True)


def test_late_ticket_goes_to_the_team_that_steps_in(desk: Desk) -> None:
    with writing(desk.sessions) as session:
        team = Team(name=f"Leads {desk.id}", role="escalation", active=True, created_at=MONDAY)
        session.add(team)
        session.flush()
        team_id = team.id
    desk.look(MONDAY + 4 * HOUR)
    with reading(desk.sessions) as session:
        assert desk.ticket(session).team_id == team_id
    assert desk.lines() == [LATE, "team"]


def test_several_processes_warn_once(desk: Desk) -> None:
    desk.now = MONDAY + 4 * HOUR
    ready = Barrier(4)

    def watch() -> None:
        ready.wait()
        ClockWatch(desk.sessions, lambda: desk.now).look()

    watchers = [Thread(target=watch) for _ in range(4)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    assert desk.lines() == [LATE]


def test_tickets_without_clocks_get_them_from_their_history(desk: Desk) -> None:
    with writing(desk.sessions) as session:
        ticket = desk.ticket(session)
        staff = Actor.of(make_staff(session, email="past@marulho.example"))
        move(session, ticket, TicketStatus.WAITING, by=staff, now=MONDAY + 2 * HOUR)
        move(session, ticket, TicketStatus.IN_PROGRESS, by=staff, now=MONDAY + 5 * HOUR)
        due, used = ticket.due_at, clock(ticket, ClockKind.SOLUTION).used_seconds
        ticket.clocks.clear()
        ticket.due_at, ticket.clocks_stale = None, True
    desk.look(MONDAY + 6 * HOUR)
    with reading(desk.sessions) as session:
        ticket = desk.ticket(session)
        assert (ticket.due_at, clock(ticket, ClockKind.SOLUTION).used_seconds) == (due, used)
        assert clock(ticket, ClockKind.RESPONSE).stopped_at == MONDAY + 2 * HOUR
        assert session.scalar(select(func.count()).where(Ticket.clocks_stale)) == 0


def test_other_priority_reaches_the_clocks_at_the_next_look(desk: Desk) -> None:
    with writing(desk.sessions) as session:
        promise(session, urgent={"response": "1h", "solution": "8h"})
        ticket = desk.ticket(session)
        ticket.band, ticket.clocks_stale = Band.URGENT, True
    desk.look(MONDAY + 2 * HOUR)
    assert desk.lines() == [LATE]
    with reading(desk.sessions) as session:
        assert desk.ticket(session).due_at == MONDAY + HOUR
