"""What the company sells and which services it gives, as loaded from the catalogue files.

Texts stand per language in one JSON column: nothing filters by them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base


class CatalogueState(Base):
    """One row: which state of the catalogue files the tables hold."""

    __tablename__ = "catalogue_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime]


class Category(Base):
    __tablename__ = "categories"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(JSON)


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
    needs_installation: Mapped[bool]
    # Lessons as the catalogue arranges them; empty: the manual's sections with steps.
    training: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default=text("'[]'"))
    # A product that left the catalogue stays for its tickets.
    active: Mapped[bool]

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
    """A service of the process plan: requirements, need, procedure, records, measure."""

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
    active: Mapped[bool]

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
