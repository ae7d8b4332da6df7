"""Files that came with messages or were put on tickets; the content lies in the file store."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.staff import Staff


class StoredFile:
    """What is known of every file, whoever sent it."""

    # Random; the content's name in the file store.
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int]
    # As whoever sent it called it, made harmless.
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    # Of images, in pixels.
    width: Mapped[int | None]
    height: Mapped[int | None]
    # What an image shows, for people who cannot see it; customers are not asked for it.
    description: Mapped[str] = mapped_column(String(300), server_default="", default="")
    # SHA-256 of what was sent, by which the same message sent again is recognised.
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Attachment(StoredFile, Base):
    """A file of a message, of a customer's or of staff's."""

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_message_id_position", "message_id", "position"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    # Null until it is clear which ticket it is about (aftercare/attachments/tying.py).
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    # Who of the staff sent it; null: the customer. No foreign key, so that SQLite can drop the
    # column; staff are never deleted.
    staff_id: Mapped[int | None]


class FileUse(StrEnum):
    """What a file of a ticket is for."""

    NOTE = "note"
    INSPECTION = "inspection"  # the condition of goods that came back


class TicketFile(StoredFile, Base):
    """A file that staff put on a ticket for colleagues; no road of the gateway leads to it."""

    __tablename__ = "ticket_files"
    __table_args__ = (
        one_of("used_for", FileUse),
        Index("ix_ticket_files_ticket_id_created_at", "ticket_id", "created_at", "position"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    used_for: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    staff: Mapped[Staff] = relationship()
