"""Training for use: who was trained in what, with which manual, how far, and how the check went."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation, Customer


class TrainingStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    LEFT = "left"  # the customer ended it before the last step


class Training(Base):
    """One customer's way through one lesson."""

    __tablename__ = "trainings"
    __table_args__ = (
        one_of("status", TrainingStatus),
        CheckConstraint("step BETWEEN 0 AND steps", name="step_range"),
        CheckConstraint("right_answers BETWEEN 0 AND questions", name="answers_range"),
        Index("ix_trainings_product_id_started_at", "product_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identity of the training in the bot's memory: a repeated turn never writes a second one.
    key: Mapped[str] = mapped_column(String(40), unique=True)
    # What the customer tells, with their address, to go on elsewhere.
    code: Mapped[str] = mapped_column(String(12), unique=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    # An arranged lesson or the anchor of a section, and its title at that time.
    lesson: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(5))
    manual_title: Mapped[str] = mapped_column(String(200))
    manual_version: Mapped[str] = mapped_column(String(20))
    manual_language: Mapped[str] = mapped_column(String(5))
    # The newest conversation that it was held in; null when that is deleted.
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    # Only a customer for whom a website has vouched.
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    # Given at a pause to go on elsewhere, lower case.
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    status: Mapped[str] = mapped_column(String(20))
    # Steps that the customer has been shown, of how many.
    step: Mapped[int]
    steps: Mapped[int]
    # Steps at which the customer said to be stuck, in that order.
    stuck_at: Mapped[list[int]] = mapped_column(JSON, default=list)
    # Questions of the check that were answered, and how many of them right.
    questions: Mapped[int] = mapped_column(default=0)
    right_answers: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    # Null until the last step and the check are done.
    finished_at: Mapped[datetime | None]

    product: Mapped[Product] = relationship()
    customer: Mapped[Customer | None] = relationship()
    conversation: Mapped[Conversation | None] = relationship()
