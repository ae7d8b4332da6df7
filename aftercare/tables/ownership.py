"""Which products customers own, what was changed of that, and which products are called back."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer


class OwnedSource(StrEnum):
    """How it is known; what anybody told who knew the contact is not shown to the customer."""

    INTAKE = "intake"  # whoever gave this customer's contact in a chat
    SIGNED_IN = "signed_in"  # the customer, for whom the website vouched
    CONSOLE = "console"
    IMPORT = "import"  # another system: by a file, or by the API


# The migration has the same words: SQLite uses the index where a query has them too.
_PLAN_STALE = text("plan_stale")


class OwnedProduct(Base):
    """One piece of a product in the hands of one customer."""

    __tablename__ = "owned_products"
    __table_args__ = (
        one_of("source", OwnedSource),
        # A number may stand with two customers: pieces are sold on, and people mistype.
        UniqueConstraint("customer_id", "product_id", "serial"),
        CheckConstraint("delivered_on >= bought_on", name="delivered_after_bought"),
        Index("ix_owned_products_product_id_serial", "product_id", "serial"),
        Index(
            "ix_owned_products_plan_stale",
            "id",
            sqlite_where=_PLAN_STALE,
            postgresql_where=_PLAN_STALE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    # As aftercare/serials.py normalises it; null: not told.
    serial: Mapped[str | None] = mapped_column(String(60), index=True)
    # Whether form and check digits are right.
    serial_verified: Mapped[bool]
    # Days that are not known are null.
    bought_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    installed_on: Mapped[date | None]
    seller: Mapped[str] = mapped_column(String(200), server_default="", default="")
    order_number: Mapped[str] = mapped_column(String(60), server_default="", default="")
    source: Mapped[str] = mapped_column(String(20))
    # When staff saw the proof of purchase; the file itself goes with its conversation.
    proved_at: Mapped[datetime | None]
    proof_id: Mapped[str | None] = mapped_column(String(32), index=True)
    registered_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # Sold, given away or scrapped.
    retired_at: Mapped[datetime | None]
    # Whether its maintenance plan has yet to be made, or to learn of other days.
    plan_stale: Mapped[bool] = mapped_column(server_default=true(), default=True)

    customer: Mapped[Customer] = relationship()
    product: Mapped[Product] = relationship()
    events: Mapped[list[OwnedProductEvent]] = relationship(
        order_by="OwnedProductEvent.id", cascade="all, delete-orphan"
    )


class OwnedProductEvent(Base):
    """Who changed what of an owned product."""

    __tablename__ = "owned_product_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    owned_product_id: Mapped[int] = mapped_column(ForeignKey("owned_products.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    # Null where it was not staff.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    actor: Mapped[str] = mapped_column(String(200))
    # By field: the value before and the one after.
    changes: Mapped[dict[str, list[str | None]]] = mapped_column(JSON, default=dict)


class Recall(Base):
    """Products that are called back, as the catalogue's file has it."""

    __tablename__ = "recalls"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    published_on: Mapped[date]
    # Ranges as first and last, both included: serial numbers, and weeks like 2025-W14.
    serials: Mapped[list[list[str]]] = mapped_column(JSON)
    made: Mapped[list[list[str]]] = mapped_column(JSON)
    hazard: Mapped[dict[str, str]] = mapped_column(JSON)
    instructions: Mapped[dict[str, str]] = mapped_column(JSON)
    # One that left the file stays for its tickets.
    active: Mapped[bool]

    product: Mapped[Product] = relationship()
