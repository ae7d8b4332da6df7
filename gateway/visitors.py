"""Chat tokens of the website: a new conversation, a fresh token for it, and whose a token is."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from aftercare.conversations import next_seq
from aftercare.customers import identify_customer
from aftercare.database import glancing
from aftercare.tables.conversations import (
    ChatSession,
    Conversation,
    Message,
    MessageState,
    Sender,
)
from gateway.desk import desk_of
from gateway.identity import Identity
from gateway.trouble import ApiError

CHANNEL = "website"

#: A token that was replaced is still good for what is on its way and for other tabs.
GRACE = timedelta(minutes=5)

_TOKEN_BYTES = 32
_LONGEST_TOKEN = 200
#: Asked with every call, so it is built once and goes past the ORM.
_WHOSE = select(ChatSession.conversation_id, ChatSession.expires_at).where(
    ChatSession.token_hash == bindparam("token_hash")
)


@dataclass(frozen=True)
class Pass:
    """A token, told once, and when it should be and must have been replaced."""

    token: str
    conversation_id: str
    renew_after: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Opened:
    new_pass: Pass
    greeting_seq: int


@dataclass(frozen=True)
class Visitor:
    """Whoever holds the token of this conversation."""

    conversation_id: str
    token_hash: str


def open_conversation(
    session: Session, language: str, identity: Identity | None, days: int, now: datetime
) -> Opened:
    """A conversation, the only copy of its token, and the greeting that the bot has to answer."""
    customer = None
    if identity:
        customer = identify_customer(
            session,
            external_id=identity.external_id,
            name=identity.name,
            email=identity.email,
            language=language,
            now=now,
        )
    conversation = Conversation(
        id=str(uuid.uuid4()),
        channel=CHANNEL,
        language=language,
        customer=customer,
        identified=customer is not None,
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
    session.add(greeting)
    return Opened(_new_pass(session, conversation.id, days, now), seq)


def renew_pass(session: Session, visitor: Visitor, days: int, now: datetime) -> Pass:
    """A fresh token for the same conversation; the present one ends soon."""
    present = session.get(ChatSession, visitor.token_hash)
    if present is None:
        raise invalid_session()
    present.expires_at = min(present.expires_at, now + GRACE)
    return _new_pass(session, visitor.conversation_id, days, now)


def visitor_of(request: Request) -> Visitor:
    """A dependency: who asks. Raises ApiError (401) without a valid token."""
    desk = desk_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise invalid_session()
    token_hash = _hash(token)
    with glancing(desk.sessions) as connection:
        found = connection.execute(_WHOSE, {"token_hash": token_hash}).first()
    if found is None or found.expires_at <= desk.clock():
        raise invalid_session()
    desk.limits.spend("session_requests", token_hash)
    return Visitor(found.conversation_id, token_hash)


def _new_pass(session: Session, conversation_id: str, days: int, now: datetime) -> Pass:
    token, lifetime = secrets.token_urlsafe(_TOKEN_BYTES), timedelta(days=days)
    session.add(
        ChatSession(
            token_hash=_hash(token),
            conversation_id=conversation_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return Pass(token, conversation_id, now + lifetime / 2, now + lifetime)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invalid_session() -> ApiError:
    return ApiError(
        401,
        "session_invalid",
        "The session token is missing, wrong or expired. Start a new session with "
        "POST /chat/v1/sessions and send its token as 'Authorization: Bearer TOKEN'.",
        {"WWW-Authenticate": "Bearer"},
    )
