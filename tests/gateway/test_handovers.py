"""A person has the conversation: the bot is silent, everybody is told, and it goes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.handover.changes import Written, ask_for_person, hand_back, reply, take
from aftercare.settings import Settings
from aftercare.tables.conversations import Message, MessageState, Sender
from aftercare.tables.staff import Staff
from gateway.bot import Turn, TurnResult
from gateway.handovers import HandoverWatch
from tests.factories import make_staff
from tests.fakes import FakeBot, FakeEngine, SteeredClock, echo
from tests.gateway.doors import Stream, TestClient, Visit, new_visit, served, wait_until
from tests.postgresql import BOTH

pytestmark = BOTH


@pytest.fixture
def ana(sessions: SessionFactory) -> Staff:
    with writing(sessions) as session:
        return make_staff(session, name="Ana")


class Person:
    """Ana as the console lets her act, on the gateway's engine and hub."""

    def __init__(
        self, app: Any, sessions: SessionFactory, staff: Staff, clock: SteeredClock
    ) -> None:
        self.desk = app.state.desk
        self.sessions, self.staff, self.clock = sessions, staff, clock

    def take(self, visit: Visit) -> None:
        with writing(self.sessions) as session:
            own = session.get_one(Staff, self.staff.id)
            take(session, visit.conversation_id, own, self.clock())
        self.desk.hub.messages(visit.conversation_id)

    def say(self, visit: Visit, text: str) -> None:
        with writing(self.sessions) as session:
            own = session.get_one(Staff, self.staff.id)
            reply(session, visit.conversation_id, own, Written(text, text), self.clock())
        self.desk.hub.messages(visit.conversation_id)

    def hand_back(self, visit: Visit) -> None:
        with writing(self.sessions) as session:
            own = session.get_one(Staff, self.staff.id)
            seq = hand_back(session, visit.conversation_id, own, self.clock())
            self.desk.engine.defer(session.connection(), visit.conversation_id)
        self.desk.hub.messages(visit.conversation_id)
        self.desk.engine.wake(visit.conversation_id, seq)


@pytest.fixture
def person(client: TestClient, sessions: SessionFactory, ana: Staff, clock: SteeredClock) -> Person:
    return Person(client.app, sessions, ana, clock)


def handling(visit: Visit) -> dict[str, Any]:
    page = visit.client.get("/chat/v1/messages", headers=visit.headers).json()
    told: dict[str, Any] = page["handling"]
    return told


def states(sessions: SessionFactory, visit: Visit) -> dict[str, str]:
    with reading(sessions) as session:
        rows = session.execute(
            select(Message.text, Message.state).where(
                Message.conversation_id == visit.conversation_id,
                Message.sender == Sender.CUSTOMER,
            )
        )
        return {text: state for text, state in rows}


def test_bot_hears_nothing_while_a_person_has_the_conversation(
    visit: Visit, person: Person, bot: FakeBot, sessions: SessionFactory
) -> None:
    person.take(visit)
    visit.say("are you there?")
    person.say(visit, "I am")
    visit.say("good")
    person.hand_back(visit)
    visit.wait_for("You said: /come_back")
    visit.say("and you?")
    visit.wait_for("You said: and you?")
    assert bot.heard == ["and you?"]
    assert set(states(sessions, visit).values()) == {MessageState.DONE}
    spoken = [(m["from"], m["text"], m.get("name")) for m in visit.messages()[2:]]
    assert spoken == [
        ("customer", "are you there?", None),
        ("staff", "I am", "Ana"),
        ("customer", "good", None),
        ("bot", "You said: /come_back", None),
        ("customer", "and you?", None),
        ("bot", "You said: and you?", None),
    ]


def test_repeated_message_stays_one_while_a_person_has_the_conversation(
    visit: Visit, person: Person
) -> None:
    person.take(visit)
    client_id = "00000000-0000-4000-8000-000000000001"
    assert visit.say("once", client_id) == visit.say("once", client_id)
    assert visit.texts().count("once") == 1


