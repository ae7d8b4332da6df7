"""Reads a conversation as its customer sees it: what was said, and who has it.

As in gateway/store.py, the statements are built once and go past the ORM: every live stream reads
after each turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from aftercare.handover.queue import Standing, read_standing
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import ChatSession, Conversation, Message, Sender
from aftercare.tables.handover import Handover, HandoverState
from gateway.visitors import Visitor

PAGE_MESSAGES = 200

#: Until when the token is good, the language, and whether anybody but the bot is asked for.
_STATE = (
    select(ChatSession.expires_at, Conversation.language, Handover.id)
    .join(Conversation, Conversation.id == ChatSession.conversation_id)
    .outerjoin(
        Handover,
        and_(Handover.conversation_id == Conversation.id, Handover.state != HandoverState.OVER),
    )
    .where(ChatSession.token_hash == bindparam("token_hash"))
)
_MESSAGES = (
    select(
        Message.id,
        Message.conversation_id,
        Message.seq,
        Message.sender,
        Message.author,
        Message.text,
        Message.buttons,
        Message.sources,
        Message.at,
        exists().where(Attachment.message_id == Message.id).label("has_files"),
    )
    .where(
        Message.conversation_id == bindparam("conversation_id"),
        Message.seq > bindparam("after"),
        Message.sender != Sender.SYSTEM,
    )
    .order_by(Message.seq)
    .limit(PAGE_MESSAGES)
)
_FILES = (
    select(Attachment.__table__)
    .where(Attachment.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(Attachment.message_id, Attachment.position)
)


@dataclass(frozen=True)
class Spoken:
    """A message as its customer may see it; `files` are rows of attachments."""

    seq: int
    sender: str
    author: str | None
    text: str
    buttons: Sequence[Mapping[str, str]]
    sources: Sequence[Mapping[str, str]]
    at: datetime
    conversation_id: str
    files: Sequence[Row[Any]]


@dataclass(frozen=True)
class Page:
    """Messages in order, and whether there may be more behind them; `standing` of now."""

    language: str
    standing: Standing | None
    messages: tuple[Spoken, ...]
    full: bool


def read_page(connection: Connection, visitor: Visitor, after: int, now: datetime) -> Page | None:
    """What was said after a number; None once the visitor's token is not good any more."""
    state = connection.execute(_STATE, {"token_hash": visitor.token_hash}).first()
    if state is None or state.expires_at <= now:
        return None
    asked = {"conversation_id": visitor.conversation_id, "after": after}
    rows = connection.execute(_MESSAGES, asked).all()
    files = _files_of(connection, [row.id for row in rows if row.has_files])
    messages = tuple(
        Spoken(
            seq=row.seq,
            sender=row.sender,
            author=row.author,
            text=row.text,
            buttons=row.buttons,
            sources=row.sources,
            at=row.at,
            conversation_id=row.conversation_id,
            files=files.get(row.id, ()),
        )
        for row in rows
    )
    standing = None
    if state.id is not None:
        with Session(connection) as session:
            standing = read_standing(session, visitor.conversation_id, now)
    return Page(state.language, standing, messages, len(messages) == PAGE_MESSAGES)


def _files_of(connection: Connection, messages: Iterable[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """The files of messages, by message and in their order."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if messages:
        for row in connection.execute(_FILES, {"messages": messages}):
            found[row.message_id].append(row)
    return found
