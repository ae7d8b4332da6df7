"""Live events: nothing lost, nothing doubled, and nobody who is gone costs anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import requests
from fastapi import FastAPI

from aftercare.settings import Settings
from gateway.bot import BotReply, Turn, TurnResult
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import Stream, TestClient, Visit, new_visit, served, wait_until
from tests.postgresql import BOTH

pytestmark = BOTH


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    return make_app()


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture
def guest(app: FastAPI, address: str) -> Visit:
    """A visit whose greeting was answered; the workers run behind the real socket."""
    visit = new_visit(TestClient(app))
    visit.wait_for("You said: /greet")
    return visit


def test_stream_begins_with_the_history_and_follows(address: str, guest: Visit) -> None:
    stream = Stream(address, guest)
    wait_until(lambda: stream.texts())
    guest.say("Hello")
    wait_until(lambda: "You said: Hello" in stream.texts())
    assert stream.named("language") == [{"language": "en"}]
    assert stream.named("message") == guest.messages()
    numbers = [number for name, number, _ in stream.events if name == "message"]
    assert numbers == [message["seq"] for message in guest.messages()]
    stream.close()


def test_resumed_streams_lose_and_double_nothing(address: str, guest: Visit) -> None:
    seen: list[int] = []
    last = 0
    for number in range(8):
        stream = Stream(address, guest, last)
        guest.say(f"m{number}a")
        wait_until(lambda s=stream: s.named("message"))
        stream.close()
        guest.say(f"m{number}b")
        seen += [data["seq"] for data in stream.named("message")]
        last = max(seen)
    guest.wait_for("You said: m7b")
    stream = Stream(address, guest, last)
    wait_until(lambda: "You said: m7b" in stream.texts() or last == guest.messages()[-1]["seq"])
    seen += [data["seq"] for data in stream.named("message")]
    stream.close()
    assert seen == [message["seq"] for message in guest.messages()]


WRITING = {"from": "bot", "typing": True}


def test_typing_is_told_around_the_answer(address: str, guest: Visit, bot: FakeBot) -> None:
    stream = Stream(address, guest)
    wait_until(lambda: stream.texts())
    told = len(stream.named("typing"))  # the greeting's own, if the stream was open in time

    def once_typing_was_seen(turn: Turn) -> TurnResult:
        wait_until(lambda: stream.named("typing")[told:][-1:] == [WRITING])
        return TurnResult((BotReply("Hello you."),))

    bot.answer = once_typing_was_seen
    guest.say("Hello")
    wait_until(lambda: "Hello you." in stream.texts())
    wait_until(lambda: stream.named("typing")[-1] == {"from": "bot", "typing": False})
    stream.close()
    assert stream.named("typing")[-2:] == [WRITING, {"from": "bot", "typing": False}]
    names = [name for name, _, data in stream.events if data.get("from") == "bot"]
    assert names[-3:] == ["typing", "message", "typing"]


def test_quick_answer_comes_without_a_word_about_typing(address: str, guest: Visit) -> None:
    stream = Stream(address, guest)
    wait_until(lambda: stream.texts())
    for number in range(5):
        guest.say(f"m{number}")
        wait_until(lambda number=number: f"You said: m{number}" in stream.texts())
    quick = [name for name, _, _ in stream.events].count("typing")
    # On a busy machine one of them may take longer than what is told of.
    assert quick <= 2
    stream.close()


def test_own_message_reaches_other_windows_while_the_answer_takes_its_time(
    address: str, guest: Visit, bot: FakeBot
) -> None:
    stream = Stream(address, guest)
    wait_until(lambda: stream.texts())

    def once_it_was_seen(turn: Turn) -> TurnResult:
        wait_until(lambda: "Hello" in stream.texts())
        return TurnResult((BotReply("Hello you."),))

    bot.answer = once_it_was_seen
    guest.say("Hello")
    wait_until(lambda: "Hello you." in stream.texts())
    stream.close()


def test_change_of_language_is_told(address: str, guest: Visit, bot: FakeBot) -> None:
    def in_portuguese(turn: Turn) -> TurnResult:
        return TurnResult((BotReply("Claro."),), language="pt")

    stream = Stream(address, guest)
    bot.answer = in_portuguese
    guest.say("em português")
    wait_until(lambda: "Claro." in stream.texts())
    stream.close()
    assert stream.named("language") == [{"language": "en"}, {"language": "pt"}]


def test_other_conversations_are_not_told(app: FastAPI, address: str, guest: Visit) -> None:
    stream = Stream(address, guest)
    other = new_visit(TestClient(app))
    other.say("private")
    other.wait_for("You said: private")
    guest.say("mine")
    wait_until(lambda: "You said: mine" in stream.texts())
    stream.close()
    assert not any("private" in text for text in stream.texts())


def test_vanished_clients_leave_nothing_behind(app: FastAPI, address: str, guest: Visit) -> None:
    streams = [Stream(address, guest) for _ in range(5)]
    hub = app.state.desk.hub
    wait_until(lambda: hub.open_streams() == 5)
    for stream in streams:
        stream.close()
    wait_until(lambda: hub.open_streams() == 0)


def test_too_many_streams_of_one_conversation_end_the_oldest(
    app: FastAPI, address: str, guest: Visit
) -> None:
    streams = [Stream(address, guest)]
    wait_until(lambda: streams[0].texts())
    streams += [Stream(address, guest) for _ in range(8)]
    assert streams[0].ended.wait(10)
    for stream in streams:
        stream.close()


def test_stream_of_a_working_bot_begins_with_typing(
    address: str, guest: Visit, app: FastAPI
) -> None:
    hub = app.state.desk.hub
    hub.typing(guest.conversation_id, True)
    stream = Stream(address, guest)

    def told() -> list[object]:
        # The worker of the greeting may only now say that it is done.
        hub.typing(guest.conversation_id, True)
        return stream.named("typing")

    assert wait_until(told)[0] == {"from": "bot", "typing": True}
    stream.close()


def test_stream_ends_with_its_token(
    address: str, guest: Visit, clock: SteeredClock, settings: Settings
) -> None:
    stream = Stream(address, guest)
    wait_until(lambda: stream.texts())
    guest.say("Hello")
    clock.now += timedelta(days=settings.chat_session_days)
    assert stream.ended.wait(20)


def test_stream_has_headers_that_keep_it_flowing(address: str, guest: Visit) -> None:
    stream = Stream(address, guest)
    assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
    assert stream.answer.headers["Cache-Control"] == "no-store"
    assert stream.answer.headers["X-Accel-Buffering"] == "no"
    stream.close()


@pytest.mark.parametrize("number", ["x", "-1", "1.0", "9999999999", "²"])
def test_nonsense_as_last_event_id_is_refused(address: str, guest: Visit, number: str) -> None:
    headers = {**guest.headers, "Last-Event-ID": number.encode("latin-1")}
    answer = requests.get(f"{address}/chat/v1/events", headers=headers, timeout=5)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_event_id"
