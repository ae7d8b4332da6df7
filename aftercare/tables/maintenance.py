"""Maintenance of owned products: what is due when, what happened, who may be told of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.ownership import OwnedProduct


class DeedKind(StrEnum):
    TOLD = "told"  # the bot reminded the customer
    TOLD_BY_STAFF = "told_by_staff"
    UNREACHED = "unreached"  # no chat could be reached: staff are to tell it
    BOOKED = "booked"  # a ticket was opened for it
    DONE = "done"
    TAKEN_BACK = "taken_back"  # it was done, until the ticket was taken up again
    PUT_OFF = "put_off"
    STOPPED = "stopped"
    RESUMED = "resumed"


class ConsentHow(StrEnum):
    """How a customer said yes or no to reminders."""

    CHAT = "chat"
    PHONE = "phone"
    MAIL = "mail"
    IN_PERSON = "in_person"


# The migration has the same words: SQLite uses the index where a query has them too.
_HAS_DUE = text("due_on IS NOT NULL")
_TO_TELL = text("tell_on IS NOT NULL")
_UNREACHED = text("unreached_at IS NOT NULL")
_PRESENT = text("ended_at IS NULL")


class MaintenancePlan(Base):
    """Where the maintenance of one piece stands; lists and reminders go by this row alone."""

    __tablename__ = "maintenance_plans"
    __table_args__ = tuple(
        Index(
            f"ix_maintenance_plans_{column}",
            column,
            "id",
            sqlite_where=where,
            postgresql_where=where,
        )
        for column, where in (
            ("due_on", _HAS_DUE),
            ("tell_on", _TO_TELL),
            ("unreached_at", _UNREACHED),
        )
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owned_product_id: Mapped[int] = mapped_column(ForeignKey("owned_products.id"), unique=True)
    # When the first of its items is due, or to what day that was put off; null: nothing goes on.
    due_on: Mapped[date | None]
    # From when the bot may tell the customer; null: it may not, or a ticket is open for it.
    tell_on: Mapped[date | None]
    # When the customer was told last, by whomever.
    told_at: Mapped[datetime | None]
    # The local day on which what was due then was told, or left to staff.
    settled_on: Mapped[date | None]
    # Since when staff are to tell it by phone or mail.
    unreached_at: Mapped[datetime | None]
    # The open ticket that sees to it.
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)

    owned: Mapped[OwnedProduct] = relationship()
    items: Mapped[list[MaintenanceItem]] = relationship(
        order_by="MaintenanceItem.id", cascade="all, delete-orphan"
    )
    deeds: Mapped[list[MaintenanceDeed]] = relationship(
        order_by="MaintenanceDeed.id", cascade="all, delete-orphan"
    )


class MaintenanceItem(Base):
    """One piece of work of a plan."""

    __tablename__ = "maintenance_items"
    __table_args__ = (
        UniqueConstraint("plan_id", "task_key"),
        CheckConstraint("every_months > 0", name="months_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plans.id"))
    # As the product's plan calls it (maintenance_tasks.key).
    task_key: Mapped[str] = mapped_column(String(60))
    every_months: Mapped[int]
    # The day from which it counts until it is done for the first time.
    begun_on: Mapped[date]
    done_on: Mapped[date | None]
    put_off_until: Mapped[date | None]
    # Null: it goes on.
    stopped_at: Mapped[datetime | None]
    # What left the product's plan stays for its history.
    active: Mapped[bool]


class MaintenanceDeed(Base):
    """What happened, to which items; counted for the figures and handed to the customer."""

    __tablename__ = "maintenance_deeds"
    __table_args__ = (one_of("kind", DeedKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plans.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    # Keys of the items.
    items: Mapped[list[str]] = mapped_column(JSON)
    # The day on which it was done, or to which it was put off; null for what has none.
    day: Mapped[date | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    # Null where it was not staff.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    actor: Mapped[str] = mapped_column(String(200))


class MaintenanceConsent(Base):
    """Whether a customer wants to be reminded in a kind of channel; the one that has not ended."""

    __tablename__ = "maintenance_consents"
    __table_args__ = (
        one_of("how", ConsentHow),
        Index(
            "ix_maintenance_consents_one_present",
            "customer_id",
            "channel",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str] = mapped_column(String(30))
    given: Mapped[bool]
    how: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    # Where it was said; null: not in a chat, or the chat is gone.
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    actor: Mapped[str] = mapped_column(String(200))
    # When the customer said otherwise; null: it holds.
    ended_at: Mapped[datetime | None]


class MaintenanceQuestion(Base):
    """That a customer was asked whether to be reminded: once for each product."""

    __tablename__ = "maintenance_questions"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), primary_key=True)
    # The ticket after which it was asked.
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime]
