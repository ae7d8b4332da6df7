"""How customers say it went after a ticket was closed, and whether the unhappy were followed up."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket


class FollowUp(StrEnum):
    NONE = "none"
    OPEN = "open"  # the customer was told that a person gets in touch
    DONE = "done"


_WANTED = text(f"(follow_up = '{FollowUp.OPEN}')")


class Survey(Base):
    """The question after one ticket, asked once, and its answer where there is one."""

    __tablename__ = "satisfaction_surveys"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
        CheckConstraint("(rating IS NULL) = (answered_at IS NULL)", name="rating_has_time"),
        one_of("follow_up", FollowUp),
        # For the list of those whom somebody should still get in touch with.
        Index(
            "ix_satisfaction_surveys_to_follow_up",
            "answered_at",
            "id",
            sqlite_where=_WANTED,
            postgresql_where=_WANTED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    # Where it was asked; null when that conversation is deleted.
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    language: Mapped[str] = mapped_column(String(5))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    # 1 (very unhappy) to 5 (very happy); null while there is no answer.
    rating: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    # Why, in the customer's words; empty where they did not say.
    reason: Mapped[str] = mapped_column(Text, default="")
    follow_up: Mapped[str] = mapped_column(String(10), default=FollowUp.NONE)
    followed_up_at: Mapped[datetime | None]
    followed_up_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    ticket: Mapped[Ticket] = relationship()
    people: Mapped[list[SurveyPerson]] = relationship(order_by="SurveyPerson.staff_id")


class SurveyPerson(Base):
    """Somebody of the staff who had worked on the ticket when the customer answered."""

    __tablename__ = "satisfaction_people"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("satisfaction_surveys.id"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False, index=True
    )
    # Whether they were the one who called it solved; somebody else follows up.
    solved: Mapped[bool]

    staff: Mapped[Staff] = relationship()
