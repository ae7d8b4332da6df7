"""Two gateways on one PostgreSQL database: one order, one answer, live events from either."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.handover.changes import take
from aftercare.settings import UNLIMITED, Settings
from aftercare.tables.conversations import Message
from gateway.app import create_gateway
from gateway.bot import Turn, TurnResult
from tests.factories import make_staff
from tests.fakes import FakeBot, SteeredClock, echo
from tests.gateway.doors import Stream, TestClient, Visit, new_visit, served, wait_until

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("postgresql"),
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]

#: As long as a worker that is gone is waited for, and some seconds more.
_TAKEN_OVER_SECONDS = 20


class Gateway:
    """One of them, with connections of its own, behind a real socket."""

    def __init__(self, app: FastAPI, url: str, bot: FakeBot) -> None:
        self.client = TestClient(app, raise_server_exceptions=False)
        self.url = url
        self.bot = bot

    def same(self, visit: Visit) -> Visit:
        """The visit, which began at the other gateway, at this one."""
        return Visit(self.client, visit.token, visit.conversation_id)


Opened = Callable[..., AbstractContextManager[Gateway]]


@pytest.fixture
def opened(settings: Settings, sessions: SessionFactory, clock: SteeredClock) -> Opened:
    @contextmanager
    def open_gateway(**changes: object) -> Iterator[Gateway]:
        own = settings.model_copy(update={"limit_messages": UNLIMITED, **changes})
        engine, bot = open_engine(own), FakeBot()
        app = create_gateway(own, open_sessions(engine), bot, clock)
        with served(app) as url:
            yield Gateway(app, url, bot)
        engine.dispose()

    return open_gateway


@pytest.fixture
def pair(opened: Opened) -> Iterator[tuple[Gateway, Gateway]]:
    with opened() as one, opened() as other:
        yield one, other


def test_messages_to_either_are_answered_in_one_order(pair: tuple[Gateway, Gateway]) -> None:
    one, other = pair
    inside, doubled = set[str](), list[str]()
    lock = threading.Lock()

    def alone(turn: Turn) -> TurnResult:
        with lock:
            doubled.extend([turn.turn_id] if turn.conversation_id in inside else [])
            inside.add(turn.conversation_id)
        threading.Event().wait(0.005)
        with lock:
            inside.discard(turn.conversation_id)
        return echo(turn)

    one.bot.answer = other.bot.answer = alone
    visits = [new_visit(one.client) for _ in range(4)]
    sides = [(visit, other.same(visit)) for visit in visits]
    for number in range(10):
        for pages in sides:
            pages[number % 2].say(f"m{number}")
    for visit, _ in sides:
        visit.wait_for("You said: m9")
        answers = [text for text in visit.texts() if text.startswith("You said: m")]
        assert answers == [f"You said: m{number}" for number in range(10)]
    assert doubled == []
    assert len(one.bot.turns) + len(other.bot.turns) == 44
    assert one.bot.turns
    assert other.bot.turns


def test_answer_and_typing_reach_streams_of_either(pair: tuple[Gateway, Gateway]) -> None:
    one, other = pair
    visit = new_visit(one.client)
    visit.wait_for("You said: /greet")
    streams = [Stream(gateway.url, visit) for gateway in pair]
    for stream in streams:
        wait_until(lambda s=stream: s.texts())

    def once_both_saw_typing(turn: Turn) -> TurnResult:
        for stream in streams:
            wait_until(lambda s=stream: s.named("typing")[-1:] == [TYPING])
        return echo(turn)

    one.bot.answer = other.bot.answer = once_both_saw_typing
    visit.say("Hello")
    for stream in streams:
        # Far quicker than the look of a stream that hears nothing.
        wait_until(lambda s=stream: "You said: Hello" in s.texts(), 5)
        wait_until(lambda s=stream: s.named("typing")[-1]["typing"] is False, 5)
        stream.close()
    assert streams[0].named("message") == streams[1].named("message") == visit.messages()


TYPING = {"from": "bot", "typing": True}


def test_stream_goes_on_at_the_other_gateway(pair: tuple[Gateway, Gateway]) -> None:
    one, other = pair
    visit = new_visit(one.client)
    first = Stream(one.url, visit)
    wait_until(lambda: first.texts())
    first.close()
    last = first.named("message")[-1]["seq"]
    visit.say("Hello")
    second = Stream(other.url, visit, last)
    wait_until(lambda: "You said: Hello" in second.texts())
    second.close()
    seen = [data["seq"] for stream in (first, second) for data in stream.named("message")]
    assert seen == [message["seq"] for message in visit.messages()]


def test_broken_connections_are_opened_again(
    pair: tuple[Gateway, Gateway], sessions: SessionFactory
) -> None:
    one, other = pair
    visit = new_visit(one.client)
    visit.wait_for("You said: /greet")
    stream = Stream(other.url, visit)
    wait_until(lambda: stream.texts())
    with reading(sessions) as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    visit.say("After the break")
    visit.wait_for("You said: After the break")
    wait_until(lambda: "You said: After the break" in stream.texts(), 20)
    visit.say("And on")
    wait_until(lambda: "You said: And on" in stream.texts(), 5)
    stream.close()
    assert one.client.get("/health/ready").json()["parts"]["queue"] == "ready"


def test_what_a_killed_gateway_had_in_hand_is_taken_over(
    opened: Opened, idle_visit: Visit, sessions: SessionFactory
) -> None:
    idle_visit.say("Left behind")
    with writing(sessions) as session:
        session.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - :long_ago)"),
            {"long_ago": timedelta(hours=1)},
        )
        session.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing',"
                " worker_id = (SELECT max(id) FROM procrastinate_workers)"
                " WHERE id = (SELECT min(id) FROM procrastinate_jobs)"
            )
        )
    with opened() as gateway:
        visit = gateway.same(idle_visit)
        wait_until(lambda: "You said: Left behind" in visit.texts(), _TAKEN_OVER_SECONDS)
        assert gateway.bot.heard == ["Left behind"]
        with reading(sessions) as session:
            wait_until(
                lambda: (
                    not session.scalar(
                        text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'turn'")
                    )
                )
            )


def test_message_whose_job_is_gone_is_found(
    opened: Opened, idle_visit: Visit, sessions: SessionFactory
) -> None:
    """As after a restore: the desk's tables are there, the queue is empty."""
    idle_visit.say("Not forgotten")
    with writing(sessions) as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    with opened() as gateway:
        gateway.same(idle_visit).wait_for("You said: Not forgotten")
        assert gateway.bot.heard == ["Not forgotten"]


