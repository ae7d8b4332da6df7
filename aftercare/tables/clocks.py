"""The clocks of tickets, and the plan that they run by."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aftercare.tables.base import Base, one_of

# The migration has the same words.
_TO_LOOK_AT = text("look_at IS NOT NULL")


class ClockKind(StrEnum):
    RESPONSE = "response"  # until the customer's first answer from a person
    SOLUTION = "solution"  # until the ticket is resolved


class DueState(StrEnum):
    """How the clocks of a ticket stand that run."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    LATE = "late"


class ClockPlan(Base):
    """One row: what company.yml says of regions and targets (aftercare/clocks/files.py)."""

    __tablename__ = "clock_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)


class TicketClock(Base):
    """One target of a ticket and the working time that it has used up.

    It runs (`running_since`), is paused (`paused_at`) or has stopped (`stopped_at`).
    """

    __tablename__ = "ticket_clocks"
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind"),
        one_of("kind", ClockKind),
        Index(
            "ix_ticket_clocks_look_at",
            "look_at",
            sqlite_where=_TO_LOOK_AT,
            postgresql_where=_TO_LOOK_AT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(String(10))
    target_minutes: Mapped[int]
    # Whether nights and holidays count as well.
    around_the_clock: Mapped[bool]
    # Working time, without that since it runs.
    used_seconds: Mapped[int] = mapped_column(default=0)
    running_since: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    # When the target is missed, and when so much is used up that somebody should know; of a clock
    # that has stopped, what it was; null while it is paused.
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    # When that was noticed.
    warned_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    # When it has to be looked at next; null: not again.
    look_at: Mapped[datetime | None]
