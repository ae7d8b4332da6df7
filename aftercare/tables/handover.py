"""Conversations that are with a person or wait for one, and everything that led to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.staff import Staff


class HandoverState(StrEnum):
    WAITING = "waiting"  # on the queue; the bot goes on meanwhile
    WITH_PERSON = "with_person"  # the bot is silent
    OVER = "over"  # with the bot again


class HandoverStep(StrEnum):
    ASKED = "asked"  # the customer wants a person
    TAKEN = "taken"  # from the queue, or staff stepped in
    TAKEN_OVER = "taken_over"  # from another staff member
    HANDED_BACK = "handed_back"  # by the staff member
    LEFT = "left"  # the customer leaves a message instead
    NOBODY_CAME = "nobody_came"  # the customer waited too long
    WENT_SILENT = "went_silent"  # the staff member did not answer for too long


_OPEN = text(f"state != '{HandoverState.OVER}'")


class Handover(Base):
    """One time that a person was wanted or stepped in, until the bot has the conversation again."""

    __tablename__ = "handovers"
    __table_args__ = (
        one_of("state", HandoverState),
        Index(
            "ix_handovers_only_one_open",
            "conversation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_handovers_state_since", "state", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    state: Mapped[str] = mapped_column(String(15))
    # When it came into this state.
    since: Mapped[datetime]
    # Who has it, or had it last; nobody while it waits.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)

    staff: Mapped[Staff | None] = relationship()
    events: Mapped[list[HandoverEvent]] = relationship(order_by="HandoverEvent.id")


class HandoverEvent(Base):
    __tablename__ = "handover_events"
    __table_args__ = (one_of("step", HandoverStep),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), index=True)
    step: Mapped[str] = mapped_column(String(15))
    at: Mapped[datetime] = mapped_column(index=True)
    # Who did it; the customer and the desk itself are nobody of the staff.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # The last message before it, which gives it its place in the transcript.
    after_seq: Mapped[int]
    # How long the customer had waited, where the step ended a wait.
    waited_seconds: Mapped[int | None]

    staff: Mapped[Staff | None] = relationship()
