"""A token is replaced before it ends, and what has ended goes away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import ChatSession
from aftercare.tables.staff import StaffSession
from gateway.housekeeping import remove_expired
from tests.factories import make_conversation, make_staff
from tests.fakes import SteeredClock
from tests.gateway.doors import Stream, TestClient, Visit, new_visit, served, wait_until

DAYS = 30


def renew(visit: Visit) -> Any:
    return visit.client.post("/chat/v1/sessions/renew", headers=visit.headers)


def read(visit: Visit) -> int:
    status: int = visit.client.get("/chat/v1/messages", headers=visit.headers).status_code
    return status


def test_new_token_says_when_it_ends(idle_client: TestClient, clock: SteeredClock) -> None:
    made = idle_client.post("/chat/v1/sessions", json={}).json()
    assert datetime.fromisoformat(made["expires_at"]) == clock() + timedelta(days=DAYS)
    assert datetime.fromisoformat(made["renew_after"]) == clock() + timedelta(days=DAYS / 2)


def test_renewed_token_opens_the_same_conversation_for_longer(
    idle_visit: Visit, clock: SteeredClock
) -> None:
    idle_visit.say("before")
    clock.pass_by(days=20)
    answer = renew(idle_visit)
    assert answer.status_code == 201
    made = answer.json()
    assert made["conversation_id"] == idle_visit.conversation_id
    assert made["token"] != idle_visit.token
    renewed = Visit(idle_visit.client, made["token"], made["conversation_id"])
    clock.pass_by(days=20)
    assert renewed.texts() == ["before"]
    clock.pass_by(days=11)
    assert read(renewed) == 401


def test_replaced_token_is_good_for_five_more_minutes(
    idle_visit: Visit, clock: SteeredClock
) -> None:
    renew(idle_visit)
    clock.pass_by(minutes=4)
    assert read(idle_visit) == 200
    clock.pass_by(minutes=2)
    assert read(idle_visit) == 401
    assert renew(idle_visit).status_code == 401


def test_renewing_does_not_lengthen_a_replaced_token(
    idle_visit: Visit, clock: SteeredClock
) -> None:
    renew(idle_visit)
    clock.pass_by(minutes=4)
    assert renew(idle_visit).status_code == 201
    clock.pass_by(minutes=2)
    assert read(idle_visit) == 401


def test_renewals_are_limited(idle_visit: Visit) -> None:
    statuses = [renew(idle_visit).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [429]


def test_stream_of_a_replaced_token_ends(
    make_app: Callable[..., FastAPI], clock: SteeredClock
) -> None:
    app = make_app()
    with served(app) as url:
        visit = new_visit(TestClient(app))
        stream = Stream(url, visit)
        wait_until(lambda: stream.named("language"))
        assert renew(visit).status_code == 201
        clock.pass_by(minutes=6)
        app.state.desk.hub.messages(visit.conversation_id)
        assert stream.ended.wait(10)


def test_expired_rows_are_removed_and_others_stay(sessions: SessionFactory, now: datetime) -> None:
    def chat(session: Any, name: str, ends: datetime) -> None:
        conversation = make_conversation(session)
        session.add(
            ChatSession(
                token_hash=name, conversation_id=conversation.id, created_at=now, expires_at=ends
            )
        )

    with writing(sessions) as session:
        staff = make_staff(session)
        for name, ends in (("over", now), ("good", now + timedelta(seconds=1))):
            chat(session, name, ends)
            session.add(
                StaffSession(
                    token_hash=name,
                    staff_id=staff.id,
                    csrf_token="x",
                    created_at=now,
                    last_seen_at=now,
                    expires_at=ends,
                )
            )
    assert remove_expired(sessions, now) == 2
    assert remove_expired(sessions, now) == 0
    with reading(sessions) as session:
        for table in (ChatSession, StaffSession):
            assert session.scalar(select(func.count()).select_from(table)) == 1


def test_gateway_removes_what_is_over_when_it_starts(
    make_app: Callable[..., FastAPI], sessions: SessionFactory, clock: SteeredClock
) -> None:
    new_visit(TestClient(make_app()))
    clock.pass_by(days=DAYS + 1)

    def left() -> int:
        with reading(sessions) as session:
            return session.scalar(select(func.count()).select_from(ChatSession)) or 0

    with TestClient(make_app()):
        wait_until(lambda: left() == 0)
