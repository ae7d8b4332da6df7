"""The widget when the gateway asks for patience, when tokens change and when customers do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.settings import Settings
from aftercare.tables.conversations import Conversation, Message
from gateway.app import create_gateway
from tests.browser.widget import Widget
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import served, wait_until

KEY = "a key of the tests with thirty-two characters"
#: Seconds of the shortest limit here.
WINDOW = 10
SERVE = Callable[..., Any]


@pytest.fixture
def clock() -> SteeredClock:
    """Begins at the browser's time, which cannot be steered as easily."""
    return SteeredClock(datetime.now(UTC))


@pytest.fixture
def serve(settings: Settings, sessions: SessionFactory, clock: SteeredClock) -> SERVE:
    """A gateway with an echoing bot, with settings as the test needs them."""

    @contextmanager
    def serving(**changes: object) -> Iterator[str]:
        chosen = settings.model_copy(update={"identity_keys": f"k:{KEY}", **changes})
        with served(create_gateway(chosen, sessions, FakeBot(), clock)) as url:
            yield url

    return serving


def begin(page: Page, url: str) -> Widget:
    chat = Widget(page, url)
    page.goto(chat.address)
    chat.launcher.click()
    expect(chat.bubbles.first).to_contain_text("You said: /greet")
    return chat


def stored(page: Page) -> dict[str, Any]:
    session: dict[str, Any] = page.evaluate(
        "() => JSON.parse(localStorage.getItem(`aftercare:${location.origin}`))"
    )
    return session


def said(sessions: SessionFactory) -> list[str]:
    with reading(sessions) as session:
        rows = session.scalars(
            select(Message.text).where(Message.sender == "customer").order_by(Message.id)
        )
        return list(rows)


def test_too_many_messages_wait_and_go_out_in_order(
    serve: SERVE, page: Page, sessions: SessionFactory
) -> None:
    with serve(limit_messages="2/3second") as url:
        chat = begin(page, url)
        texts = [f"message {number}" for number in range(5)]
        for text in texts:
            chat.say(text)
        expect(chat.log).to_contain_text("Too many messages at once. It will be sent in")
        wait_until(lambda: said(sessions) == texts, seconds=30)
        chat.hears("You said: message 4")
        expect(chat.log).not_to_contain_text("Too many messages at once")


def test_too_many_conversations_are_told_and_begin_later(serve: SERVE, page: Page) -> None:
    with serve(limit_conversations=f"1/{WINDOW}second") as url:
        # Rates are counted in windows of the clock; this must not begin at the end of one.
        wait_until(lambda: time.time() % WINDOW < 1, seconds=WINDOW + 1)
        begin(page, url)
        page.evaluate("localStorage.clear()")
        page.reload()
        chat = Widget(page, url)
        chat.launcher.click()
        expect(chat.panel).to_contain_text("Too many requests at once")
        expect(chat.bubbles.first).to_contain_text("You said: /greet", timeout=3000 * WINDOW)
        expect(chat.panel).not_to_contain_text("Too many requests at once")


def age_token(page: Page) -> str:
    """Make the stored token old enough to be replaced; the token."""
    token: str = page.evaluate(
        """() => {
          const key = `aftercare:${location.origin}`;
          const session = JSON.parse(localStorage.getItem(key));
          session.renew_after = '2020-01-01T00:00:00Z';
          localStorage.setItem(key, JSON.stringify(session));
          return session.token;
        }"""
    )
    return token


def test_old_token_is_replaced_and_the_conversation_goes_on_in_every_tab(
    serve: SERVE, page: Page, clock: SteeredClock, sessions: SessionFactory
) -> None:
    with serve() as url:
        chat = begin(page, url)
        chat.say("first")
        chat.hears("You said: first")
        other_page = page.context.new_page()
        other = Widget(other_page, url)
        other_page.goto(other.address)
        other.launcher.click()
        expect(other.log).to_contain_text("first")
        conversation, old = stored(page)["conversation_id"], age_token(page)
        page.reload()
        chat.launcher.click()
        expect(chat.log).to_contain_text("You said: first")
        wait_until(lambda: stored(page)["token"] != old)
        assert stored(page)["conversation_id"] == conversation
        clock.pass_by(minutes=6)
        other.say("from the other tab")
        other.hears("You said: from the other tab")
        chat.hears("You said: from the other tab")
        assert said(sessions) == ["first", "from the other tab"]
        expect(other.log).not_to_contain_text("The earlier conversation had ended")
        other_page.close()


def sign(customer: str, clock: SteeredClock, key: str = KEY) -> str:
    claims = {"sub": customer, "name": customer, "iat": int(clock().timestamp())}
    return jwt.encode(claims, key, "HS256", headers={"kid": "k"})


def signed_in(page: Page, identity: str | None) -> None:
    page.evaluate(
        "identity => { document.querySelector('aftercare-chat').identity = async () => identity; }",
        identity,
    )


def identified(sessions: SessionFactory) -> list[str | None]:
    with reading(sessions) as session:
        found = session.scalars(select(Conversation).order_by(Conversation.started_at))
        return [one.customer.external_id if one.customer else None for one in found]


def test_next_customer_of_a_browser_sees_nothing_of_the_last(
    serve: SERVE, page: Page, clock: SteeredClock, sessions: SessionFactory
) -> None:
    with serve() as url:
        chat = Widget(page, url)
        page.goto(chat.address)
        signed_in(page, sign("joana", clock))
        chat.launcher.click()
        expect(chat.bubbles.first).to_contain_text("You said: /greet")
        chat.say("private")
        chat.hears("You said: private")
        chat.box.fill("half a private sente")
        clock.pass_by(seconds=1)
        signed_in(page, sign("rui", clock))
        expect(chat.log).not_to_contain_text("private")
        expect(chat.box).to_have_value("")
        expect(chat.bubbles.first).to_contain_text("You said: /greet")
        clock.pass_by(seconds=1)
        signed_in(page, None)
        wait_until(lambda: len(identified(sessions)) == 3)
        assert identified(sessions) == ["joana", "rui", None]


def test_signing_in_keeps_a_strangers_conversation(
    serve: SERVE, page: Page, clock: SteeredClock, sessions: SessionFactory
) -> None:
    with serve() as url:
        chat = begin(page, url)
        chat.say("before signing in")
        chat.hears("You said: before")
        signed_in(page, sign("joana", clock))
        chat.say("after")
        chat.hears("You said: after")
        assert said(sessions) == ["before signing in", "after"]


def test_refused_identity_does_not_keep_customers_from_asking(
    serve: SERVE, page: Page, clock: SteeredClock, sessions: SessionFactory
) -> None:
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    with serve() as url:
        chat = Widget(page, url)
        page.goto(chat.address)
        signed_in(page, sign("joana", clock, key="x" * 40))
        chat.launcher.click()
        expect(chat.bubbles.first).to_contain_text("You said: /greet")
    assert identified(sessions) == [None]
    assert any("identity_invalid" in text for text in warnings)