def test_turn_in_work_ends_and_what_waits_behind_it_goes_to_the_person(
    visit: Visit, person: Person, bot: FakeBot
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(turn: Turn) -> TurnResult:
        begun.set()
        assert go_on.wait(10)
        return echo(turn)

    bot.answer = slow
    visit.say("in work")
    assert begun.wait(10)
    visit.say("behind it")
    person.take(visit)
    go_on.set()
    visit.wait_for("You said: in work")
    person.hand_back(visit)
    visit.wait_for("You said: /come_back")
    assert bot.heard == ["in work"]


def test_website_is_told_who_has_the_conversation(
    visit: Visit, person: Person, sessions: SessionFactory, clock: SteeredClock
) -> None:
    assert handling(visit) == {"by": "bot"}
    with writing(sessions) as session:
        ask_for_person(session, visit.conversation_id, clock())
    told = handling(visit)
    assert (told["by"], told["place"]) == ("queue", 1)
    person.take(visit)
    told = handling(visit)
    assert (told["by"], told["name"]) == ("staff", "Ana")
    person.hand_back(visit)
    assert handling(visit) == {"by": "bot"}


def test_bot_goes_on_while_the_customer_waits(
    visit: Visit, sessions: SessionFactory, clock: SteeredClock
) -> None:
    with writing(sessions) as session:
        ask_for_person(session, visit.conversation_id, clock())
    visit.say("meanwhile")
    visit.wait_for("You said: meanwhile")


def test_open_stream_follows_every_change(
    make_app: Callable[..., FastAPI], sessions: SessionFactory, ana: Staff, clock: SteeredClock
) -> None:
    app = make_app()
    with served(app) as url:
        visit = new_visit(TestClient(app, raise_server_exceptions=False))
        person = Person(app, sessions, ana, clock)
        stream = Stream(url, visit)
        wait_until(lambda: stream.named("handling") == [{"by": "bot"}])
        person.take(visit)
        wait_until(lambda: len(stream.named("handling")) == 2)
        assert stream.named("handling")[1]["name"] == "Ana"
        app.state.desk.hub.person_types(visit.conversation_id, "customer")
        app.state.desk.hub.person_types(visit.conversation_id, "staff")
        wait_until(lambda: {"from": "staff", "typing": True} in stream.named("typing"))
        person.say(visit, "Hello")
        # The customer's own typing is no news to the customer.
        wait_until(lambda: {"from": "staff", "typing": False} in stream.named("typing"))
        assert "customer" not in {one["from"] for one in stream.named("typing")}
        stream.close()


def test_typing_needs_the_conversations_token(visit: Visit) -> None:
    told = visit.client.post("/chat/v1/typing", headers=visit.headers)
    assert (told.status_code, told.content) == (204, b"")
    assert visit.client.post("/chat/v1/typing").status_code == 401


def test_waits_that_take_too_long_are_ended_once(
    visit: Visit,
    client: TestClient,
    settings: Settings,
    sessions: SessionFactory,
    clock: SteeredClock,
) -> None:
    desk, told = client.app.state.desk, FakeEngine()
    watch = HandoverWatch(settings, sessions, clock, desk.hub, told)
    with writing(sessions) as session:
        ask_for_person(session, visit.conversation_id, clock())
    clock.pass_by(minutes=settings.handover_wait_minutes - 1)
    watch.look()
    assert handling(visit)["by"] == "queue"
    clock.pass_by(minutes=1)
    watch.look()
    watch.look()
    assert handling(visit) == {"by": "bot"}
    offers = [m for m in visit.messages() if m["text"].startswith("I'm sorry, nobody")]
    assert [[button["title"] for button in offer["buttons"]] for offer in offers] == [
        ["Go on waiting", "Leave a message"]
    ]
    assert visit.press(offers[0]["buttons"][1]["id"]).status_code == 202
    visit.wait_for('You said: /request_human{"choice": "message"}')
    assert told.woken == []


def test_customer_of_silent_staff_gets_the_bot_back(
    visit: Visit, client: TestClient, person: Person, settings: Settings, clock: SteeredClock
) -> None:
    desk = client.app.state.desk
    watch = HandoverWatch(settings, person.sessions, clock, desk.hub, desk.engine)
    person.take(visit)
    person.say(visit, "One moment")
    visit.say("yes?")
    clock.pass_by(minutes=settings.handover_silence_minutes)
    watch.look()
    visit.wait_for("I'm sorry, Ana could not go on")
    visit.wait_for("You said: /come_back")
    assert handling(visit) == {"by": "bot"}


def test_operator_sees_the_queue_in_numbers(
    visit: Visit, client: TestClient, person: Person, sessions: SessionFactory, clock: SteeredClock
) -> None:
    other = new_visit(client)
    with writing(sessions) as session:
        ask_for_person(session, visit.conversation_id, clock())
    person.take(other)
    clock.pass_by(seconds=90)
    local = TestClient(client.app, client=("127.0.0.1", 50000))
    numbers = local.get("/metrics").text
    assert "aftercare_handover_queue 1.0" in numbers
    assert "aftercare_handover_longest_wait_seconds 90.0" in numbers
    assert "aftercare_handover_with_person 1.0" in numbers