def test_refused_message_leaves_no_job(
    idle_visit: Visit, sessions: SessionFactory, make_app: Callable[..., FastAPI]
) -> None:
    limited = TestClient(make_app(limit_messages="1/minute"))
    visit = Visit(limited, idle_visit.token, idle_visit.conversation_id)
    visit.say("taken")
    assert (
        visit.post({"id": "3f1f7c2e-58f0-4d0f-b7a5-0d7f8f6b6a11", "text": "no"}).status_code == 429
    )
    with reading(sessions) as session:
        jobs = session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
        assert jobs == len(session.scalars(select(Message)).all()) == 2


def test_what_people_do_at_one_gateway_is_seen_at_the_other(
    pair: tuple[Gateway, Gateway], sessions: SessionFactory, clock: SteeredClock
) -> None:
    one, other = pair
    visit = new_visit(one.client)
    stream = Stream(other.url, visit)
    wait_until(lambda: stream.named("handling"))
    hub = one.client.app.state.desk.hub
    with writing(sessions) as session:
        take(session, visit.conversation_id, make_staff(session, name="Ana"), clock())
    hub.messages(visit.conversation_id)
    wait_until(lambda: stream.named("handling")[-1].get("name") == "Ana")
    hub.person_types(visit.conversation_id, "staff")
    wait_until(lambda: {"from": "staff", "typing": True} in stream.named("typing"))
    other.same(visit).say("nobody but Ana hears this")
    assert other.same(visit).messages()[-1]["text"] == "nobody but Ana hears this"
    assert "nobody but Ana hears this" not in one.bot.heard + other.bot.heard
    stream.close()
