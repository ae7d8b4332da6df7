"""What other systems are told and may ask, and which files were taken in and handed out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.staff import Staff


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; the reason says why


class TransferKind(StrEnum):
    PRODUCTS = "products"
    CUSTOMERS = "customers"
    SALES = "sales"
    EVERYTHING = "everything"  # an export


class TransferState(StrEnum):
    CHECKED = "checked"  # a dry run; its file waits for somebody to apply it
    DONE = "done"
    REFUSED = "refused"  # with mistakes; nothing of it was taken


class WebhookSubscription(Base):
    """An address of another system that is told of events."""

    __tablename__ = "webhook_subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(String(200))
    # Needed in clear, because every delivery is signed with it.
    secret: Mapped[str] = mapped_column(String(100))
    # After a change both sign for a while, so that the receiver can change over in its own time.
    previous_secret: Mapped[str | None] = mapped_column(String(100))
    previous_until: Mapped[datetime | None]
    events: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool]
    # Why it was switched off by itself; null where a person did.
    stopped_reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    # Until when one process has its deliveries to itself.
    claimed_until: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One event for one subscription; written with the change that it tells of."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("subscription_id", "event_id"),
        Index("ix_webhook_deliveries_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("webhook_subscriptions.id"), index=True)
    # The webhook-id: the same on every attempt, by which a receiver knows a repeat.
    event_id: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    # How the last attempt ended; null before the first.
    reason: Mapped[str | None] = mapped_column(String(200))

    subscription: Mapped[WebhookSubscription] = relationship()


class ApiToken(Base):
    """Lets another system in; only the hash of what it sends is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The first characters, by which people tell tokens apart.
    beginning: Mapped[str] = mapped_column(String(12))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()


class ApiRequest(Base):
    """A key of idempotency that was used: the same request again does nothing more."""

    __tablename__ = "api_requests"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"))
    key: Mapped[str] = mapped_column(String(100))
    # Hash of what was asked for; another request under the same key is a mistake.
    fingerprint: Mapped[str] = mapped_column(String(64))
    # The number of what it made or changed, of a kind that its address tells; null until then.
    number: Mapped[str | None] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(index=True)


class DataTransfer(Base):
    """A file with many records that was taken in, or everything that was handed out."""

    __tablename__ = "data_transfers"
    __table_args__ = (one_of("kind", TransferKind), one_of("state", TransferState))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    # SHA-256 of the file that was checked, so that nothing else is applied.
    digest: Mapped[str] = mapped_column(String(64))
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    mistakes: Mapped[int] = mapped_column(default=0)
    # Null where the operator's command did it.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    actor: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
