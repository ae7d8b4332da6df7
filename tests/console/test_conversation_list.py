"""The list of conversations: what a row says, what each filter keeps, and the pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.tables.conversations import MessageState, Sender
from tests.console.browsers import TestClient
from tests.factories import AT, make_conversation, make_customer, make_message, make_ticket

ROW = re.compile(r'href="/console/conversations/([^"?]+)"')
NEXT = re.compile(r'rel="(next|prev)" href="([^"]+)"')


def listed(browser: TestClient, query: str = "") -> list[str]:
    answer = browser.get(f"/console/conversations{query}")
    assert answer.status_code == 200
    return ROW.findall(answer.text)


def fill(session: Session) -> None:
    """Three conversations that differ in everything that can be filtered."""
    a = make_conversation(session, id="a", at=AT - timedelta(days=2), language="pt")
    a.customer = make_customer(session, name="Álvaro Reis", email="reis@mail.example")
    make_message(session, a, "/session_start", sender=Sender.SYSTEM)
    make_message(session, a, "A MÁQUINA não liga", intent="request_repair")
    ticket = make_ticket(session, conversation_id="a", language="pt")
    ticket.number = "K4F-7M2C"
    b = make_conversation(session, id="b", at=AT - timedelta(days=1), channel="telegram")
    make_message(session, b, "It leaks 100%", intent="file_complaint", error_id="E-00000001")
    c = make_conversation(session, id="c", at=AT)
    make_message(session, c, "hi", intent="greet", state=MessageState.FAILED)
    make_message(session, c, "What can I do for you?", sender=Sender.BOT)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "cba"),
        ("?q=m%C3%A1quina", "a"),
        ("?q=WHAT+CAN", "c"),
        ("?q=session_start", ""),
        ("?q=100%25", "b"),
        ("?q=100_", ""),
        ("?q=%C3%A1lvaro", "a"),
        ("?q=REIS@mail", "a"),
        ("?q=k4f+7m2c", "a"),
        ("?q=4f-7", "a"),
        ("?q=%00", "cba"),
        ("?channel=telegram", "b"),
        ("?channel=pigeon", ""),
        ("?language=pt", "a"),
        ("?intent=greet", "c"),
        ("?ticket=with", "a"),
        ("?error=with", "cb"),
        ("?from=2026-03-01", "cb"),
        ("?to=2026-03-01", "ba"),
        ("?from=2026-03-01&to=2026-03-01", "b"),
        ("?from=2026-03-02&to=2026-03-01", ""),
        ("?language=en&error=with&q=leaks", "b"),
    ],
)
def test_filters(browser: TestClient, database: SessionFactory, query: str, expected: str) -> None:
    with writing(database) as session:
        fill(session)
    assert listed(browser, query) == list(expected)


def test_days_are_those_of_the_company(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        # 23:30 of the first of March in São Paulo.
        make_conversation(session, id="late", at=datetime(2026, 3, 2, 2, 30, tzinfo=UTC))
    assert listed(browser, "?from=2026-03-01&to=2026-03-01") == ["late"]
    assert listed(browser, "?from=2026-03-02") == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "<b>"])
def test_a_day_that_cannot_be_read_is_said(browser: TestClient, day: str) -> None:
    page = browser.get("/console/conversations", params={"from": day})
    assert page.status_code == 200
    assert "is not a date that can be searched for" in page.text
    assert "<b>”" not in page.text


def test_row_says_who_when_what_and_how_much(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        fill(session)
    page = browser.get("/console/conversations?language=pt").text
    assert "Álvaro Reis" in page
    assert '<time datetime="2026-02-28T11:00:00+00:00">28 Feb 2026, 08:00</time>' in page
    assert "America/Sao Paulo, UTC−03:00" in page
    assert '<span lang="pt" dir="auto">A MÁQUINA não liga</span>' in page
    assert "Website, Portuguese" in page
    assert re.search(r'data-label="Messages"[^>]*>1<', page)
    assert 'href="/console/tickets/K4F-7M2C"' in page
    page = browser.get("/console/conversations?language=en").text
    assert "Unknown" in page
    assert "1 error" in page


def test_hostile_words_stay_words(browser: TestClient, database: SessionFactory) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    with writing(database) as session:
        conversation = make_conversation(session)
        conversation.customer = make_customer(session, name=evil)
        make_message(session, conversation, evil, intent=evil[:60])
    for query in ({}, {"q": evil}, {"channel": evil}, {"intent": evil}):
        page = browser.get("/console/conversations", params=query).text
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page


def test_pages_lose_and_double_nothing(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        for number in range(60):
            # Groups of seven share one moment, so that pages end inside a group.
            at = AT - timedelta(minutes=number // 7)
            conversation = make_conversation(session, id=f"c{number:02}", at=at)
            make_message(session, conversation, "water", at=at)
    address, seen, back = "/console/conversations?q=water", [], []
    while address:
        page = browser.get(address).text
        seen.append(ROW.findall(page))
        links = dict(NEXT.findall(page))
        back.append(links.get("prev"))
        address = links.get("next", "").replace("&amp;", "&")
    assert [len(rows) for rows in seen] == [25, 25, 10]
    assert sorted(chain.from_iterable(seen)) == [f"c{number:02}" for number in range(60)]
    assert back[0] is None
    for place in (2, 1):
        page = browser.get(back[place].replace("&amp;", "&")).text
        assert ROW.findall(page) == seen[place - 1]
    assert "prev" not in dict(NEXT.findall(page))


def test_new_conversations_do_not_shift_the_next_page(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        for number in range(30):
            make_conversation(session, id=f"c{number:02}", at=AT - timedelta(minutes=number))
    page = browser.get("/console/conversations").text
    following = dict(NEXT.findall(page))["next"]
    with writing(database) as session:
        make_conversation(session, id="fresh", at=AT + timedelta(minutes=1))
    assert ROW.findall(browser.get(following).text) == [f"c{n:02}" for n in range(25, 30)]


@pytest.mark.parametrize(
    "place",
    ["nonsense", "2026-03-02~x", "2026-03-02T10:00:00~x", "~", "9999-12-31T00:00:00+00:00~z"],
)
def test_mangled_place_shows_the_newest(
    browser: TestClient, database: SessionFactory, place: str
) -> None:
    with writing(database) as session:
        fill(session)
    answer = browser.get("/console/conversations", params={"older_than": place})
    assert ROW.findall(answer.text) == ["c", "b", "a"]


def test_empty_list_says_what_to_do(browser: TestClient) -> None:
    assert "Nobody has written yet" in browser.get("/console/conversations").text
    page = browser.get("/console/conversations?q=zebra").text
    assert "Remove a filter or use fewer words" in page
    assert 'href="/console/tickets?q=zebra"' in page


def test_number_of_queries_does_not_grow_with_the_list(
    browser: TestClient, database: SessionFactory
) -> None:
    def queries() -> int:
        statements: list[str] = []
        engine = database.kw["bind"]

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        browser.get("/console/conversations")
        event.remove(engine, "before_cursor_execute", note)
        assert not any(
            "OFFSET" in statement and "LIMIT" not in statement for statement in statements
        )
        return len(statements)

    with writing(database) as session:
        fill(session)
    few = queries()
    with writing(database) as session:
        for number in range(20):
            conversation = make_conversation(session, id=f"c{number}")
            conversation.customer = make_customer(session)
            make_message(session, conversation)
            make_ticket(session, conversation_id=conversation.id)
    assert queries() == few
