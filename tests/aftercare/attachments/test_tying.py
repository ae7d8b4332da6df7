"""A file goes to the ticket that is being filled in when it comes, else to the one opened last."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from aftercare.attachments.tying import (
    of_ticket,
    open_ticket_of,
    settle_earlier,
    waits_for_ticket,
)
from aftercare.database import SessionFactory, writing
from aftercare.tables.conversations import Conversation, MessageState
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.factories import make_attachment, make_conversation, make_message, make_ticket


@pytest.fixture
def session(stocked_sessions: SessionFactory) -> Iterator[Session]:
    with writing(stocked_sessions) as session:
        yield session


def send(session: Session, talk: Conversation, name: str, *, in_work: bool = False) -> None:
    state = MessageState.RECEIVED if in_work else MessageState.DONE
    make_attachment(session, make_message(session, talk, "", state=state), name=name)


def begin_intake(session: Session, talk: Conversation) -> None:
    if waits_for_ticket(session, talk.id):
        settle_earlier(session, talk.id)


def open_for(session: Session, talk: Conversation) -> Ticket:
    return make_ticket(session, conversation_id=talk.id)


def names(session: Session, ticket: Ticket) -> list[str]:
    return [file.name for file in of_ticket(session, ticket)]


def test_files_of_an_intake_go_to_its_ticket(session: Session) -> None:
    talk, other = make_conversation(session), make_conversation(session)
    send(session, other, "other")
    send(session, talk, "before")
    begin_intake(session, talk)
    send(session, talk, "during")
    ticket = open_for(session, talk)
    assert names(session, ticket) == ["before", "during"]
    send(session, talk, "after")
    assert names(session, ticket) == ["before", "during", "after"]


def test_next_intake_leaves_the_earlier_ticket_its_files(session: Session) -> None:
    talk = make_conversation(session)
    send(session, talk, "first")
    one = open_for(session, talk)
    send(session, talk, "addition")
    send(session, talk, "begins the next", in_work=True)
    begin_intake(session, talk)
    send(session, talk, "second")
    two = open_for(session, talk)
    assert names(session, one) == ["first", "addition"]
    assert names(session, two) == ["begins the next", "second"]


def test_given_up_intake_leaves_its_files_with_the_ticket_before(session: Session) -> None:
    talk = make_conversation(session)
    one = open_for(session, talk)
    begin_intake(session, talk)
    send(session, talk, "then cancelled")
    assert names(session, one) == ["then cancelled"]


def test_ticket_without_a_conversation_has_none(session: Session) -> None:
    assert names(session, make_ticket(session)) == []


@pytest.mark.parametrize("status", list(TicketStatus))
def test_only_a_ticket_that_is_worked_on_is_named(session: Session, status: TicketStatus) -> None:
    talk = make_conversation(session)
    assert open_ticket_of(session, talk.id) is None
    ticket = make_ticket(session, conversation_id=talk.id, status=status)
    over = status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
    assert open_ticket_of(session, talk.id) == (None if over else ticket.number)
