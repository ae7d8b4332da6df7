"""What the company sells and which services it gives, as loaded from the catalogue files.

Texts stand per language in one JSON column: nothing filters by them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.serials import SerialCheck
from aftercare.tables.base import Base, one_of


class CatalogueState(Base):
    """One row: which state of the catalogue files the tables hold."""

    __tablename__ = "catalogue_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime]
    # Grows with every change of the tables, by whomever; a new one tells that a copy is old.
    revision: Mapped[int] = mapped_column(server_default="0", default=0)


class Category(Base):
    __tablename__ = "categories"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(JSON)


class Symptom(Base):
    """A fault that customers tell; the last one is the most general."""

    __tablename__ = "symptoms"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    # What customers say, by language; a manual's remedy is found by it.
    words: Mapped[dict[str, list[str]]] = mapped_column(JSON)


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("importance BETWEEN 1 AND 5", name="importance_range"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("warranty_months >= 0", name="warranty_not_negative"),
    )

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    category_id: Mapped[str] = mapped_column(ForeignKey("categories.id"), index=True)
    model: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    importance: Mapped[int]
    warranty_months: Mapped[int]
    serial_pattern: Mapped[str] = mapped_column(String(120))
    serial_example: Mapped[str] = mapped_column(String(60))
    # How check digits are made (aftercare/serials.py).
    serial_check: Mapped[str] = mapped_column(
        String(20), server_default=SerialCheck.NONE, default=SerialCheck.NONE
    )
    # The rules (aftercare/warranty.py); empty: only a commercial term of warranty_months.
    warranty: Mapped[dict[str, Any]] = mapped_column(
        JSON, server_default=text("'{}'"), default=dict
    )
    needs_installation: Mapped[bool]
    # Lessons as the catalogue arranges them; empty: the manual's sections with steps.
    training: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default=text("'[]'"))
    # A product that left the catalogue stays for its tickets.
    active: Mapped[bool]
    # Whether it came with a file of records; the catalogue's files then say nothing about it.
    imported: Mapped[bool] = mapped_column(server_default=false(), default=False)

    features: Mapped[list[Feature]] = relationship(
        cascade="all, delete-orphan", order_by="Feature.position"
    )
    parts: Mapped[list[Part]] = relationship(cascade="all, delete-orphan", order_by="Part.position")
    maintenance: Mapped[list[MaintenanceTask]] = relationship(
        cascade="all, delete-orphan", order_by="MaintenanceTask.position"
    )


class Feature(Base):
    """Something a product does; rating 5: without it the product is worth nothing."""

    __tablename__ = "features"
    __table_args__ = (
        UniqueConstraint("product_id", "key"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    rating: Mapped[int]
    # What customers call it, by language; the manual's sections about it are found by that.
    words: Mapped[dict[str, list[str]]] = mapped_column(JSON, server_default=text("'{}'"))


class Part(Base):
    __tablename__ = "parts"
    __table_args__ = (UniqueConstraint("product_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    price_minor: Mapped[int]


class MaintenanceTask(Base):
    """Work that is due every so many months, with the manual section that tells how."""

    __tablename__ = "maintenance_tasks"
    __table_args__ = (UniqueConstraint("product_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    every_months: Mapped[int]
    section: Mapped[str] = mapped_column(String(80))


class Service(Base):
    """A service as the version of its plan has it that is in force."""

    __tablename__ = "services"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    intent: Mapped[str] = mapped_column(String(60), unique=True)
    completion: Mapped[str] = mapped_column(String(40))
    confirm: Mapped[bool]
    # Whether the manual's remedy is offered before a ticket is opened.
    troubleshoot: Mapped[bool] = mapped_column(server_default=false())
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    wish: Mapped[dict[str, str]] = mapped_column(JSON, server_default=text("'{}'"))
    opening: Mapped[dict[str, str]] = mapped_column(JSON)
    requirements: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    keywords: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    procedure: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    measure: Mapped[dict[str, Any]] = mapped_column(JSON)
    channels: Mapped[list[str]] = mapped_column(JSON)
    # What a visit for it takes (aftercare/visits/needs.py); null where nobody is visited.
    visit: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Where its tickets may go from each status; empty: as most do (aftercare/tickets/moves.py).
    life: Mapped[dict[str, list[str]]] = mapped_column(JSON, server_default=text("'{}'"))
    # Where they differ from the company's (aftercare/clocks/files.py).
    targets: Mapped[dict[str, dict[str, str | None]]] = mapped_column(
        JSON, server_default=text("'{}'")
    )
    signs: Mapped[list[str]] = mapped_column(JSON, server_default=text("'[]'"))
    active: Mapped[bool]
    # The version of the plan (ServiceVersion) that is in force; 0: it never had one.
    version: Mapped[int] = mapped_column(server_default="0", default=0)
    # Of the file as it was applied last: a file that stays the same changes nothing again.
    file_digest: Mapped[str] = mapped_column(String(64), server_default="", default="")

    records: Mapped[list[ServiceRecord]] = relationship(
        cascade="all, delete-orphan", order_by="ServiceRecord.position"
    )


class ServiceRecord(Base):
    """A field that must be, or may be, on file for a service."""

    __tablename__ = "service_records"
    __table_args__ = (UniqueConstraint("service_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"))
    position: Mapped[int]
    field: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    required: Mapped[bool]
    label: Mapped[dict[str, str]] = mapped_column(JSON)
    ask: Mapped[dict[str, str]] = mapped_column(JSON)
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # Null: as far, or as few, as the kind allows.
    most_days: Mapped[int | None]
    least_words: Mapped[int | None]
    # Roles of staff; empty: everyone sees it.
    seen_by: Mapped[list[str]] = mapped_column(JSON, server_default=text("'[]'"))


class PlanStatus(StrEnum):
    DRAFT = "draft"
    CURRENT = "current"
    PAST = "past"


class PlanSource(StrEnum):
    FILE = "file"
    CONSOLE = "console"


class ServiceVersion(Base):
    """A version of a service's plan; a draft can be changed, any other is kept as it was."""

    __tablename__ = "service_versions"
    __table_args__ = (
        UniqueConstraint("service_id", "version"),
        one_of("status", PlanStatus),
        one_of("source", PlanSource),
        Index(
            "ix_service_versions_only_one_draft_and_current",
            "service_id",
            "status",
            unique=True,
            sqlite_where=text("status != 'past'"),
            postgresql_where=text("status != 'past'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"))
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20))
    # As aftercare/catalogue/service_files.py describes it; what a newer program adds is kept.
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The version that a draft was begun from.
    based_on: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(200))
    # Null where a file was the source.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]
    # Null while it is a draft.
    in_force_at: Mapped[datetime | None]
    in_force_by: Mapped[str | None] = mapped_column(String(200))
