"""Complaints: how serious each is, what was found and proposed, what the customer said to it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket

# The migration has the same words: SQLite uses the index where a query has them too.
_IS_OPEN = text("status = 'open'")


class ComplaintStatus(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"  # the customer knows its number, and when they hear next
    ASSESSED = "assessed"
    INVESTIGATED = "investigated"
    PROPOSED = "proposed"  # the customer is to answer
    ACCEPTED = "accepted"
    CONTESTED = "contested"  # another person is to propose
    EXHAUSTED = "exhausted"  # the last proposal was contested too
    UNANSWERED = "unanswered"
    CLOSED = "closed"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class ComplaintOutcome(StrEnum):
    ACCEPTED = "accepted"
    CONTESTED_FINAL = "contested_final"
    WITHDRAWN = "withdrawn"
    NO_ANSWER = "no_answer"
    UNFOUNDED = "unfounded"


class Offer(StrEnum):
    """What a proposal offers the customer."""

    EXPLANATION = "explanation"
    APOLOGY = "apology"
    REPAIR = "repair"
    REPLACEMENT = "replacement"
    REFUND = "refund"
    GOODWILL = "goodwill"
    OTHER = "other"


class ProposalStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    CONTESTED = "contested"
    TAKEN_BACK = "taken_back"  # by the staff, before the customer answered
    EXPIRED = "expired"


class ComplaintPlan(Base):
    """One row: what complaints.yml says beside the causes (aftercare/complaints/files.py)."""

    __tablename__ = "complaint_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)


class ComplaintCause(Base):
    """A root cause that can be chosen; one that is no longer offered stays for its cases."""

    __tablename__ = "complaint_causes"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(server_default=true(), default=True)
    # Whether a manager added it in the console: the file then neither names nor retires it.
    by_staff: Mapped[bool] = mapped_column(server_default=false(), default=False)


class ComplaintCase(Base):
    """The complaint of one ticket."""

    __tablename__ = "complaint_cases"
    __table_args__ = (
        one_of("status", ComplaintStatus),
        one_of("severity", Severity),
        one_of("severity_proposed", Severity),
        one_of("outcome", ComplaintOutcome),
        CheckConstraint("level BETWEEN 1 AND 2", name="level_range"),
        CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed_has_outcome"),
        CheckConstraint(
            "refund_minor >= 0 AND goodwill_minor >= 0 AND goods_minor >= 0 AND hours_minor >= 0",
            name="costs_range",
        ),
        Index("ix_complaint_cases_precedence_id", "precedence", "id"),
        Index("ix_complaint_cases_status_precedence_id", "status", "precedence", "id"),
        Index(
            "ix_complaint_cases_responsible_id_precedence_id", "responsible_id", "precedence", "id"
        ),
        Index("ix_complaint_cases_status_due_at", "status", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    status: Mapped[str] = mapped_column(String(20))
    # The rule's until somebody has assessed it.
    severity: Mapped[str] = mapped_column(String(20))
    severity_proposed: Mapped[str] = mapped_column(String(20))
    # Why staff decided otherwise than the rule proposes.
    severity_why: Mapped[str] = mapped_column(Text, server_default="", default="")
    # 1: anybody proposes; 2: a manager, and nobody who proposed before.
    level: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    # The order of the list: severity, then when it is due (aftercare/complaints/order.py).
    precedence: Mapped[int] = mapped_column(BigInteger)

    # When each step was done; null: not yet. Of proposals the first, of answers the last.
    received_at: Mapped[datetime] = mapped_column(index=True)
    acknowledged_at: Mapped[datetime | None]
    assessed_at: Mapped[datetime | None]
    investigated_at: Mapped[datetime | None]
    proposed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # By when the customer hears next; null while they are to answer, and at the end.
    due_at: Mapped[datetime | None]
    # When it was noticed that this was missed; null: it was not, or a new time runs.
    late_at: Mapped[datetime | None]

    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    findings: Mapped[str] = mapped_column(Text, server_default="", default="")
    cause_id: Mapped[str | None] = mapped_column(ForeignKey("complaint_causes.id"))

    outcome: Mapped[str | None] = mapped_column(String(20))
    # What the customer is told at the end; for an unfounded complaint the reason.
    told: Mapped[str] = mapped_column(Text, server_default="", default="")
    # What it cost, in minor units of the currency; null until it is closed.
    refund_minor: Mapped[int | None]
    goodwill_minor: Mapped[int | None]
    goods_minor: Mapped[int | None]
    hours_minor: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))

    ticket: Mapped[Ticket] = relationship()
    cause: Mapped[ComplaintCause | None] = relationship()
    responsible: Mapped[Staff | None] = relationship()
    proposals: Mapped[list[ComplaintProposal]] = relationship(
        order_by="ComplaintProposal.number", back_populates="case"
    )
    actions: Mapped[list[ComplaintAction]] = relationship(order_by="ComplaintAction.id")


class ComplaintProposal(Base):
    """What somebody proposed to the customer, and their answer."""

    __tablename__ = "complaint_proposals"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        one_of("status", ProposalStatus),
        one_of("offer", Offer),
        CheckConstraint("cost_minor >= 0", name="cost_range"),
        # Two who propose at once: one of them.
        Index(
            "ix_complaint_proposals_one_open",
            "case_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_complaint_proposals_status_valid_until", "status", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("complaint_cases.id"))
    # 1 is the first of its case.
    number: Mapped[int]
    level: Mapped[int]
    offer: Mapped[str] = mapped_column(String(20))
    # To the customer, in their language.
    words: Mapped[str] = mapped_column(Text)
    # In minor units; of a refund and of goodwill it is what the customer gets. Null: not known.
    cost_minor: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    # The last day on which the customer can answer.
    valid_until: Mapped[date]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime]
    # Null until the customer knows of it.
    told_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(20))
    answered_at: Mapped[datetime | None]
    # Why the customer does not agree, in their words; empty where they did not say.
    reason: Mapped[str] = mapped_column(Text, server_default="", default="")

    case: Mapped[ComplaintCase] = relationship(back_populates="proposals")
    staff: Mapped[Staff] = relationship()


class ComplaintAction(Base):
    """What is changed so that it does not happen again: by whom, by when, and whether it is."""

    __tablename__ = "complaint_actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("complaint_cases.id"), index=True)
    what: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    due_on: Mapped[date]
    added_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()
