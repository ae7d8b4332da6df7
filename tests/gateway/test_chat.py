"""Opening a conversation, saying something once, pressing only what was offered."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading
from aftercare.settings import Settings
from aftercare.tables.conversations import ChatSession, Conversation, Message, MessageState, Sender
from gateway.bot import BotReply, OfferedButton, QuotedSource, Turn, TurnResult
from tests.fakes import FakeBot, SteeredClock, echo
from tests.gateway.doors import TestClient, Visit, new_visit, wait_until
from tests.postgresql import BOTH

pytestmark = BOTH

OFFER = TurnResult(
    (BotReply("Is it on?", "utter_ask_power", (OfferedButton("Yes", '/affirm{"on": "yes"}'),)),)
)


def offering(turn: Turn) -> TurnResult:
    return OFFER if turn.text == "help" else echo(turn)


def test_new_conversation_is_stored_with_a_greeting_for_the_bot(
    idle_client: TestClient, sessions: SessionFactory, clock: SteeredClock
) -> None:
    visit = new_visit(idle_client, "pt")
    with reading(sessions) as session:
        conversation = session.get(Conversation, visit.conversation_id)
        greeting = session.scalars(select(Message)).one()
    assert conversation is not None
    assert (conversation.channel, conversation.language) == ("website", "pt")
    assert conversation.started_at == clock.now
    assert greeting.sender == Sender.SYSTEM
    assert greeting.state == MessageState.RECEIVED
    assert greeting.payload == '/greet{"language": "pt"}'


def test_only_the_hash_of_a_long_token_is_kept(
    idle_visit: Visit, sessions: SessionFactory, settings: Settings, clock: SteeredClock
) -> None:
    with reading(sessions) as session:
        kept = session.scalars(select(ChatSession)).one()
    assert len(idle_visit.token) >= 43
    assert kept.token_hash == hashlib.sha256(idle_visit.token.encode()).hexdigest()
    assert kept.expires_at == clock.now + timedelta(days=settings.chat_session_days)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("pt-PT", "pt"),
        ("en-GB,en;q=0.9,pt;q=0.2", "en"),
        ("fr-FR", "en"),
        ("", "en"),
        ("pt;q=abc, *;q=2", "en"),
    ],
)
def test_language_comes_from_the_browser_else_from_the_company(
    idle_client: TestClient, sessions: SessionFactory, accepted: str, language: str
) -> None:
    headers = {"Accept-Language": accepted}
    made = idle_client.post("/chat/v1/sessions", json={}, headers=headers).json()
    with reading(sessions) as session:
        conversation = session.get(Conversation, made["conversation_id"])
    assert conversation is not None
    assert conversation.language == language


@pytest.mark.parametrize("language", ["de", "", None, 5, ["pt"], {"a": 1}])
def test_unknown_language_is_refused(idle_client: TestClient, language: object) -> None:
    answer = idle_client.post("/chat/v1/sessions", json={"language": language})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unknown_language"


def test_message_is_stored_before_it_is_acknowledged(
    idle_visit: Visit, sessions: SessionFactory
) -> None:
    client_id = str(uuid4())
    answer = idle_visit.post({"id": client_id, "text": " Ol\u0061\u0301! "})
    assert (answer.status_code, answer.json()) == (202, {"id": client_id, "seq": 2})
    with reading(sessions) as session:
        stored = session.scalars(select(Message).where(Message.seq == 2)).one()
    assert (stored.text, stored.payload) == ("Olá!", None)
    assert (stored.sender, stored.state) == (Sender.CUSTOMER, MessageState.RECEIVED)


def test_same_id_is_the_same_message(idle_visit: Visit) -> None:
    client_id = str(uuid4())
    first = idle_visit.say("The drum is stuck", client_id)
    assert idle_visit.say("The drum is stuck", client_id) == first
    assert idle_visit.say("The drum is stuck", client_id.upper()) == first
    assert idle_visit.texts() == ["The drum is stuck"]


def test_same_id_from_eight_threads_is_one_message(
    idle_visit: Visit, sessions: SessionFactory
) -> None:
    client_id = str(uuid4())
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: idle_visit.say("Hello", client_id), range(24)))
    assert set(numbers) == {2}
    with reading(sessions) as session:
        count = session.scalar(
            select(func.count()).select_from(Message).where(Message.sender == Sender.CUSTOMER)
        )
    assert count == 1


def test_different_ids_at_once_get_different_numbers(idle_visit: Visit) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: idle_visit.say(f"Message {n}"), range(24)))
    assert sorted(numbers) == list(range(2, 26))


def test_reused_id_with_other_words_is_a_conflict(idle_visit: Visit) -> None:
    client_id = str(uuid4())
    idle_visit.say("One", client_id)
    answer = idle_visit.post({"id": client_id, "text": "Two"})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "id_reused"


def test_same_id_in_another_conversation_is_another_message(idle_client: TestClient) -> None:
    client_id = str(uuid4())
    one, two = new_visit(idle_client), new_visit(idle_client)
    one.say("Mine", client_id)
    two.say("Also mine", client_id)
    assert (one.texts(), two.texts()) == (["Mine"], ["Also mine"])


@pytest.mark.parametrize("typed", ["/restart", '/inform{"ticket": "1"}', "/greet", "EXTERNAL: x"])
def test_typed_command_stays_text(visit: Visit, bot: FakeBot, typed: str) -> None:
    visit.say(typed)
    turn = wait_until(lambda: next((turn for turn in bot.turns if turn.text == typed), None))
    assert turn.payload is None


def test_pressed_button_carries_the_payload_that_was_offered(visit: Visit, bot: FakeBot) -> None:
    bot.answer = offering
    visit.say("help")
    button = visit.wait_for("Is it on?")["buttons"][0]
    assert button.keys() == {"id", "title"}
    assert visit.press(button["id"]).status_code == 202
    visit.wait_for("You said: /affirm")
    assert (bot.turns[-1].text, bot.turns[-1].payload) == ("Yes", '/affirm{"on": "yes"}')
    assert "Yes" in visit.texts()


def test_repeated_press_is_one_message(visit: Visit, bot: FakeBot) -> None:
    bot.answer = offering
    visit.say("help")
    button = visit.wait_for("Is it on?")["buttons"][0]["id"]
    body = {"id": str(uuid4()), "button": button}
    assert visit.post(body).json() == visit.post(body).json()
    assert visit.texts().count("Yes") == 1


def test_button_of_another_conversation_is_refused(
    client: TestClient, visit: Visit, bot: FakeBot
) -> None:
    bot.answer = offering
    other = new_visit(client)
    for one in (visit, other):
        one.say("help")
        one.wait_for("Is it on?")
    foreign = other.wait_for("Is it on?")["buttons"][0]["id"]
    answer = visit.press(foreign)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unknown_button"


@pytest.mark.parametrize(
    "button", ["/affirm", "2-", "2-guess", "", "-", "²-x", "9" * 40, "2-\u00e9", 7, None, ["2-a"]]
)
def test_invented_button_is_refused(visit: Visit, button: object) -> None:
    answer = visit.post({"id": str(uuid4()), "button": button})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unknown_button"


def test_sources_lead_to_the_own_website_only(visit: Visit, bot: FakeBot) -> None:
    sources = (
        QuotedSource("Manual", "Safety", "/manuals/mare-w900/en/safety-use"),
        QuotedSource("Manual", "Evil", "@evil.example/"),
    )
    bot.answer = lambda turn: TurnResult((BotReply("Read this", sources=sources),))
    visit.say("how?")
    assert visit.wait_for("Read this")["sources"] == [
        {
            "title": "Manual",
            "section": "Safety",
            "url": "http://127.0.0.1:8080/manuals/mare-w900/en/safety-use",
        }
    ]


def test_words_in_another_language_are_told_with_it(visit: Visit, bot: FakeBot) -> None:
    quote = "Descalcificar\n\n1. Esvazie o reservatório."
    path = "/manuals/aroma-c200/pt/descaling"
    other = QuotedSource("Manual da C200", "Descalcificar", path, "pt", quote)
    own = QuotedSource("C200 Manual", "Descaling", path, "en", "Descaling\n\n1. Empty the tank.")
    replies = (
        BotReply(f"Only the Portuguese manual tells this:\n\n{quote}", sources=(other,)),
        BotReply(own.quote, sources=(own,)),
    )
    bot.answer = lambda turn: TurnResult(replies)
    visit.say("how?")
    quoted, plain = visit.wait_for("Only the"), visit.wait_for("Descaling")
    assert quoted["quote"] == {"text": quote, "lang": "pt"}
    assert quoted["sources"][0]["lang"] == "pt"
    assert "quote" not in plain
    assert "lang" not in plain["sources"][0]


def test_history_is_paged_and_never_shows_the_greeting_turn(idle_visit: Visit) -> None:
    for number in range(210):
        idle_visit.say(f"Message {number}")
    first = idle_visit.messages()
    rest = idle_visit.messages(after=first[-1]["seq"])
    assert (len(first), len(rest)) == (200, 10)
    assert [m["seq"] for m in first + rest] == list(range(2, 212))
    assert {m["from"] for m in first + rest} == {"customer"}
    assert first[0] == {
        "seq": 2,
        "from": "customer",
        "text": "Message 0",
        "buttons": [],
        "attachments": [],
        "sources": [],
        "at": "2026-03-02T12:00:00Z",
    }


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "99999999999999999999", ""])
def test_history_after_nonsense_is_refused(idle_visit: Visit, after: str) -> None:
    path = f"/chat/v1/messages?after={after}"
    answer = idle_visit.client.get(path, headers=idle_visit.headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_parameter"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic abc", "Bearer " + "a" * 5000, "bearer  \xe9"],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "messages"), ("GET", "messages"), ("GET", "events")]
)
def test_wrong_token_is_refused(
    idle_client: TestClient, method: str, path: str, authorization: str
) -> None:
    answer = idle_client.request(
        method, f"/chat/v1/{path}", headers={"Authorization": authorization.encode("latin-1")}
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "session_invalid"


def test_expired_token_is_refused(
    idle_visit: Visit, settings: Settings, clock: SteeredClock
) -> None:
    clock.pass_by(days=settings.chat_session_days)
    answer = idle_visit.post({"id": str(uuid4()), "text": "Still me"})
    assert answer.status_code == 401
