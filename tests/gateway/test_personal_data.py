"""Numbers of cards and papers reach neither database nor bot; the gateway keeps the periods."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import StorageUnavailable
from aftercare.tables.conversations import Conversation, Message
from gateway.bot import TurnResult
from tests.factories import make_conversation, make_message
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient, Visit, new_visit, wait_until
from tests.postgresql import BOTH

TYPED, STORED = "card 4111 1111 1111 1111", "card •••• •••• •••• 1111"


@BOTH
def test_card_number_is_masked_for_database_bot_and_page(
    visit: Visit, bot: FakeBot, sessions: SessionFactory
) -> None:
    visit.say(TYPED)
    visit.wait_for(f"You said: {STORED}")
    assert bot.heard == [STORED]
    assert STORED in visit.texts()
    with reading(sessions) as session:
        assert not [text for text in session.scalars(select(Message.text)) if "4111" in text]


def test_repeat_of_a_masked_message_is_recognised(idle_visit: Visit) -> None:
    client_id = str(uuid4())
    assert idle_visit.say(TYPED, client_id) == idle_visit.say(TYPED, client_id)
    assert idle_visit.post({"id": client_id, "text": "other words"}).status_code == 409


def test_setting_turns_masking_off(make_app: Callable[..., FastAPI]) -> None:
    visit = new_visit(TestClient(make_app(mask_numbers=False)))
    visit.say(TYPED)
    assert TYPED in visit.texts()


def test_no_log_line_holds_what_a_customer_wrote(
    make_app: Callable[..., FastAPI], bot: FakeBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where the bot fails over it, as errors like to quote what they fail over."""
    failures = iter([ValueError("zarabatana"), StorageUnavailable("zarabatana"), None])

    def answer(turn: object) -> TurnResult:
        error = next(failures, None)
        if error:
            raise error
        return TurnResult(())

    caplog.set_level(logging.DEBUG)
    with TestClient(make_app(), raise_server_exceptions=False) as client:
        visit = new_visit(client)
        wait_until(lambda: bot.turns)
        bot.answer = answer
        visit.say("zarabatana, my dishwasher")
        visit.post({"id": "zarabatana", "text": "x"})
        visit.press("zarabatana")
        wait_until(lambda: "turn.unexpected_error" in caplog.text)
        wait_until(lambda: next(failures, "over") == "over")
    assert "chat.message_taken" in caplog.text
    assert "zarabatana" not in caplog.text


@BOTH
def test_gateway_keeps_the_periods_by_itself_and_counts(
    make_app: Callable[..., FastAPI], sessions: SessionFactory, clock: SteeredClock
) -> None:
    with writing(sessions) as session:
        old = make_conversation(session, at=clock.now - timedelta(days=366))
        make_message(session, old, "long ago")
        young = make_conversation(session, at=clock.now)
    with TestClient(make_app(), client=("127.0.0.1", 50000)) as client:
        wait_until(lambda: _number(client, "aftercare_periods_kept_timestamp_seconds"))
        assert _number(client, 'aftercare_past_period_total{kind="conversations"}') == 1
        assert _number(client, 'aftercare_past_period_total{kind="tickets"}') == 0
    with reading(sessions) as session:
        assert session.scalars(select(Conversation.id)).all() == [young.id]


def _number(client: TestClient, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"{name} "))
