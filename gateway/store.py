"""The SQL of turns: what waits, what the bot answered, what was given up. Callers own sessions.

The statements of every turn are built once and go past the ORM, which took ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from aftercare.catalogue.entries import LANGUAGES
from aftercare.conversations import Held, hold, keep, new_button_id, next_seq
from aftercare.tables.conversations import Conversation, Message, MessageState, Sender
from gateway.bot import BotReply, QuotedSource, TurnResult
from gateway.notices import DELAY_NOTICE, GIVEN_UP_NOTICE, delay_text, given_up_text

_PENDING_ROWS = 20
_INTENT_CHARACTERS = 60
_RESPONSE_CHARACTERS = 100
_ERROR_ID_CHARACTERS = 20
#: Stands for the words of a message that has none.
_ONLY_FILES_SIGN = "📎"

_messages = cast(Table, Message.__table__)
_here = Message.conversation_id == bindparam("conversation_id")
_waits = Message.state == MessageState.RECEIVED
_PENDING = (
    select(Message.seq, Conversation.channel, Message.text, Message.payload, Message.sender)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(_here, _waits)
    .order_by(Message.seq)
    .limit(_PENDING_ROWS)
)
_RECEIVED = select(Message.id, Message.sender, Message.text).where(
    _here, Message.seq == bindparam("seq"), _waits
)
#: What is set are the other values that it is given.
_END = update(_messages).where(Message.id == bindparam("number"))
_SAY = insert(_messages)


@dataclass(frozen=True)
class Pending:
    """A stored message that waits for its answer."""

    seq: int
    channel: str
    text: str
    payload: str | None
    opening: bool  # the greeting, which nobody typed


def waiting_conversations(session: Session) -> dict[str, tuple[int, int]]:
    """Every conversation with unanswered messages: the first and the last of their numbers."""
    rows = session.execute(
        select(Message.conversation_id, func.min(Message.seq), func.max(Message.seq))
        .where(Message.state == MessageState.RECEIVED)
        .group_by(Message.conversation_id)
        .order_by(func.min(Message.id))
    )
    return {conversation_id: (first, last) for conversation_id, first, last in rows}


def count_waiting(session: Session) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(Message).where(Message.state == MessageState.RECEIVED)
        )
        or 0
    )


def pending_messages(connection: Connection, conversation_id: str) -> list[Pending]:
    """The unanswered messages of a conversation, oldest first; a page of them."""
    rows = connection.execute(_PENDING, {"conversation_id": conversation_id})
    return [
        Pending(seq, channel, text, payload, sender == Sender.SYSTEM)
        for seq, channel, text, payload, sender in rows
    ]


def store_answer(
    connection: Connection, conversation_id: str, seq: int, result: TurnResult, now: datetime
) -> bool:
    """Store everything the bot answered to a message; False where it was answered before."""
    conversation = hold(connection, conversation_id)
    message = _received(connection, conversation_id, seq)
    if message is None:
        return False
    ended = {
        "number": message.id,
        "state": MessageState.DONE,
        "error_id": _cut(result.error_id, _ERROR_ID_CHARACTERS),
    }
    if result.understood:
        ended |= {
            "intent": _cut(result.understood.intent, _INTENT_CHARACTERS),
            "confidence": result.understood.confidence,
            "entities": list(result.understood.entities),
        }
    connection.execute(_END, ended)
    if result.language in LANGUAGES:
        conversation.language = result.language
    said = [
        _bot_message(conversation, seq, reply, now)
        for reply in result.replies
        if reply.text or reply.buttons
    ]
    if said:
        connection.execute(_SAY, said)
    keep(connection, conversation)
    return True


def store_delay_notice(
    connection: Connection, conversation_id: str, error_id: str, now: datetime
) -> bool:
    """Tell the customer once that the answer is late; False where there is no need."""
    conversation = hold(connection, conversation_id)
    pending = pending_messages(connection, conversation_id)
    if not pending:
        return False
    told = connection.scalar(
        select(Message.id).where(
            Message.conversation_id == conversation_id,
            Message.seq > pending[0].seq,
            Message.response == DELAY_NOTICE,
        )
    )
    if told is not None:
        return False
    opening = all(message.opening for message in pending)
    text = delay_text(conversation.language, opening=opening)
    notice = _notice(conversation, pending[0].seq, text, DELAY_NOTICE, error_id, now)
    connection.execute(_SAY, notice)
    keep(connection, conversation)
    return True


def store_given_up(
    connection: Connection, conversation_id: str, seq: int, error_id: str, email: str, now: datetime
) -> bool:
    """Mark a message as failed and tell the customer; False where it was answered before."""
    conversation = hold(connection, conversation_id)
    message = _received(connection, conversation_id, seq)
    if message is None:
        return False
    failed = {"number": message.id, "state": MessageState.FAILED, "error_id": error_id}
    connection.execute(_END, failed)
    words = None if message.sender == Sender.SYSTEM else message.text or _ONLY_FILES_SIGN
    text = given_up_text(conversation.language, words=words, email=email, error_id=error_id)
    connection.execute(_SAY, _notice(conversation, seq, text, GIVEN_UP_NOTICE, error_id, now))
    keep(connection, conversation)
    return True


def _received(connection: Connection, conversation_id: str, seq: int) -> Row[int, str, str] | None:
    return connection.execute(_RECEIVED, {"conversation_id": conversation_id, "seq": seq}).first()


def _bot_message(
    conversation: Held, answers_seq: int, reply: BotReply, now: datetime
) -> dict[str, Any]:
    seq = next_seq(conversation, now)
    return {
        "conversation_id": conversation.id,
        "seq": seq,
        "sender": Sender.BOT,
        # PostgreSQL cannot keep a NUL in a text.
        "text": reply.text.replace("\0", ""),
        "at": now,
        "state": MessageState.DONE,
        "answers_seq": answers_seq,
        "response": _cut(reply.response, _RESPONSE_CHARACTERS),
        "buttons": [
            {"id": new_button_id(seq), "title": button.title, "payload": button.payload}
            for button in reply.buttons
        ],
        "sources": [_source(source, conversation.language) for source in reply.sources],
    }


def _source(source: QuotedSource, language: str) -> dict[str, str]:
    """What is kept of a source; a quote only where it is not in the conversation's language."""
    kept = {"title": source.title, "section": source.section, "path": source.path}
    if source.language and source.language != language:
        kept |= {"language": source.language, "quote": source.quote.replace("\0", "")}
    return kept


def _notice(
    conversation: Held, answers_seq: int, text: str, response: str, error_id: str, now: datetime
) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "seq": next_seq(conversation, now),
        "sender": Sender.BOT,
        "text": text,
        "at": now,
        "state": MessageState.DONE,
        "answers_seq": answers_seq,
        "response": response,
        "error_id": error_id,
    }


def _cut(text: str | None, characters: int) -> str | None:
    return text[:characters] if text else None
