"""Tickets: what a customer needs done, the records on file, and every change with its author."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.conversations import Conversation, Customer


class TicketStatus(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"  # for the customer
    RESOLVED = "resolved"
    CLOSED = "closed"


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        one_of("status", TicketStatus),
        Index("ix_tickets_status_created_at", "status", "created_at"),
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
