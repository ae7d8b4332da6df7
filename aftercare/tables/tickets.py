"""Tickets: what a customer needs done, the records on file, and every change with its author."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.evaluation.rule import Band, precedence
from aftercare.tables.base import Base, one_of
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.conversations import Conversation, Customer


class TicketStatus(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"  # for the customer
    RESOLVED = "resolved"
    CLOSED = "closed"


#: The statuses of tickets that still need work, and those of the others.
OPEN_STATUSES = (TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.WAITING)
DONE_STATUSES = (TicketStatus.RESOLVED, TicketStatus.CLOSED)
# The migration has the same words: SQLite uses the index where a query has them too.
_IS_OPEN = text("(status NOT IN ('resolved', 'closed'))")
_LAST_OF_ALL = precedence(0, danger=False)


def is_open() -> ColumnElement[bool]:
    """Whether a ticket still needs work; written so that the index of open tickets serves it.

    What is not asked for is named, because for a list of wanted ones SQLite would take the index
    by status and sort all that it finds there.
    """
    done: BindParameter[str] = bindparam(
        "done", DONE_STATUSES, expanding=True, literal_execute=True
    )
    return Ticket.status.not_in(done)


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        one_of("status", TicketStatus),
        one_of("band", Band),
        Index("ix_tickets_status_created_at", "status", "created_at"),
        # For the list in the order of work, of all priorities and of one.
        Index(
            "ix_tickets_open_precedence",
            "precedence",
            "id",
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index(
            "ix_tickets_open_band_precedence",
            "band",
            "precedence",
            "id",
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    # Identity of the intake that wrote the ticket: the same intake never writes a second one.
    intake_key: Mapped[str] = mapped_column(String(40), unique=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"), index=True)
    # Some services are not about a product (feedback, a wish to speak with a person).
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"), index=True)
    # Feedback may be given without a name.
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    # A ticket that staff open by hand has no conversation.
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(5))
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]

    # What the evaluation counts, as it was when the records were written; null: not told
    # (aftercare/evaluation/rule.py).
    feature_rating: Mapped[int | None]
    importance: Mapped[int | None]
    unused: Mapped[bool] = mapped_column(server_default=false(), default=False)
    age_days: Mapped[int | None]
    covered: Mapped[bool | None]
    price_minor: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    # The customer's words tell of danger: this goes before everything.
    danger: Mapped[bool] = mapped_column(server_default=false(), default=False)
    # Null until the ticket is weighed, which is as soon as it is opened. No foreign key, so that
    # SQLite can drop the column; a rule that counted is never removed.
    rule_version: Mapped[int | None]
    score: Mapped[int | None]
    band: Mapped[str | None] = mapped_column(String(20))
    # Danger and score in the one number that the index is ordered by.
    precedence: Mapped[int] = mapped_column(server_default=str(_LAST_OF_ALL), default=_LAST_OF_ALL)

    service: Mapped[Service] = relationship()
    product: Mapped[Product | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    conversation: Mapped[Conversation | None] = relationship()
    records: Mapped[list[TicketRecord]] = relationship(order_by="TicketRecord.id")
    events: Mapped[list[TicketEvent]] = relationship(order_by="TicketEvent.id")


class TicketRecord(Base):
    """One field of the service's records, as the customer gave it; the label is the catalogue's."""

    __tablename__ = "ticket_records"
    __table_args__ = (UniqueConstraint("ticket_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    field: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)


class TicketEvent(Base):
    """One line of a ticket's history; charts count these, not present states."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(30))
    # Null where the customer or the service itself acted.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    actor: Mapped[str] = mapped_column(String(200))
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")


class FailedProof(Base):
    """A wrong proof of identity for a ticket number, kept to slow down guessing."""

    __tablename__ = "failed_proofs"
    __table_args__ = (Index("ix_failed_proofs_number_at", "number", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # A number that was asked for, whether or not there is such a ticket.
    number: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
