"""The SQL of turns: what waits, what the bot answered, what was given up. Callers own sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.catalogue.entries import LANGUAGES
from aftercare.conversations import lock_conversation, new_button_id, next_seq
from aftercare.tables.conversations import Conversation, Message, MessageState, Sender
from gateway.bot import BotReply, QuotedSource, TurnResult
from gateway.notices import DELAY_NOTICE, GIVEN_UP_NOTICE, delay_text, given_up_text

_PENDING_ROWS = 20
_INTENT_CHARACTERS = 60
_RESPONSE_CHARACTERS = 100
_ERROR_ID_CHARACTERS = 20
#: Stands for the words of a message that has none.
_ONLY_FILES_SIGN = "📎"


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


def pending_messages(session: Session, conversation_id: str) -> list[Pending]:
    """The unanswered messages of a conversation, oldest first; a page of them."""
    rows = session.execute(
        select(Message.seq, Conversation.channel, Message.text, Message.payload, Message.sender)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.conversation_id == conversation_id, Message.state == MessageState.RECEIVED)
        .order_by(Message.seq)
        .limit(_PENDING_ROWS)
    )
    return [
        Pending(seq, channel, text, payload, sender == Sender.SYSTEM)
        for seq, channel, text, payload, sender in rows
    ]


def store_answer(
    session: Session, conversation_id: str, seq: int, result: TurnResult, now: datetime
) -> bool:
    """Store everything the bot answered to a message; False where it was answered before."""
    conversation = lock_conversation(session, conversation_id)
    message = _received(session, conversation_id, seq)
    if message is None:
        return False
    message.state = MessageState.DONE
    if result.understood:
        message.intent = _cut(result.understood.intent, _INTENT_CHARACTERS)
        message.confidence = result.understood.confidence
        message.entities = list(result.understood.entities)
    message.error_id = _cut(result.error_id, _ERROR_ID_CHARACTERS)
    if result.language in LANGUAGES:
        conversation.language = result.language
    for reply in result.replies:
        if reply.text or reply.buttons:
            session.add(_bot_message(conversation, seq, reply, now))
    return True


def store_delay_notice(
    session: Session, conversation_id: str, error_id: str, now: datetime
) -> bool:
    """Tell the customer once that the answer is late; False where there is no need."""
    conversation = lock_conversation(session, conversation_id)
    pending = pending_messages(session, conversation_id)
    if not pending:
        return False
    told = session.scalar(
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
    session.add(_notice(conversation, pending[0].seq, text, DELAY_NOTICE, error_id, now))
    return True


def store_given_up(
    session: Session, conversation_id: str, seq: int, error_id: str, email: str, now: datetime
) -> bool:
    """Mark a message as failed and tell the customer; False where it was answered before."""
    conversation = lock_conversation(session, conversation_id)
    message = _received(session, conversation_id, seq)
    if message is None:
        return False
    message.state = MessageState.FAILED
    message.error_id = error_id
    words = None if message.sender == Sender.SYSTEM else message.text or _ONLY_FILES_SIGN
    text = given_up_text(conversation.language, words=words, email=email, error_id=error_id)
    session.add(_notice(conversation, seq, text, GIVEN_UP_NOTICE, error_id, now))
    return True


def _received(session: Session, conversation_id: str, seq: int) -> Message | None:
    return session.scalar(
        select(Message).where(
            Message.conversation_id == conversation_id,
            Message.seq == seq,
            Message.state == MessageState.RECEIVED,
        )
    )


def _bot_message(
    conversation: Conversation, answers_seq: int, reply: BotReply, now: datetime
) -> Message:
    seq = next_seq(conversation, now)
    return Message(
        conversation_id=conversation.id,
        seq=seq,
        sender=Sender.BOT,
        # PostgreSQL cannot keep a NUL in a text.
        text=reply.text.replace("\0", ""),
        at=now,
        state=MessageState.DONE,
        answers_seq=answers_seq,
        response=_cut(reply.response, _RESPONSE_CHARACTERS),
        buttons=[
            {"id": new_button_id(seq), "title": button.title, "payload": button.payload}
            for button in reply.buttons
        ],
        sources=[_source(source, conversation.language) for source in reply.sources],
    )


def _source(source: QuotedSource, language: str) -> dict[str, str]:
    """What is kept of a source; a quote only where it is not in the conversation's language."""
    kept = {"title": source.title, "section": source.section, "path": source.path}
    if source.language and source.language != language:
        kept |= {"language": source.language, "quote": source.quote.replace("\0", "")}
    return kept


def _notice(
    conversation: Conversation,
    answers_seq: int,
    text: str,
    response: str,
    error_id: str,
    now: datetime,
) -> Message:
    return Message(
        conversation_id=conversation.id,
        seq=next_seq(conversation, now),
        sender=Sender.BOT,
        text=text,
        at=now,
        state=MessageState.DONE,
        answers_seq=answers_seq,
        response=response,
        error_id=error_id,
    )


def _cut(text: str | None, characters: int) -> str | None:
    return text[:characters] if text else None
