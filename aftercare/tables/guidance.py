"""What came of quoting the manuals: which sections helped, and what no manual tells."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation


class QuotedFor(StrEnum):
    #: A question about use.
    QUESTION = "question"
    #: A fault, before a repair is asked for.
    FAULT = "fault"


class Outcome(StrEnum):
    HELPED = "helped"
    NOT_HELPED = "not_helped"
    #: The customer asked for a person instead of saying whether it helped.
    PERSON = "person"
    #: The customer went straight on to the repair.
    SKIPPED = "skipped"


class GapState(StrEnum):
    OPEN = "open"
    DONE = "done"


class QuotedAnswer(Base):
    """A section that was quoted to a customer, and whether it helped."""

    __tablename__ = "quoted_answers"
    __table_args__ = (
        one_of("purpose", QuotedFor),
        one_of("outcome", Outcome),
        Index("ix_quoted_answers_product_id_anchor", "product_id", "anchor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Made of the turn and the section: a turn that is worked twice quotes once.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    # Null once the conversation has been removed; what helped is counted on.
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    # Of the customer; the manual may be in another one.
    language: Mapped[str] = mapped_column(String(5))
    manual_language: Mapped[str] = mapped_column(String(5))
    manual_version: Mapped[str] = mapped_column(String(20))
    # Not a key of manual_sections: a section may be gone in the next version.
    anchor: Mapped[str] = mapped_column(String(80))
    heading: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(10))
    # Numbers and contacts masked; empty once the conversation has been removed.
    question: Mapped[str] = mapped_column(Text)
    # Null while the customer has not said.
    outcome: Mapped[str | None] = mapped_column(String(10))
    quoted_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]

    product: Mapped[Product] = relationship()
    conversation: Mapped[Conversation | None] = relationship()


class ManualGap(Base):
    """Something that customers ask and a product's manual does not tell."""

    __tablename__ = "manual_gaps"
    __table_args__ = (
        one_of("state", GapState),
        Index("ix_manual_gaps_product_id_language_state", "product_id", "language", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    language: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(10), default=GapState.OPEN)
    # What was done about it, as staff wrote it.
    note: Mapped[str] = mapped_column(Text, default="")
    # Null while nobody has changed it.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)

    product: Mapped[Product] = relationship()
    questions: Mapped[list[GapQuestion]] = relationship(
        back_populates="gap", order_by="GapQuestion.id", cascade="all, delete-orphan"
    )


class GapQuestion(Base):
    """One time that it was asked; it goes with its conversation."""

    __tablename__ = "gap_questions"
    __table_args__ = (UniqueConstraint("gap_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("manual_gaps.id"), index=True)
    # The turn: one that is worked twice asks once.
    key: Mapped[str] = mapped_column(String(120), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    # Numbers and contacts masked.
    question: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]

    gap: Mapped[ManualGap] = relationship(back_populates="questions")
