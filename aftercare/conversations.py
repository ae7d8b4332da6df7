"""What everybody who writes into a conversation has to do: hold it, and number what is said."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import BindParameter, Table, bindparam, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from aftercare.errors import NotFound
from aftercare.tables.conversations import Conversation

_id: BindParameter[str] = bindparam("conversation_id")
_HOLD = (
    select(Conversation.language, Conversation.last_seq, Conversation.last_message_at)
    .where(Conversation.id == _id)
    .with_for_update()
)
_KEEP = (
    update(cast(Table, Conversation.__table__))
    .where(Conversation.id == _id)
    .values(
        language=bindparam("now_in"), last_seq=bindparam("last"), last_message_at=bindparam("said")
    )
)


@dataclass
class Held:
    """What a message changes of its conversation; `keep` writes it back."""

    id: str
    language: str
    last_seq: int
    last_message_at: datetime


def lock_conversation(session: Session, conversation_id: str) -> Conversation:
    """The conversation, held by this transaction; SQLite holds the whole database instead.

    Raises NotFound.
    """
    conversation = session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if conversation is None:
        raise NotFound("there is no such conversation")
    return conversation


def hold(connection: Connection, conversation_id: str) -> Held:
    """As `lock_conversation`, for the way of every message, which has no time for objects.

    Raises NotFound.
    """
    row = connection.execute(_HOLD, {"conversation_id": conversation_id}).first()
    if row is None:
        raise NotFound("there is no such conversation")
    return Held(conversation_id, *row)


def keep(connection: Connection, held: Held) -> None:
    """Write back what was changed of a conversation that this transaction holds."""
    connection.execute(
        _KEEP,
        {
            "conversation_id": held.id,
            "now_in": held.language,
            "last": held.last_seq,
            "said": held.last_message_at,
        },
    )


def next_seq(conversation: Conversation | Held, now: datetime) -> int:
    """A number never given before in this conversation, which must be locked."""
    conversation.last_seq += 1
    conversation.last_message_at = max(conversation.last_message_at, now)
    return conversation.last_seq


def new_button_id(seq: int) -> str:
    """Unguessable; the number in front only says in which message to look for it."""
    return f"{seq}-{secrets.token_urlsafe(12)}"
