"""Files that customers sent with their messages; the content lies in the file store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from aftercare.tables.base import Base


class Attachment(Base):
    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_message_id_position", "message_id", "position"),)

    # Random; the content's name in the file store.
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    # Null until it is clear which ticket it is about (aftercare/attachments/tying.py).
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    position: Mapped[int]
    # As the customer called it, made harmless.
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    # Of images, in pixels.
    width: Mapped[int | None]
    height: Mapped[int | None]
    # SHA-256 of what was sent, by which the same message sent again is recognised.
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
