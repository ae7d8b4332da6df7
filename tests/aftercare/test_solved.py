from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.announcements import Announcements
from aftercare.database import SessionFactory, reading, writing
from aftercare.solved import UncontestedSolutions, announce_outcome
from aftercare.tables.conversations import ChatSession, Message
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import DESK, EventKind
from aftercare.tickets.life import put_status
from tests.conftest import settings_in
from tests.factories import AT, make_conversation, make_ticket
from tests.fakes import FakeEngine
from tests.postgresql import BOTH

pytestmark = BOTH
DAY = timedelta(days=1)


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """A transaction of which nothing stays."""
    with company() as session:
        yield session
        session.rollback()


def _ticket(
    session: Session, status: TicketStatus, *, at: datetime = AT, chat_days: int = 30, **more: Any
) -> Ticket:
    """A ticket of a chat that its customer can open for so many days."""
    talk = make_conversation(session, channel=more.pop("channel", "website"))
    if chat_days:
        session.add(
            ChatSession(
                token_hash=talk.id,
                conversation_id=talk.id,
                created_at=at,
                expires_at=at + timedelta(days=chat_days),
            )
        )
    ticket = make_ticket(session, conversation_id=talk.id, at=at, **more)
    put_status(session, ticket, status, EventKind.STATUS, by=DESK, now=at)
    return ticket


@pytest.mark.parametrize(
    ("status", "do"), [(TicketStatus.RESOLVED, "solved"), (TicketStatus.CLOSED, "closed")]
)
def test_outcome_is_announced_in_the_customers_chat(
    session: Session, status: TicketStatus, do: str
) -> None:
    ticket, engine = _ticket(session, status), FakeEngine()
    announcements = Announcements(engine)
    assert announce_outcome(session, announcements, ticket, AT)
    message = session.scalars(
        select(Message).where(Message.conversation_id == ticket.conversation_id)
    ).one()
    assert message.payload == f'/postback{{"do": "{do}", "of": "{ticket.number}"}}'
    announcements.send()
    assert engine.woken == [(ticket.conversation_id, message.seq)]


@pytest.mark.parametrize(
    "make",
    [
        lambda session: _ticket(session, TicketStatus.IN_PROGRESS),
        lambda session: _ticket(session, TicketStatus.RESOLVED, chat_days=0),
        lambda session: _ticket(session, TicketStatus.RESOLVED, at=AT - 31 * DAY),
        lambda session: _ticket(session, TicketStatus.CLOSED, service_id="feedback"),
    ],
    ids=["in work", "no chat", "chat is over", "an opinion"],
)
def test_nothing_is_announced_that_nobody_hears_or_needs(
    session: Session, make: Callable[[Session], Ticket]
) -> None:
    assert not announce_outcome(session, Announcements(FakeEngine()), make(session), AT)


def test_other_channels_keep_their_chats(session: Session) -> None:
    ticket = _ticket(session, TicketStatus.RESOLVED, chat_days=0, channel="whatsapp")
    assert announce_outcome(session, Announcements(FakeEngine()), ticket, AT)


def _numbers(sessions: SessionFactory, status: TicketStatus) -> set[str]:
    with reading(sessions) as session:
        return set(session.scalars(select(Ticket.number).where(Ticket.status == status)))


def test_what_nobody_contests_is_closed_after_its_time_and_once(
    company: SessionFactory, tmp_path: Path
) -> None:
    with writing(company) as session:
        old = _ticket(session, TicketStatus.RESOLVED, at=AT - 8 * DAY).number
        new = _ticket(session, TicketStatus.RESOLVED, at=AT - 6 * DAY).number
    engine = FakeEngine()
    job = UncontestedSolutions(settings_in(tmp_path), company, lambda: AT, engine)
    assert job.close() == 1
    assert job.close() == 0
    assert old in _numbers(company, TicketStatus.CLOSED)
    assert new in _numbers(company, TicketStatus.RESOLVED)
    with reading(company) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == old)).one()
        assert ticket.events[-1].actor == DESK.name
        assert engine.deferred == [ticket.conversation_id]
    never = settings_in(tmp_path, confirm_days=0)
    assert UncontestedSolutions(never, company, lambda: AT + 90 * DAY, engine).close() == 0
