"""The bot asks once for each product whether to remind, after all else was said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.announcements import Announcements
from aftercare.database import SessionFactory, reading, writing
from aftercare.maintenance import asking, watch
from aftercare.maintenance.consent import put_consent
from aftercare.maintenance.watch import MaintenanceWatch
from aftercare.tables.conversations import ChatSession
from aftercare.tables.handover import Handover, HandoverState
from aftercare.tables.maintenance import ConsentHow, MaintenanceQuestion
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.aftercare.maintenance.conftest import P30, RITA, Look, payloads
from tests.conftest import NOW
from tests.crowd import all_at_once
from tests.factories import make_conversation, make_ticket
from tests.fakes import FakeEngine
from tests.postgresql import BOTH

pytestmark = BOTH
MINUTE = timedelta(minutes=1)


def open_in_chat(sessions: SessionFactory, *, email: str = "", **changes: Any) -> Ticket:
    """A ticket of a chat that was opened now."""
    with writing(sessions) as session:
        chat = make_conversation(session, channel=changes.pop("channel", "website"), at=NOW)
        session.add(
            ChatSession(
                token_hash=uuid4().hex,
                conversation_id=chat.id,
                created_at=NOW,
                expires_at=NOW + timedelta(days=30),
            )
        )
        values = {"product_id": P30, "email": email or f"{uuid4().hex}@mail.example", **changes}
        return make_ticket(session, conversation_id=chat.id, at=NOW, **values)


def asked(sessions: SessionFactory, ticket: Ticket) -> list[str]:
    return payloads(sessions, ticket.conversation_id or "")


@pytest.mark.parametrize("service", ["repair", "installation", "maintenance"])
def test_it_is_asked_when_the_chat_has_become_quiet(
    sessions: SessionFactory, look: Look, service: str
) -> None:
    ticket = open_in_chat(sessions, service_id=service)
    assert look(NOW + MINUTE) == []
    assert look(NOW + 3 * MINUTE) == [ticket.conversation_id]
    assert asked(sessions, ticket) == [
        f'/postback{{"do": "maintenance_ask", "of": "{ticket.number}"}}'
    ]
    assert look(NOW + 9 * MINUTE) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"service_id": "complaint"},
        {"service_id": "return"},
        {"service_id": "privacy", "product_id": None},
        {"danger": True},
        {"status": TicketStatus.CLOSED},
        {"channel": "whatsapp"},
        {"email": None, "name": None},
    ],
    ids=["complaint", "return", "privacy", "danger", "closed", "other channel", "nobody"],
)
def test_it_is_not_asked_where_it_makes_no_sense(
    sessions: SessionFactory, look: Look, changes: dict[str, Any]
) -> None:
    with writing(sessions) as session:
        values = {"product_id": P30, "channel": "website", **changes}
        chat = make_conversation(session, channel=values["channel"], at=NOW)
        make_ticket(session, conversation_id=chat.id, at=NOW, **values)
        session.add(
            ChatSession(
                token_hash=uuid4().hex,
                conversation_id=chat.id,
                created_at=NOW,
                expires_at=NOW + timedelta(days=30),
            )
        )
    assert look(NOW + 5 * MINUTE) == []


def test_it_is_too_late_after_two_hours(sessions: SessionFactory, look: Look) -> None:
    open_in_chat(sessions)
    assert look(NOW + 121 * MINUTE) == []


def test_it_is_asked_once_for_a_product_and_again_for_another(
    sessions: SessionFactory, look: Look
) -> None:
    email = f"{uuid4().hex}@mail.example"
    open_in_chat(sessions, email=email)
    assert len(look(NOW + 5 * MINUTE)) == 1
    open_in_chat(sessions, email=email, service_id="maintenance")
    assert look(NOW + 5 * MINUTE) == []
    other = open_in_chat(sessions, email=email, product_id="mare-w900")
    assert look(NOW + 5 * MINUTE) == [other.conversation_id]


@pytest.mark.parametrize("given", [True, False])
def test_who_has_said_yes_or_no_is_not_asked(
    sessions: SessionFactory, look: Look, given: bool
) -> None:
    ticket = open_in_chat(sessions)
    with writing(sessions) as session:
        put_consent(
            session,
            ticket.customer_id or 0,
            "website",
            given=given,
            how=ConsentHow.PHONE,
            by=RITA,
            now=NOW,
        )
    assert look(NOW + 5 * MINUTE) == []


def test_who_talks_with_a_person_is_asked_afterwards(sessions: SessionFactory, look: Look) -> None:
    ticket = open_in_chat(sessions)
    with writing(sessions) as session:
        talk = Handover(
            conversation_id=ticket.conversation_id, state=HandoverState.WAITING, since=NOW
        )
        session.add(talk)
    assert look(NOW + 5 * MINUTE) == []
    with writing(sessions) as session:
        session.get_one(Handover, talk.id).state = HandoverState.OVER
    assert look(NOW + 6 * MINUTE) == [ticket.conversation_id]


def test_many_who_have_to_wait_hold_up_nobody_and_nothing_is_written(
    sessions: SessionFactory, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_MOST", 2)
    waiting = [open_in_chat(sessions) for _ in range(4)]
    with writing(sessions) as session:
        session.add_all(
            Handover(conversation_id=one.conversation_id, state=HandoverState.WAITING, since=NOW)
            for one in waiting
        )
    last = open_in_chat(sessions)
    tried: list[int] = []

    def note(session: Session, announcements: Announcements, ticket: int, now: datetime) -> bool:
        tried.append(ticket)
        return asking.ask_after(session, announcements, ticket, now)

    monkeypatch.setattr(watch, "ask_after", note)
    assert look(NOW + 5 * MINUTE) == [last.conversation_id]
    assert tried == [last.id]


@pytest.mark.timeout(300)
def test_many_processes_ask_once(sessions: SessionFactory) -> None:
    ticket = open_in_chat(sessions)
    engines = [FakeEngine() for _ in range(12)]
    later = NOW + 5 * MINUTE
    all_at_once(
        lambda number: MaintenanceWatch(sessions, lambda: later, engines[number]).look(),
        list(range(len(engines))),
    )
    assert sum(len(engine.woken) for engine in engines) == 1
    assert len(asked(sessions, ticket)) == 1
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(MaintenanceQuestion)) == 1
