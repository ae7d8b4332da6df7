"""Tickets: what a customer needs done, the records on file, and every change with its author."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
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
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.evaluation.rule import Band, precedence
from aftercare.tables.base import Base, one_of
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.clocks import DueState, TicketClock
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team


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
_IS_OPEN_AND_NOBODYS = text("(status NOT IN ('resolved', 'closed')) AND assignee_id IS NULL")
_IS_DANGER = text("danger")
_HAS_DUE = text("due_at IS NOT NULL")
_CLOCKS_STALE = text("clocks_stale AND (status NOT IN ('resolved', 'closed'))")
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
        one_of("due_state", DueState),
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
        # The same for the tickets of one person, of one team, and of nobody.
        *(
            Index(
                f"ix_tickets_open_{owner}_precedence",
                f"{owner}_id",
                "precedence",
                "id",
                sqlite_where=_IS_OPEN,
                postgresql_where=_IS_OPEN,
            )
            for owner in ("assignee", "team")
        ),
        Index(
            "ix_tickets_open_nobodys_precedence",
            "precedence",
            "id",
            sqlite_where=_IS_OPEN_AND_NOBODYS,
            postgresql_where=_IS_OPEN_AND_NOBODYS,
        ),
        # And newest first, whatever their status.
        Index("ix_tickets_assignee_created_at", "assignee_id", "created_at", "id"),
        Index("ix_tickets_team_created_at", "team_id", "created_at", "id"),
        # Those of one service, product, language or priority, and those that tell of danger.
        *(
            Index(f"ix_tickets_{column}_created_at", column, "created_at", "id")
            for column in ("service_id", "product_id", "language", "band")
        ),
        Index(
            "ix_tickets_danger_created_at",
            "created_at",
            "id",
            sqlite_where=_IS_DANGER,
            postgresql_where=_IS_DANGER,
        ),
        # Those whose clocks run, due first: all of them, and those due soon or late.
        Index(
            "ix_tickets_due_at", "due_at", "id", sqlite_where=_HAS_DUE, postgresql_where=_HAS_DUE
        ),
        *(
            Index(
                f"ix_tickets_{owner}_due_at",
                f"{owner}_id",
                "due_at",
                "id",
                sqlite_where=_HAS_DUE,
                postgresql_where=_HAS_DUE,
            )
            for owner in ("assignee", "team")
        ),
        Index(
            "ix_tickets_due_state_due_at",
            "due_state",
            "due_at",
            "id",
            sqlite_where=_HAS_DUE,
            postgresql_where=_HAS_DUE,
        ),
        Index(
            "ix_tickets_clocks_stale",
            "id",
            sqlite_where=_CLOCKS_STALE,
            postgresql_where=_CLOCKS_STALE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    # Identity of the intake that wrote the ticket: the same intake never writes a second one.
    intake_key: Mapped[str] = mapped_column(String(40), unique=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"))
    # The version of the service's plan that it began with; null: opened before there were any.
    service_version: Mapped[int | None]
    # Some services are not about a product (feedback, a wish to speak with a person).
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"))
    # Feedback may be given without a name.
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    # A ticket that staff open by hand has no conversation.
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(5))
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)

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

    # Who works on it: a person, a team, both or nobody yet. No foreign keys in these columns, so
    # that SQLite can drop them; staff, teams and tickets are never deleted.
    assignee_id: Mapped[int | None]
    team_id: Mapped[int | None]
    # The ticket into which this one was merged, as the double that it was.
    merged_into_id: Mapped[int | None] = mapped_column(index=True)
    # The closed ticket that this one takes up again after the time for reopening.
    follows_id: Mapped[int | None] = mapped_column(index=True)
    # The piece that it is about, where it is registered (aftercare/ownership).
    owned_product_id: Mapped[int | None] = mapped_column(index=True)
    # The recall that the piece falls under.
    recall_id: Mapped[str | None] = mapped_column(String(60))
    # When it was closed last; null while it is not.
    closed_at: Mapped[datetime | None]

    # Whose business hours count (aftercare/clocks/files.py); null: the company's own.
    region: Mapped[str | None] = mapped_column(String(60))
    # When the next of its clocks is due that run, and how they stand; null where none runs.
    due_at: Mapped[datetime | None]
    due_state: Mapped[str | None] = mapped_column(String(20))
    # Whether its clocks have yet to be made, or to learn of another priority.
    clocks_stale: Mapped[bool] = mapped_column(server_default=true(), default=True)

    service: Mapped[Service] = relationship()
    product: Mapped[Product | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    conversation: Mapped[Conversation | None] = relationship()
    records: Mapped[list[TicketRecord]] = relationship(order_by="TicketRecord.id")
    steps: Mapped[list[TicketStep]] = relationship(order_by="TicketStep.position")
    events: Mapped[list[TicketEvent]] = relationship(order_by="TicketEvent.id")
    clocks: Mapped[list[TicketClock]] = relationship(
        order_by=TicketClock.id, cascade="all, delete-orphan"
    )
    assignee: Mapped[Staff | None] = relationship(
        primaryjoin="foreign(Ticket.assignee_id) == Staff.id", viewonly=True
    )
    team: Mapped[Team | None] = relationship(
        primaryjoin="foreign(Ticket.team_id) == Team.id", viewonly=True
    )


class TicketRecord(Base):
    """One field of the service's records, as the customer gave it; the label is the catalogue's."""

    __tablename__ = "ticket_records"
    __table_args__ = (UniqueConstraint("ticket_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    field: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)


class TicketStep(Base):
    """A step of the procedure, as the service had it when the ticket was opened."""

    __tablename__ = "ticket_steps"
    __table_args__ = (UniqueConstraint("ticket_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    text: Mapped[dict[str, str]] = mapped_column(JSON)
    role: Mapped[str] = mapped_column(String(60))
    # Working hours from the opening until it is to be done.
    hours: Mapped[int]
    # Whether the ticket cannot be resolved before.
    required: Mapped[bool]
    # Null: open. Who did it has no id where it was the desk itself.
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_by: Mapped[str | None] = mapped_column(String(200))


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
    # What else was changed, such as a record's field or a step's key, with its value before and
    # after; null where there is none.
    about: Mapped[str | None] = mapped_column(String(100))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")


class FailedProof(Base):
    """A wrong proof of identity for a ticket number, kept to slow down guessing."""

    __tablename__ = "failed_proofs"
    __table_args__ = (Index("ix_failed_proofs_number_at", "number", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # A number that was asked for, whether or not there is such a ticket.
    number: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
