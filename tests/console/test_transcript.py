"""The transcript: every message in order, with what the bot made of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Conversation, MessageState, Sender
from console.transcript import read_transcript
from tests.console.browsers import TestClient
from tests.factories import AT, make_conversation, make_customer, make_message, make_ticket

BUTTONS = [
    {"title": "Pedir conserto", "payload": "/request_repair"},
    {"title": "Outra coisa", "payload": "/other"},
]


def fill(session: Session) -> Conversation:
    conversation = make_conversation(session, id="talk", language="pt")
    make_message(session, conversation, "/session_start", sender=Sender.SYSTEM)
    make_message(
        session, conversation, "Olá!", sender=Sender.BOT, response="utter_greet", buttons=BUTTONS
    )
    make_message(
        session,
        conversation,
        "Pedir conserto",
        payload="/request_repair",
        at=AT + timedelta(minutes=1),
    )
    make_message(session, conversation, "E depois?", sender=Sender.BOT, buttons=BUTTONS)
    make_message(
        session,
        conversation,
        "a máquina\n  vaza",
        intent="request_repair",
        confidence=0.874,
        entities=[{"entity": "category", "value": "máquina", "start": 2}],
    )
    return conversation


def page_of(browser: TestClient, conversation_id: str = "talk") -> str:
    answer = browser.get(f"/console/conversations/{conversation_id}")
    assert answer.status_code == 200
    return answer.text


def test_messages_in_order_with_their_reading(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        fill(session)
    page = page_of(browser)
    places = [page.index(f'id="message-{seq}"') for seq in range(1, 6)]
    assert places == sorted(places)
    assert '<p class="words" lang="pt" dir="auto">a máquina\n  vaza</p>' in page
    assert "<code>request_repair</code>" in page
    assert 'value="0.874"' in page and "87%" in page
    assert '<code>category</code> = <span lang="pt">máquina</span>' in page
    assert "<code>utter_greet</code>" in page
    assert '<time datetime="2026-03-02T11:01:00+00:00">2 Mar 2026, 08:01</time>' in page


def test_what_nobody_typed_is_a_small_line(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        fill(session)
    page = page_of(browser)
    assert "Conversation opened" in page
    assert "session_start" not in page


def test_pressed_button_is_marked_where_it_was_offered(database: SessionFactory) -> None:
    with writing(database) as session:
        conversation = fill(session)
    with reading(database) as session:
        lines = read_transcript(session, session.get_one(Conversation, conversation.id)).lines
    assert [button.pressed for button in lines[1].buttons] == [True, False]
    assert [button.pressed for button in lines[3].buttons] == [False, False]
    assert [line.pressed_button for line in lines] == [False, False, True, False, False]


def test_pressing_is_said_in_words(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        fill(session)
    page = page_of(browser)
    assert page.count("✓ pressed") == 1
    assert page.count("Pressed a button") == 1


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://marulho.example/m#a", True),
        ("/manuals/mare-w900/pt#a", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("", False),
        (None, False),
    ],
)
def test_only_decent_sources_are_links(
    browser: TestClient, database: SessionFactory, address: str | None, linked: bool
) -> None:
    source = {"title": "Manual W900", "section": "Leaks", "path": address}
    with writing(database) as session:
        make_message(
            session, make_conversation(session, id="talk"), sender=Sender.BOT, sources=[source]
        )
    page = page_of(browser)
    assert "Manual W900, Leaks" in page
    assert ('rel="noopener noreferrer"' in page) is linked


def test_errors_are_said_with_their_id(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        conversation = make_conversation(session, id="talk")
        make_message(session, conversation, state=MessageState.FAILED, error_id="E-0badf00d")
        make_message(session, conversation, sender=Sender.BOT, error_id="E-0badf00e")
        make_message(session, conversation, state=MessageState.RECEIVED)
    page = page_of(browser)
    assert "This message was not answered. Error <code>E-0badf00d</code>" in page
    assert "An error happened behind this answer. Error <code>E-0badf00e</code>" in page
    assert page.count("Not answered yet.") == 1


def test_side_tells_about_customer_and_tickets(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        conversation = fill(session)
        conversation.customer = make_customer(
            session, name="Joana Lima", email="joana@mail.example", phone="+5500000000"
        )
        number = make_ticket(session, conversation_id="talk").number
    page = page_of(browser)
    assert "<title>Conversation with Joana Lima" in page
    assert 'href="mailto:joana%40mail.example"' in page
    assert "+5500000000" in page
    assert f'href="/console/tickets/{number}"' in page
    assert "Portuguese" in page and "Website" in page


def test_unknown_customer_and_silence(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        make_conversation(session, id="talk")
    page = page_of(browser)
    assert "unknown customer" in page
    assert "nothing has been said" in page
    assert "None came of it" in page


def test_hostile_text_is_shown_and_not_obeyed(
    browser: TestClient, database: SessionFactory
) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'
    with writing(database) as session:
        conversation = make_conversation(session, id="talk")
        conversation.customer = make_customer(session, name=evil)
        make_message(
            session,
            conversation,
            evil,
            payload=evil,
            intent=evil[:60],
            entities=[{"entity": evil, "value": evil}],
        )
        make_message(
            session,
            conversation,
            evil,
            sender=Sender.BOT,
            response=evil[:100],
            buttons=[{"title": evil, "payload": evil}],
            sources=[{"title": evil, "path": f"https://x.example/{evil}"}],
        )
    page = page_of(browser)
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page
