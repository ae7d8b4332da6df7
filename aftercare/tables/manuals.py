"""The products' instructions, section by section, with steps and warnings kept apart."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base


class Manual(Base):
    __tablename__ = "manuals"
    __table_args__ = (UniqueConstraint("product_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    language: Mapped[str] = mapped_column(String(5))
    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(20))
    published_on: Mapped[date]

    sections: Mapped[list[ManualSection]] = relationship(
        back_populates="manual",
        cascade="all, delete-orphan",
        order_by="ManualSection.position",
    )


class ManualSection(Base):
    __tablename__ = "manual_sections"
    __table_args__ = (UniqueConstraint("manual_id", "anchor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manual_id: Mapped[int] = mapped_column(ForeignKey("manuals.id"))
    position: Mapped[int]
    anchor: Mapped[str] = mapped_column(String(80))
    heading: Mapped[str] = mapped_column(String(200))
    markdown: Mapped[str] = mapped_column(Text)

    manual: Mapped[Manual] = relationship(back_populates="sections")
