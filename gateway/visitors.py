"""Chat tokens of the website: a new conversation with its token, and whose a token is."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy.orm import Session

from aftercare.database import reading
from aftercare.tables.conversations import (
    ChatSession,
    Conversation,
    Message,
    MessageState,
    Sender,
)
from gateway.desk import desk_of
from gateway.store import next_seq
from gateway.trouble import ApiError

CHANNEL = "website"

_TOKEN_BYTES = 32
_LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Opened:
    token: str
    conversation_id: str
    greeting_seq: int


@dataclass(frozen=True)
class Visitor:
    """Whoever holds the token of this conversation."""

    conversation_id: str
    expires_at: datetime


def open_conversation(session: Session, language: str, days: int, now: datetime) -> Opened:
    """A conversation, the only copy of its token, and the greeting that the bot has to answer."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    conversation = Conversation(
        id=str(uuid.uuid4()),
        channel=CHANNEL,
        language=language,
        started_at=now,
        last_message_at=now,
        last_seq=0,
    )
    session.add(conversation)
    session.flush()
    seq = next_seq(conversation, now)
    greeting = Message(
        conversation_id=conversation.id,
        seq=seq,
        sender=Sender.SYSTEM,
        text="",
        payload=f"/greet{json.dumps({'language': language})}",
        at=now,
        state=MessageState.RECEIVED,
    )
    pass_ = ChatSession(
        token_hash=_hash(token),
        conversation_id=conversation.id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add_all([greeting, pass_])
    return Opened(token, conversation.id, seq)


def visitor_of(request: Request) -> Visitor:
    """A dependency: who asks. Raises ApiError (401) without a valid token."""
    desk = desk_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise _invalid()
    with reading(desk.sessions) as session:
        found = session.get(ChatSession, _hash(token))
    if found is None or found.expires_at <= desk.clock():
        raise _invalid()
    return Visitor(found.conversation_id, found.expires_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _invalid() -> ApiError:
    return ApiError(
        401,
        "session_invalid",
        "The session token is missing, wrong or expired. Start a new session with "
        "POST /chat/v1/sessions and send its token as 'Authorization: Bearer TOKEN'.",
        {"WWW-Authenticate": "Bearer"},
    )
