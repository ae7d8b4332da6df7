from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed
from aftercare.satisfaction.surveys import (
    give_reason,
    may_follow_up,
    open_survey,
    rate,
    settle_follow_up,
)
from aftercare.tables.satisfaction import FollowUp, Survey
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor, record
from aftercare.tickets.life import move
from tests.factories import AT, make_conversation, make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH
LATER = AT + timedelta(hours=1)


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """A transaction of which nothing stays."""
    with company() as session:
        yield session
        session.rollback()


def _solved(session: Session, by: Staff) -> Ticket:
    talk = make_conversation(session)
    ticket = make_ticket(session, conversation_id=talk.id)
    for step in ticket.steps:
        step.required = False
    move(session, ticket, TicketStatus.RESOLVED, by=Actor.of(by), now=AT)
    move(session, ticket, TicketStatus.CLOSED, by=Actor.of(by), now=AT)
    return ticket


def _asked(session: Session, ticket: Ticket) -> Survey:
    assert ticket.conversation_id
    survey = open_survey(session, ticket, ticket.conversation_id, "en", AT)
    assert survey
    return survey


def test_unhappy_answer_is_followed_up_by_somebody_else(session: Session) -> None:
    rita = make_staff(session)
    bruno = make_staff(session, email="bruno@marulho.example", name="Bruno Reis")
    ticket = _solved(session, rita)
    record(session, ticket, "note", by=Actor.of(bruno), now=AT, note="Called")
    survey = _asked(session, ticket)
    assert rate(session, survey, 2, LATER)
    give_reason(session, survey, "  It took weeks ")
    assert (survey.rating, survey.answered_at, survey.reason) == (2, LATER, "It took weeks")
    assert survey.follow_up == FollowUp.OPEN
    assert {(one.staff_id, one.solved) for one in survey.people} == {
        (rita.id, True),
        (bruno.id, False),
    }
    assert not may_follow_up(session, survey, rita)
    with pytest.raises(NotAllowed):
        settle_follow_up(session, survey, rita, "I called", LATER)
    with pytest.raises(NotAllowed):
        settle_follow_up(session, survey, bruno, "  ", LATER)
    settle_follow_up(session, survey, bruno, "Called, sent a voucher", LATER)
    assert (survey.follow_up, survey.followed_up_by) == (FollowUp.DONE, bruno.id)
    assert [line.kind for line in ticket.events][-3:] == ["rated", "follow_up", "followed_up"]
    with pytest.raises(NotAllowed):
        settle_follow_up(session, survey, bruno, "Again", LATER)


def test_only_person_there_is_may_follow_up(session: Session) -> None:
    rita = make_staff(session)
    survey = _asked(session, _solved(session, rita))
    rate(session, survey, 1, LATER)
    assert may_follow_up(session, survey, rita)


def test_happy_answer_needs_no_follow_up_and_counts_once(session: Session) -> None:
    survey = _asked(session, _solved(session, make_staff(session)))
    assert rate(session, survey, 4, LATER)
    assert not rate(session, survey, 1, LATER)
    assert (survey.rating, survey.follow_up) == (4, FollowUp.NONE)


@pytest.mark.parametrize("rating", [0, 6])
def test_rating_outside_of_one_to_five_is_refused(session: Session, rating: int) -> None:
    survey = _asked(session, _solved(session, make_staff(session)))
    with pytest.raises(ValueError, match="no rating"):
        rate(session, survey, rating, LATER)


def test_ticket_is_asked_after_once_answered_never_again(session: Session) -> None:
    ticket = _solved(session, make_staff(session))
    first = _asked(session, ticket)
    assert _asked(session, ticket).id == first.id  # it was reopened before there was an answer
    rate(session, first, 5, LATER)
    assert ticket.conversation_id
    assert open_survey(session, ticket, ticket.conversation_id, "en", LATER) is None


def test_nobody_is_asked_what_they_think_of_giving_an_opinion(session: Session) -> None:
    talk = make_conversation(session)
    ticket = make_ticket(session, service_id="feedback", conversation_id=talk.id)
    assert open_survey(session, ticket, talk.id, "en", AT) is None
    assert session.scalar(select(Survey.id)) is None
