"""Customers and what was said: the log that staff read, written once by the gateway."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.attachments import Attachment
from aftercare.tables.base import Base, one_of


class Sender(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"  # a turn that nobody typed, such as the greeting; never shown


class MessageState(StrEnum):
    RECEIVED = "received"  # stored, the bot has not answered yet
    DONE = "done"
    FAILED = "failed"  # given up; the error id says where to look


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    # Lower case; a customer without an address is known by phone only.
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    language: Mapped[str] = mapped_column(String(5))
    # How a website that vouches for the customer calls them; most are known without one.
    external_id: Mapped[str | None] = mapped_column(String(100), unique=True, index=True)
    created_at: Mapped[datetime]


class Conversation(Base):
    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(30), index=True)
    language: Mapped[str] = mapped_column(String(5), index=True)
    # Unknown until the customer gives a name in a ticket or the website says who it is.
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    # Whether the website has vouched for the customer; only then may their data be used.
    identified: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(index=True)
    last_message_at: Mapped[datetime] = mapped_column(index=True)
    last_seq: Mapped[int] = mapped_column(default=0)

    customer: Mapped[Customer | None] = relationship()
    messages: Mapped[list[Message]] = relationship(
        back_populates="conversation", order_by="Message.seq"
    )


class ChatSession(Base):
    """A token of the website that opens one conversation; only its hash is kept."""

    __tablename__ = "chat_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
        one_of("sender", Sender),
        one_of("state", MessageState),
        Index("ix_messages_state_conversation_id", "state", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    sender: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10))
    # The client's or platform's own id, by which a repeat is recognised; bot messages have none.
    client_id: Mapped[str | None] = mapped_column(String(100))
    # The customer's message that a bot message answers.
    answers_seq: Mapped[int | None]
    # Payload of the button that was pressed, where the customer pressed one.
    payload: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    sources: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    response: Mapped[str | None] = mapped_column(String(100))
    intent: Mapped[str | None] = mapped_column(String(60), index=True)
    confidence: Mapped[float | None]
    entities: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    error_id: Mapped[str | None] = mapped_column(String(20), index=True)
    # The name of the staff member as the customer was shown it; only staff messages have one.
    author: Mapped[str | None] = mapped_column(String(200))

    conversation: Mapped[Conversation] = relationship(back_populates="messages")
    attachments: Mapped[list[Attachment]] = relationship(order_by=Attachment.position)
