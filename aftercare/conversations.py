"""What everybody who writes into a conversation has to do: hold it, and number what is said."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.errors import NotFound
from aftercare.tables.conversations import Conversation


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


def next_seq(conversation: Conversation, now: datetime) -> int:
    """A number never given before in this conversation, which must be locked."""
    conversation.last_seq += 1
    conversation.last_message_at = max(conversation.last_message_at, now)
    return conversation.last_seq


def new_button_id(seq: int) -> str:
    """Unguessable; the number in front only says in which message to look for it."""
    return f"{seq}-{secrets.token_urlsafe(12)}"
