"""Staff take conversations, answer in them and hand them back; nobody does so unknowingly."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.handover.changes import Written, ask_for_person, reply, take
from aftercare.handover.queue import Standing, read_standing
from aftercare.settings import Settings
from aftercare.tables.conversations import Conversation, Message, Sender
from aftercare.tables.staff import Staff
from tests.console.browsers import Clock, Response, TestClient, form_token, open_browser, sign_in
from tests.factories import make_conversation, make_message, make_staff

AS_SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def conversation_id(database: SessionFactory, clock: Clock) -> str:
    """A customer who waits for a person."""
    with writing(database) as session:
        conversation = make_conversation(session, at=clock())
        make_message(session, conversation, "I want a person", at=clock())
        ask_for_person(session, conversation.id, clock())
        return conversation.id


@pytest.fixture
def bruno(
    settings: Settings, database: SessionFactory, clock: Clock, browser: TestClient
) -> TestClient:
    """A browser in which Bruno, a colleague of Rita's, is signed in."""
    with writing(database) as session:
        make_staff(session, name="Bruno", email="bruno@marulho.example")
    own = open_browser(settings, database, clock)
    assert sign_in(own, email="bruno@marulho.example").status_code == 303
    return own


def send(browser: TestClient, path: str, script: bool = False, **fields: str) -> Response:
    headers = AS_SCRIPT if script else {}
    form = {"csrf": form_token(browser), **fields}
    return browser.post(f"/console{path}", data=form, headers=headers)


def standing(database: SessionFactory, conversation_id: str, clock: Clock) -> Standing | None:
    with reading(database) as session:
        return read_standing(session, conversation_id, clock())


def said_by_staff(database: SessionFactory) -> list[tuple[str, str | None]]:
    with reading(database) as session:
        rows = session.execute(
            select(Message.text, Message.author).where(Message.sender == Sender.STAFF)
        )
        return [(text, author) for text, author in rows]


def test_taken_conversation_shows_a_box_to_answer(
    browser: TestClient, database: SessionFactory, conversation_id: str, clock: Clock
) -> None:
    page = browser.get(f"/console/conversations/{conversation_id}").text
    assert "The customer waits for a person" in page
    assert "<textarea" not in page
    answer = send(browser, f"/conversations/{conversation_id}/take")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "You have this conversation since" in page
    assert "<textarea" in page
    assert "Rita Prado</bdi> took the conversation" in page
    told = standing(database, conversation_id, clock)
    assert told and told.name == "Rita Prado"


def test_second_who_takes_sees_who_has_it_and_may_take_over_knowingly(
    browser: TestClient,
    bruno: TestClient,
    database: SessionFactory,
    conversation_id: str,
    clock: Clock,
) -> None:
    send(browser, f"/conversations/{conversation_id}/take")
    refused = send(bruno, f"/conversations/{conversation_id}/take")
    assert refused.status_code == 409
    assert "Rita Prado has this conversation now" in refused.text
    found = re.search(r'name="over_from" value="(\d+)"', refused.text)
    assert found
    send(bruno, f"/conversations/{conversation_id}/take", over_from=found[1])
    told = standing(database, conversation_id, clock)
    assert told and told.name == "Bruno"
    # Rita's box is still open; what she sends is refused, shown to her and kept.
    late = send(
        browser, f"/conversations/{conversation_id}/reply", id=str(uuid4()), text="I'd say <b>yes"
    )
    assert late.status_code == 409
    assert "Bruno has this conversation now" in late.text
    assert "I&#39;d say &lt;b&gt;yes</textarea>" in late.text
    assert said_by_staff(database) == []


