"""A ticket's region is corrected by hand, and its clocks are worked out again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from aftercare.clocks.files import ClockPlanFile
from aftercare.clocks.keeping import answered_in, change_region, follow_priority
from aftercare.clocks.plan import put_plan, read_plan
from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed
from aftercare.evaluation.rule import Band
from aftercare.tables.clocks import ClockKind, DueState, TicketClock
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor, EventKind
from aftercare.tickets.life import move
from tests.factories import make_conversation, make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH

#: Monday, 8:00 in São Paulo, where the company works from 8:00 to 18:00.
MONDAY = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: An hour behind, and nobody works in the afternoon.
MANAUS = {
    "id": "manaus",
    "name": {"en": "Manaus", "pt": "Manaus"},
    "postcodes": ["69"],
    "business_hours": {
        "time_zone": "America/Manaus",
        "week": {day: ["08:00-12:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    },
}
#: When the mornings of Manaus begin, from Monday on.
MORNING = MONDAY + HOUR


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """A plan with Manaus, in which 6 hours and 20 hours are promised; its work is rolled back."""
    with company() as session:
        session.connection(execution_options={"write": True})
        plan = read_plan(session)
        assert plan
        targets = {
            "normal": {"response": "6h", "solution": "20h"},
            "danger": {"response": "30m", "solution": "24h"},
        }
        changed = {"regions": [MANAUS], "clocks": {"targets": targets}}
        told = {**plan.file.model_dump(mode="json"), **changed}
        put_plan(session, ClockPlanFile.model_validate(told))
        session.flush()
        yield session
        session.rollback()


@pytest.fixture
def rita(session: Session) -> Actor:
    return Actor.of(make_staff(session))


def open_at_monday(session: Session, **changes: object) -> Ticket:
    ticket = make_ticket(session, at=MONDAY, **changes)  # type: ignore[arg-type]
    ticket.band = Band.NORMAL
    follow_priority(session, ticket, MONDAY)
    session.flush()
    return ticket


def clock(ticket: Ticket, kind: ClockKind = ClockKind.SOLUTION) -> TicketClock:
    return next(clock for clock in ticket.clocks if clock.kind == kind)


def test_other_hours_count_from_the_opening_on(session: Session, rita: Actor) -> None:
    ticket = open_at_monday(session)
    assert ticket.due_at == MONDAY + 6 * HOUR
    change_region(session, ticket, "manaus", by=rita, now=MONDAY + 2 * HOUR)
    # Four hours on Monday, two on Tuesday; five mornings for the solution.
    assert ticket.due_at == MORNING + timedelta(days=1) + 2 * HOUR
    assert clock(ticket).due_at == MORNING + timedelta(days=4) + 4 * HOUR
    line = ticket.events[-1]
    assert (line.kind, line.before, line.after, line.actor) == (
        EventKind.REGION,
        None,
        "manaus",
        rita.name,
    )
    change_region(session, ticket, None, by=rita, now=MONDAY + 3 * HOUR)
    assert ticket.due_at == MONDAY + 6 * HOUR


def test_pauses_and_answers_of_before_count_in_the_new_hours(session: Session, rita: Actor) -> None:
    talk = make_conversation(session)
    ticket = open_at_monday(session, conversation_id=talk.id)
    answered_in(session, talk.id, by=rita, now=MONDAY + 2 * HOUR)
    move(session, ticket, TicketStatus.WAITING, by=rita, now=MONDAY + 3 * HOUR)
    move(session, ticket, TicketStatus.IN_PROGRESS, by=rita, now=MONDAY + 8 * HOUR)
    change_region(session, ticket, "manaus", by=rita, now=MONDAY + 9 * HOUR)
    response = clock(ticket, ClockKind.RESPONSE)
    assert (response.stopped_at, response.used_seconds) == (MONDAY + 2 * HOUR, 3600)
    solution = clock(ticket)
    assert solution.used_seconds == 2 * 3600
    assert solution.due_at == MORNING + timedelta(days=7) + 2 * HOUR


def test_late_ticket_may_be_in_time_after_all(session: Session, rita: Actor) -> None:
    ticket = open_at_monday(session)
    response, now = clock(ticket, ClockKind.RESPONSE), MONDAY + 7 * HOUR
    response.warned_at = response.breached_at = now
    ticket.due_state = DueState.LATE
    change_region(session, ticket, "manaus", by=rita, now=now)
    assert ticket.due_state == DueState.ON_TIME
    assert (response.breached_at, response.look_at) == (None, response.warn_at)


def test_what_was_noticed_is_not_noticed_twice(session: Session, rita: Actor) -> None:
    ticket = open_at_monday(session)
    response, now = clock(ticket, ClockKind.RESPONSE), MONDAY + timedelta(days=3)
    response.warned_at = response.breached_at = MONDAY + 6 * HOUR
    change_region(session, ticket, "manaus", by=rita, now=now)
    assert (response.breached_at, response.look_at) == (MONDAY + 6 * HOUR, None)


def test_danger_knows_no_hours(session: Session, rita: Actor) -> None:
    ticket = open_at_monday(session, danger=True)
    before = ticket.due_at
    change_region(session, ticket, "manaus", by=rita, now=MONDAY + HOUR / 4)
    assert ticket.due_at == before == MONDAY + HOUR / 2


@pytest.mark.parametrize(("region", "status"), [("mars", "new"), ("manaus", "closed")])
def test_what_cannot_be_changes_nothing(
    session: Session, rita: Actor, region: str, status: str
) -> None:
    ticket = open_at_monday(session)
    ticket.status = TicketStatus(status)
    with pytest.raises(NotAllowed):
        change_region(session, ticket, region, by=rita, now=MONDAY + HOUR)
    assert ticket.region is None
