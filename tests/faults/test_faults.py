"""What customers and staff meet when a part fails: kind words, nothing lost, an id to look up."""

from __future__ import annotations

import re
import sqlite3
import uuid

import pytest
from sqlalchemy import select

from aftercare.database import open_engine, open_sessions, reading
from aftercare.guidance.index import FOLDER, build_index
from aftercare.tables.conversations import Message
from tests.chat_client import ChatClient
from tests.stack import Stack

TECHNICAL = re.compile(
    r"Traceback|Exception|Error:|sqlite|sqlalchemy|rasa|None|\{|\}", re.IGNORECASE
)
ERROR_ID = re.compile(r"E-[0-9a-f]{8}")


def stored_error_ids(stack: Stack, conversation_id: str) -> set[str]:
    engine = open_engine(stack.settings)
    with reading(open_sessions(engine)) as session:
        found = session.scalars(
            select(Message.error_id).where(
                Message.conversation_id == conversation_id, Message.error_id.is_not(None)
            )
        )
        ids = {error_id for error_id in found if error_id}
    engine.dispose()
    return ids


def logs(stack: Stack) -> str:
    return "\n".join(program.log.read_text() for program in stack.programs.values())


def names_turn(stack: Stack, chat: ChatClient, seq: int) -> set[str]:
    """The programs that logged something as belonging to this turn."""
    correlation = f"correlation={chat.conversation_id}:{seq}"
    return {
        name for name, program in stack.programs.items() if correlation in program.log.read_text()
    }


@pytest.mark.parametrize(
    ("language", "wish", "kind_words", "go_on", "question"),
    [
        (
            "en",
            "my coffee machine leaks water",
            "Something isn't working",
            "try again",
            "Before a technician",
        ),
        (
            "pt",
            "minha cafeteira está vazando água",
            "Algo não está",
            "tente de novo",
            "Antes de chamar um técnico",
        ),
    ],
)
def test_action_server_down(
    fragile: Stack, language: str, wish: str, kind_words: str, go_on: str, question: str
) -> None:
    chat = ChatClient(fragile.settings.site_url, language)
    fragile.programs["actions"].stop()
    try:
        seq = chat.say(wish)
        heard = chat.hears(kind_words)
        assert go_on in heard
        assert not TECHNICAL.search(heard)
        error_id = ERROR_ID.search(heard)
        assert error_id
        assert error_id.group() in stored_error_ids(fragile, chat.conversation_id)
        assert error_id.group() in logs(fragile)
        assert names_turn(fragile, chat, seq) == {"web", "bot"}
    finally:
        fragile.restart("actions")
    assert any(m["text"] == wish for m in chat.messages())
    chat.say(wish)
    chat.hears(question)


@pytest.mark.parametrize(
    ("language", "text", "notice", "answer"),
    [
        ("en", "are you a robot?", "kept", "computer program"),
        ("pt", "você é um robô?", "guardad", "programa de computador"),
    ],
)
def test_bot_restarting(fragile: Stack, language: str, text: str, notice: str, answer: str) -> None:
    chat = ChatClient(fragile.settings.site_url, language)
    chat.hears("Marulho")
    fragile.programs["bot"].stop()
    try:
        chat.say(text)
        heard = chat.hears(notice)
        assert not TECHNICAL.search(heard)
    finally:
        fragile.restart("bot")
    chat.hears(answer)
    after = [m for m in chat.messages(chat.seq) if m["from"] == "bot"]
    assert len(after) == 2, "one notice, one answer"
    error_ids = stored_error_ids(fragile, chat.conversation_id)
    assert error_ids
    assert all(error_id in logs(fragile) for error_id in error_ids)


def test_manual_index_missing(fragile: Stack) -> None:
    index = fragile.folder / FOLDER
    away = fragile.folder / "guidance.away"
    index.rename(away)
    try:
        chat = ChatClient(fragile.settings.site_url, "en")
        chat.say("how do I descale the coffee machine?")
        heard = chat.hears("can't open the manuals")
        assert not TECHNICAL.search(heard)
        error_id = ERROR_ID.search(heard)
        assert error_id
        assert error_id.group() in logs(fragile)
    finally:
        engine = open_engine(fragile.settings)
        build_index(open_sessions(engine), fragile.folder)
        engine.dispose()
    chat.say("how do I descale the coffee machine?")
    chat.hears("Empty the drip tray")


def test_database_locked(fragile: Stack) -> None:
    chat = ChatClient(fragile.settings.site_url, "pt")
    chat.hears("Marulho")
    lock = sqlite3.connect(fragile.folder / "aftercare.db", isolation_level=None)
    message = {"id": str(uuid.uuid4()), "text": "bom dia"}
    lock.execute("BEGIN IMMEDIATE")
    try:
        refused = chat.post(message)
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    error = refused.json()["error"]
    assert error["code"] == "storage_unavailable"
    assert not TECHNICAL.search(error["message"])
    assert error["error_id"] in logs(fragile)
    accepted = chat.post(message)
    assert accepted.status_code == 202
    chat.seq = accepted.json()["seq"]
    chat.hears("Marulho")


def test_ticket_that_could_not_be_stored_is_stored_once_at_the_next_try(fragile: Stack) -> None:
    chat = ChatClient(fragile.settings.site_url, "en")
    for text, answer in (
        ("I want to talk to a person", "What is it about"),
        ("the invoice is wrong", "name"),
        ("Ann Lee", "e-mail address or phone"),
    ):
        chat.say(text)
        chat.hears(answer)
    database = sqlite3.connect(fragile.folder / "aftercare.db", isolation_level=None)
    # The ticket tables refuse to be written, the conversation's stay: the action alone fails.
    database.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON tickets BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    try:
        seq = chat.say("ann.lee@example.com")
        heard = chat.hears(lambda text: bool(ERROR_ID.search(text)))
        assert names_turn(fragile, chat, seq) >= {"web", "actions"}
        assert not TECHNICAL.search(heard)
    finally:
        database.execute("DROP TRIGGER broken")
    chat.say("ann.lee@example.com")
    heard = chat.hears("Your ticket number is")
    written = database.execute(
        "SELECT count(*) FROM tickets WHERE conversation_id = ?", (chat.conversation_id,)
    ).fetchone()
    database.close()
    assert written == (1,)