def test_answer_reaches_the_customer_once(
    browser: TestClient, database: SessionFactory, conversation_id: str
) -> None:
    send(browser, f"/conversations/{conversation_id}/take")
    form_id = str(uuid4())
    for script in (False, True, True):
        answer = send(
            browser, f"/conversations/{conversation_id}/reply", script, id=form_id, text=" Hello\n"
        )
        assert answer.status_code == (201 if script else 303)
    assert said_by_staff(database) == [("Hello", "Rita Prado")]
    assert answer.json()["next_id"] != form_id


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": "  "}, "empty"),
        ({"text": "x" * 2001}, "too_long"),
        ({"text": "Hello", "id": "'; --"}, "wrong_id"),
        ({"text": "Hello", "id": ""}, "wrong_id"),
    ],
)
def test_answer_that_cannot_be_taken_is_told(
    browser: TestClient,
    database: SessionFactory,
    conversation_id: str,
    fields: dict[str, str],
    problem: str,
) -> None:
    send(browser, f"/conversations/{conversation_id}/take")
    form = {"id": str(uuid4()), **fields}
    answer = send(browser, f"/conversations/{conversation_id}/reply", script=True, **form)
    assert (answer.status_code, answer.json()["problem"]) == (409, problem)
    assert send(browser, f"/conversations/{conversation_id}/reply", **form).status_code == 409
    assert said_by_staff(database) == []


def test_numbers_of_cards_are_masked_in_answers_too(
    browser: TestClient, database: SessionFactory, conversation_id: str
) -> None:
    send(browser, f"/conversations/{conversation_id}/take")
    send(
        browser,
        f"/conversations/{conversation_id}/reply",
        id=str(uuid4()),
        text="your card 4111 1111 1111 1111",
    )
    assert "4111 1111 1111 1111" not in said_by_staff(database)[0][0]


def test_handed_back_conversation_is_announced_to_the_engine(
    browser: TestClient, database: SessionFactory, conversation_id: str, clock: Clock
) -> None:
    refused = send(browser, f"/conversations/{conversation_id}/hand-back")
    assert refused.status_code == 409
    assert "the bot has this conversation again" in refused.text
    send(browser, f"/conversations/{conversation_id}/take")
    send(browser, f"/conversations/{conversation_id}/hand-back")
    assert standing(database, conversation_id, clock) is None
    engine = browser.app.state.desk.engine
    assert engine.deferred == [conversation_id]
    with reading(database) as session:
        last = session.get_one(Conversation, conversation_id).last_seq
    assert engine.woken == [(conversation_id, last)]


def test_role_that_is_unknown_takes_nothing(
    browser: TestClient, database: SessionFactory, conversation_id: str
) -> None:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = "guest"
    for path in ("take", "hand-back", "reply", "typing"):
        answer = send(browser, f"/conversations/{conversation_id}/{path}", id=str(uuid4()))
        assert answer.status_code == 403
    page = browser.get(f"/console/conversations/{conversation_id}").text
    assert "/take" not in page
    assert 'role="switch"' not in page


def test_news_hold_what_came_after_a_line(
    browser: TestClient, database: SessionFactory, conversation_id: str, clock: Clock
) -> None:
    with writing(database) as session:
        rita = session.scalars(select(Staff)).one()
        take(session, conversation_id, rita, clock())
        said = Written("Hello <b>you", str(uuid4()))
        reply(session, conversation_id, rita, said, clock())
    news = browser.get(f"/console/conversations/{conversation_id}/news?after=1").text
    assert "I want a person" not in news
    assert "Hello &lt;b&gt;you" in news
    assert "took the conversation" in news
    assert 'data-mine="yes"' in news
    assert (
        "I want a person"
        in browser.get(f"/console/conversations/{conversation_id}/news?after=x").text
    )


def test_open_page_does_not_keep_an_idle_session_alive(
    browser: TestClient, conversation_id: str, clock: Clock, settings: Settings
) -> None:
    for _ in range(4):
        clock.pass_by(minutes=settings.staff_idle_minutes / 3)
        answer = browser.get(f"/console/conversations/{conversation_id}/news")
        pulse = browser.get("/console/queue/pulse")
    assert (answer.status_code, pulse.status_code) == (303, 303)


def test_typing_is_told_by_whoever_has_the_conversation_only(
    browser: TestClient, bruno: TestClient, conversation_id: str
) -> None:
    send(browser, f"/conversations/{conversation_id}/take")
    told: list[str] = []
    for one in (browser, bruno):
        hub = one.app.state.desk.hub
        hub.person_types = lambda number, who: told.append(f"{number} {who}")
        answer = send(one, f"/conversations/{conversation_id}/typing")
        assert answer.status_code == 204
    assert told == [f"{conversation_id} staff"]
