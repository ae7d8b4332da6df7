"""Goods that come back: their number, what was found and decided, what became of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.tickets import Ticket


class ReturnStatus(StrEnum):
    REQUESTED = "requested"
    AUTHORISED = "authorised"
    REFUSED = "refused"
    EXPIRED = "expired"  # nothing came; what comes later is taken all the same
    WITHDRAWN = "withdrawn"  # the ticket was closed before anybody authorised it
    RECEIVED = "received"
    INSPECTED = "inspected"
    SETTLED = "settled"


class Condition(StrEnum):
    UNOPENED = "unopened"
    AS_NEW = "as_new"
    USED = "used"
    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"


class Outcome(StrEnum):
    """What the customer gets."""

    REPAIR = "repair"
    REPLACE = "replace"
    REFUND = "refund"
    REFUSE = "refuse"  # no fault was found, or it is the customer's own
    SCRAP = "scrap"  # with the customer's word that nothing is sent back


class Disposition(StrEnum):
    """What becomes of the goods."""

    RESTOCK = "restock"
    REFURBISH = "refurbish"
    SPARE_PARTS = "spare_parts"
    SCRAP = "scrap"
    BACK_TO_CUSTOMER = "back_to_customer"
    SUPPLIER = "supplier"


class ReturnCase(Base):
    """The return of one ticket."""

    __tablename__ = "return_cases"
    __table_args__ = (
        one_of("status", ReturnStatus),
        one_of("condition", Condition),
        one_of("outcome", Outcome),
        one_of("disposition", Disposition),
        CheckConstraint("deduction_minor BETWEEN 0 AND paid_minor", name="deduction_range"),
        CheckConstraint("refund_minor BETWEEN 0 AND paid_minor", name="refund_range"),
        Index("ix_return_cases_requested_at_id", "requested_at", "id"),
        Index("ix_return_cases_status_requested_at_id", "status", "requested_at", "id"),
        Index("ix_return_cases_status_expires_on", "status", "expires_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    # Null until it is authorised (aftercare/returns/numbers.py); it stays the same afterwards.
    rma: Mapped[str | None] = mapped_column(String(12), unique=True)
    status: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime]
    # The last day on which the customer is to send it, and the last one on which it is waited for.
    send_by: Mapped[date | None]
    expires_on: Mapped[date | None]
    received_at: Mapped[datetime | None] = mapped_column(index=True)

    # The inspection. The serial number as aftercare/serials.py normalises it; empty: not read.
    condition: Mapped[str | None] = mapped_column(String(20))
    serial_found: Mapped[str] = mapped_column(String(60), server_default="", default="")
    fault_found: Mapped[bool | None]
    findings: Mapped[str] = mapped_column(Text, server_default="", default="")

    # The decision; inspected with an outcome: it waits for a manager.
    outcome: Mapped[str | None] = mapped_column(String(20))
    disposition: Mapped[str | None] = mapped_column(String(20))
    # In minor units of the currency; null where nothing is refunded.
    paid_minor: Mapped[int | None]
    deduction_minor: Mapped[int | None]
    refund_minor: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    deduction_reason: Mapped[str] = mapped_column(Text, server_default="", default="")
    # What the customer is told with a refusal or with the decision.
    told: Mapped[str] = mapped_column(Text, server_default="", default="")
    settled_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()
