"""Proof of what was done with a person's data, without any of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.staff import Staff


class ReceiptKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"


class PrivacyReceipt(Base):
    __tablename__ = "privacy_receipts"
    __table_args__ = (one_of("kind", ReceiptKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(index=True)
    # Keyed hash of the contact: tells whether it was this person, and not who it was.
    person_hash: Mapped[str] = mapped_column(String(64), index=True)
    # Null where the operator's command did it.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    stores: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    staff: Mapped[Staff | None] = relationship()
