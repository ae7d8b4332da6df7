"""The stock of parts: how many are there, which tickets they are kept for, and every movement."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.catalogue import Product
from aftercare.tables.tickets import Ticket


class ReservationStatus(StrEnum):
    RESERVED = "reserved"
    USED = "used"
    RELEASED = "released"


class MovementKind(StrEnum):
    COUNTED = "counted"
    RECEIVED = "received"
    USED = "used"


class StockItem(Base):
    """One part of one product; the part is the catalogue's key, because its rows come and go."""

    __tablename__ = "stock_items"
    __table_args__ = (
        UniqueConstraint("product_id", "part"),
        CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("reserved BETWEEN 0 AND on_hand", name="reserved_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    part: Mapped[str] = mapped_column(String(60))
    on_hand: Mapped[int]
    # How many of them are kept for tickets.
    reserved: Mapped[int] = mapped_column(default=0)

    product: Mapped[Product] = relationship()

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved


class PartReservation(Base):
    """So many of a part that are kept for a ticket, or were used for it."""

    __tablename__ = "part_reservations"
    __table_args__ = (
        one_of("status", ReservationStatus),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_part_reservations_stock_item_id_status", "stock_item_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_items.id"))
    quantity: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship()
    item: Mapped[StockItem] = relationship()


class StockMovement(Base):
    """One line of a part's own history."""

    __tablename__ = "stock_movements"
    __table_args__ = (one_of("kind", MovementKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_items.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    # By how many the stock changed.
    change: Mapped[int]
    on_hand: Mapped[int]
    actor: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
