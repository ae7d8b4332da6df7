"""Order, side-by-side work, restarts, outages and what the database keeps of a turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.settings import Settings
from aftercare.tables.conversations import Conversation, Message, MessageState, Sender
from gateway.bot import BotNotAnswering, BotReply, GiveUp, Turn, TurnResult, Understood
from gateway.notices import DELAY_NOTICE, GIVEN_UP_NOTICE
from tests.fakes import FakeBot, echo
from tests.gateway.doors import TestClient, Visit, asked_from, new_visit, wait_until
from tests.gateway.locks import other_writer, short_patience
from tests.postgresql import BOTH

pytestmark = BOTH

MakeApp = Callable[..., FastAPI]


class Gate:
    """A bot's answer that waits until the test opens it."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._lock = threading.Lock()
        self.inside: list[str] = []
        self.most_per_conversation = 0

    def __call__(self, turn: Turn) -> TurnResult:
        with self._lock:
            self.inside.append(turn.conversation_id)
            self.most_per_conversation = max(
                self.most_per_conversation, self.inside.count(turn.conversation_id)
            )
        assert self._open.wait(10)
        with self._lock:
            self.inside.remove(turn.conversation_id)
        return echo(turn)

    def open(self) -> None:
        self._open.set()


class Outage:
    """A bot that is down until the test mends it."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error

    def __call__(self, turn: Turn) -> TurnResult:
        if self.error:
            raise self.error
        return echo(turn)


def stored(sessions: SessionFactory, conversation_id: str) -> list[Message]:
    with reading(sessions) as session:
        return list(
            session.scalars(
                select(Message)
                .where(Message.conversation_id == conversation_id)
                .order_by(Message.seq)
            )
        )


def notices(sessions: SessionFactory, visit: Visit, kind: str) -> list[Message]:
    return [m for m in stored(sessions, visit.conversation_id) if m.response == kind]


def test_answers_of_a_slow_bot_keep_the_order(client: TestClient, bot: FakeBot) -> None:
    gate = Gate()
    bot.answer = gate
    visit = new_visit(client)
    for number in range(12):
        visit.say(f"m{number}")
    wait_until(lambda: bot.turns)
    gate.open()
    visit.wait_for("You said: m11")
    assert bot.heard == [f"m{number}" for number in range(12)]
    assert gate.most_per_conversation == 1
    answers = [text for text in visit.texts() if text.startswith("You said: m")]
    assert answers == [f"You said: m{number}" for number in range(12)]


def test_conversations_are_worked_side_by_side(
    client: TestClient, bot: FakeBot, settings: Settings
) -> None:
    gate = Gate()
    bot.answer = gate
    visits = [new_visit(client) for _ in range(settings.turn_workers + 2)]
    wait_until(lambda: len(gate.inside) == settings.turn_workers)
    gate.open()
    for visit in visits:
        visit.wait_for("You said: /greet")


def test_whole_answer_is_kept_for_staff(
    visit: Visit, bot: FakeBot, sessions: SessionFactory
) -> None:
    entity = {"entity": "product", "value": "W900", "start": 3, "end": 7, "role": "broken"}
    bot.answer = lambda turn: TurnResult(
        (BotReply("Um momento.", "utter_wait"), BotReply("Feito.", "utter_done")),
        Understood("request_repair", 0.83, (entity,)),
        language="pt",
        error_id="E-12345678",
        failed_action="action_open_ticket",
    )
    seq = visit.say("My W900 leaks")
    visit.wait_for("Feito.")
    messages = {m.seq: m for m in stored(sessions, visit.conversation_id)}
    asked, first, second = messages[seq], messages[seq + 1], messages[seq + 2]
    assert (asked.state, asked.intent, asked.confidence) == ("done", "request_repair", 0.83)
    assert asked.entities == [entity]
    assert asked.error_id == "E-12345678"
    assert (first.response, second.response) == ("utter_wait", "utter_done")
    assert (first.answers_seq, second.answers_seq) == (seq, seq)
    with reading(sessions) as session:
        conversation = session.get(Conversation, visit.conversation_id)
    assert conversation is not None
    assert (conversation.language, conversation.last_seq) == ("pt", seq + 2)


def test_language_that_the_company_does_not_speak_is_not_taken(
    visit: Visit, bot: FakeBot, sessions: SessionFactory
) -> None:
    bot.answer = lambda turn: TurnResult((BotReply("Hallo"),), language="de")
    visit.say("Guten Tag")
    visit.wait_for("Hallo")
    with reading(sessions) as session:
        conversation = session.get(Conversation, visit.conversation_id)
    assert conversation is not None
    assert conversation.language == "en"


def test_turn_names_conversation_and_message(visit: Visit, bot: FakeBot) -> None:
    seq = visit.say("Hello")
    visit.wait_for("You said: Hello")
    turn = bot.turns[-1]
    assert turn.turn_id == f"{visit.conversation_id}:{seq}"
    assert turn.channel == "website"


def test_restart_picks_up_what_was_not_answered(
    make_app: MakeApp, idle_visit: Visit, bot: FakeBot, sessions: SessionFactory
) -> None:
    idle_visit.say("first")
    idle_visit.say("second")
    with TestClient(make_app()) as client:
        visit = Visit(client, idle_visit.token, idle_visit.conversation_id)
        visit.wait_for("You said: second")
        assert bot.heard == ["first", "second"]
    states = {m.state for m in stored(sessions, idle_visit.conversation_id)}
    assert states == {MessageState.DONE}


def test_message_that_nobody_announced_is_found(
    client: TestClient, visit: Visit, idle_client: TestClient
) -> None:
    """Another process stores it, so that only the safety net can see it."""
    other = Visit(idle_client, visit.token, visit.conversation_id)
    other.say("stored elsewhere")
    visit.wait_for("You said: stored elsewhere")


def test_stopped_bot_is_told_once_and_answers_later(
    make_app: MakeApp, bot: FakeBot, sessions: SessionFactory
) -> None:
    outage = Outage(BotNotAnswering("no_connection"))
    with TestClient(make_app(delay_notice_after=0.5)) as client:
        visit = new_visit(client, "pt")
        visit.wait_for("You said: /greet")
        bot.answer = outage
        seq = visit.say("A máquina não liga")
        visit.wait_for("Está demorando")
        visit.say("Alguém aí?")
        tried = len(bot.turns)
        wait_until(lambda: len(bot.turns) > tried)
        outage.error = None
        visit.wait_for("You said: Alguém aí?")
        told = notices(sessions, visit, DELAY_NOTICE)
        assert len(told) == 1
        assert told[0].error_id
        assert told[0].answers_seq == seq
        assert bot.heard[-2:] == ["A máquina não liga", "Alguém aí?"]
        answers = [m for m in stored(sessions, visit.conversation_id) if m.answers_seq == seq]
        assert len(answers) == 2


def test_hanging_bot_is_told_before_its_answer_comes(make_app: MakeApp, bot: FakeBot) -> None:
    gate = Gate()
    bot.answer = gate
    with TestClient(make_app(delay_notice_after=0.05, turn_workers=1)) as client:
        visits = [new_visit(client), new_visit(client)]
        for visit in visits:
            visit.wait_for("The assistant is taking longer")
        gate.open()
        for visit in visits:
            visit.wait_for("You said: /greet")


def test_second_outage_is_told_again(
    make_app: MakeApp, bot: FakeBot, sessions: SessionFactory
) -> None:
    outage = Outage(BotNotAnswering("no_connection"))
    with TestClient(make_app(delay_notice_after=0.05)) as client:
        visit = new_visit(client)
        visit.wait_for("You said: /greet")
        for number in (1, 2):
            bot.answer, outage.error = outage, BotNotAnswering("not_up")
            visit.say(f"words {number}")
            wait_until(lambda n=number: len(notices(sessions, visit, DELAY_NOTICE)) == n)
            outage.error = None
            visit.wait_for(f"You said: words {number}")
    assert len(notices(sessions, visit, DELAY_NOTICE)) == 2


def test_unknown_outcome_is_asked_for_again_as_the_same_turn(visit: Visit, bot: FakeBot) -> None:
    failures = iter([BotNotAnswering("timeout")])

    def answer(turn: Turn) -> TurnResult:
        for error in failures:
            raise error
        return echo(turn)

    bot.answer = answer
    visit.say("once")
    visit.wait_for("You said: once")
    assert bot.turns[-1] == bot.turns[-2]


def test_given_up_message_fails_with_a_kind_sentence(
    make_app: MakeApp, bot: FakeBot, sessions: SessionFactory
) -> None:
    outage = Outage(BotNotAnswering("timeout"))
    with TestClient(make_app(give_up_after=0.3)) as client:
        visit = new_visit(client)
        visit.wait_for("You said: /greet")
        bot.answer = outage
        seq = visit.say("My purifier drips")
        told = visit.wait_for("I am sorry, your message “My purifier drips”")
        failed = next(m for m in stored(sessions, visit.conversation_id) if m.seq == seq)
        assert failed.state == MessageState.FAILED
        assert failed.error_id
        assert failed.error_id in told["text"]
        assert "ajuda@marulho.example" in told["text"]
        outage.error = None
        visit.say("And now?")
        visit.wait_for("You said: And now?")
        assert bot.heard.count("And now?") == 1


def test_turn_that_the_bot_refuses_is_given_up_at_once(
    visit: Visit, bot: FakeBot, sessions: SessionFactory
) -> None:
    bot.answer = Outage(GiveUp("refused_422"))
    visit.say("Hello")
    visit.wait_for("I am sorry")
    assert bot.heard.count("Hello") == 1
    assert len(notices(sessions, visit, GIVEN_UP_NOTICE)) == 1


def test_unexpected_error_ends_in_an_error_id_and_not_in_silence(
    visit: Visit, bot: FakeBot, sessions: SessionFactory, caplog: pytest.LogCaptureFixture
) -> None:
    bot.answer = Outage(RuntimeError("secret words of a customer"))
    visit.say("Hello")
    visit.wait_for("I am sorry")
    assert "turn.unexpected_error" in caplog.text
    assert "secret words" not in caplog.text
    bot.answer = echo
    visit.say("Again")
    visit.wait_for("You said: Again")


def test_answer_that_the_locked_database_did_not_take_is_stored_later(
    settings: Settings, make_app: MakeApp, bot: FakeBot, sessions: SessionFactory
) -> None:
    answered = threading.Event()
    with (
        other_writer(settings) as other,
        short_patience(sessions),
        TestClient(make_app()) as client,
    ):

        def answer_and_lock(turn: Turn) -> TurnResult:
            other.take()
            answered.set()
            return echo(turn)

        visit = new_visit(client)
        visit.wait_for("You said: /greet")
        bot.answer = answer_and_lock
        visit.say("Keep this")
        assert answered.wait(10)
        failures = client.app.state.desk.measures.failures  # type: ignore[attr-defined]
        wait_until(lambda: failures.labels("storage")._value.get() >= 1)
        assert "You said: Keep this" not in visit.texts()
        other.release()
        visit.wait_for("You said: Keep this")
        assert bot.heard.count("Keep this") == 1
        assert visit.texts().count("You said: Keep this") == 1


def test_locked_database_is_told_and_the_same_id_can_be_sent_again(
    settings: Settings, make_app: MakeApp, sessions: SessionFactory
) -> None:
    with (
        other_writer(settings) as other,
        short_patience(sessions),
        TestClient(make_app()) as client,
    ):
        visit = new_visit(client)
        visit.wait_for("You said: /greet")
        body = {"id": str(uuid4()), "text": "Not lost"}
        other.take()
        refused = visit.post(body)
        other.release()
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        error = refused.json()["error"]
        assert error["code"] == "storage_unavailable"
        assert error["error_id"] in error["message"]
        assert "lock" not in refused.text
        assert visit.post(body).status_code == 202
        visit.wait_for("You said: Not lost")
        assert visit.texts().count("Not lost") == 1


def test_messages_are_counted_for_the_operator(client: TestClient, visit: Visit) -> None:
    visit.say("Hello")
    visit.wait_for("You said: Hello")
    here = asked_from(client, "127.0.0.1")
    wait_until(lambda: 'aftercare_turns_total{outcome="answered"} 2.0' in here.get("/metrics").text)
    text = here.get("/metrics").text
    assert "aftercare_waiting_messages 0.0" in text
    assert "aftercare_turn_seconds_count 2.0" in text


def test_greeting_that_fails_does_not_quote_the_customer(
    make_app: MakeApp, bot: FakeBot, sessions: SessionFactory
) -> None:
    bot.answer = Outage(GiveUp("refused_400"))
    with TestClient(make_app()) as client:
        visit = new_visit(client, "pt")
        visit.wait_for("Lamento, não é possível falar com o assistente")
        greeting = stored(sessions, visit.conversation_id)[0]
        assert (greeting.sender, greeting.state) == (Sender.SYSTEM, MessageState.FAILED)
