"""The products' instructions in their versions, section by section, and how they came in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of


class ManualStatus(StrEnum):
    #: Imported and not yet looked through.
    DRAFT = "draft"
    #: The version that answers customers.
    CURRENT = "current"
    #: Another version, kept for products that came with it.
    EARLIER = "earlier"


class ManualOrigin(StrEnum):
    CATALOGUE = "catalogue"
    IMPORT = "import"


class ImportState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


_CURRENT = text("status = 'current'")


class Manual(Base):
    """One version of a product's manual in one language."""

    __tablename__ = "manuals"
    __table_args__ = (
        one_of("status", ManualStatus),
        one_of("origin", ManualOrigin),
        UniqueConstraint("product_id", "language", "version"),
        Index(
            "ix_manuals_only_one_current",
            "product_id",
            "language",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    language: Mapped[str] = mapped_column(String(5))
    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(20))
    published_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default=ManualStatus.CURRENT)
    origin: Mapped[str] = mapped_column(String(10), default=ManualOrigin.CATALOGUE)
    # The models that it is for, as its cover names them; empty: the product's own.
    models: Mapped[str] = mapped_column(String(300), default="")
    # Where it is from: a file's name or an address.
    source: Mapped[str] = mapped_column(String(300), default="")
    licence: Mapped[str] = mapped_column(String(200), default="")
    # What was read and what looked odd; empty where a manual was not imported.
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # When a person made it the current one; null where the catalogue decides.
    chosen_at: Mapped[datetime | None]

    sections: Mapped[list[ManualSection]] = relationship(
        back_populates="manual",
        cascade="all, delete-orphan",
        order_by="ManualSection.position",
    )
    figures: Mapped[list[ManualFigure]] = relationship(
        cascade="all, delete-orphan", order_by="ManualFigure.number"
    )


class ManualSection(Base):
    __tablename__ = "manual_sections"
    __table_args__ = (UniqueConstraint("manual_id", "anchor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manual_id: Mapped[int] = mapped_column(ForeignKey("manuals.id"))
    position: Mapped[int]
    anchor: Mapped[str] = mapped_column(String(80))
    heading: Mapped[str] = mapped_column(String(200))
    # The author's own number, such as 3.2; empty where there is none.
    number: Mapped[str] = mapped_column(String(20), default="")
    # The headings above this one, the highest first.
    path: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Of the file that it was imported from; null where that has no pages.
    page: Mapped[int | None]
    markdown: Mapped[str] = mapped_column(Text)

    manual: Mapped[Manual] = relationship(back_populates="sections")


class ManualFigure(Base):
    """A picture of a manual; sections name it as figure:<number>, with its caption."""

    __tablename__ = "manual_figures"
    __table_args__ = (UniqueConstraint("manual_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manual_id: Mapped[int] = mapped_column(ForeignKey("manuals.id"))
    number: Mapped[int]
    page: Mapped[int | None]
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ManualImport(Base):
    """A file that is, was or could not be read."""

    __tablename__ = "manual_imports"
    __table_args__ = (one_of("state", ImportState),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    language: Mapped[str] = mapped_column(String(5))
    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(20))
    published_on: Mapped[date]
    models: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(300))
    licence: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    pages_done: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    # Why it could not be read, and what to do; empty where it could.
    problem: Mapped[str] = mapped_column(String(500), default="")
    manual_id: Mapped[int | None] = mapped_column(ForeignKey("manuals.id", ondelete="SET NULL"))
    # Null where the operator's command did it.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    manual: Mapped[Manual | None] = relationship()
