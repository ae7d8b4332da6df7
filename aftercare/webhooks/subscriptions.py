"""Who is told of what. Callers own the session and have asked for the role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.errors import NotFound
from aftercare.tables.exchange import DeliveryState, WebhookDelivery, WebhookSubscription
from aftercare.webhooks.events import EVENTS
from aftercare.webhooks.signing import new_secret

#: How long the old secret signs beside a new one.
CHANGE_OVER = timedelta(hours=24)
_REMOVED_AT_ONCE = 1000


@dataclass(frozen=True)
class Wish:
    """An address, checked with addresses.check_url, and what it wants to be told of."""

    url: str
    description: str
    events: tuple[str, ...]


def known_events(names: Iterable[str]) -> tuple[str, ...]:
    """Those that can be subscribed to, in their order."""
    chosen = set(names)
    return tuple(event for event in EVENTS if event in chosen)


def subscribe(session: Session, wish: Wish, now: datetime) -> WebhookSubscription:
    """A new subscription with a secret of its own."""
    subscription = WebhookSubscription(
        url=wish.url,
        description=wish.description,
        events=list(wish.events),
        secret=new_secret(),
        active=True,
        created_at=now,
    )
    session.add(subscription)
    session.flush()
    return subscription


def find_subscription(session: Session, number: int) -> WebhookSubscription:
    """Raises NotFound."""
    found = session.get(WebhookSubscription, number)
    if found is None:
        raise NotFound("no such subscription")
    return found


def change(subscription: WebhookSubscription, wish: Wish, *, active: bool) -> None:
    """What waits for a subscription that is switched off waits until it is on again."""
    subscription.url = wish.url
    subscription.description = wish.description
    subscription.events = list(wish.events)
    subscription.active = active
    if active:
        subscription.stopped_reason = None


def change_secret(subscription: WebhookSubscription, now: datetime) -> None:
    """A new secret; the old one signs as well for a day."""
    subscription.previous_secret = subscription.secret
    subscription.previous_until = now + CHANGE_OVER
    subscription.secret = new_secret()


def unsubscribe(session: Session, subscription: WebhookSubscription) -> None:
    """Remove it with everything that was sent to it or waits."""
    session.execute(
        delete(WebhookDelivery).where(WebhookDelivery.subscription_id == subscription.id)
    )
    session.delete(subscription)


def send_again(session: Session, number: int, now: datetime) -> WebhookDelivery:
    """Send a delivery anew under its own id, with all its attempts. Raises NotFound."""
    found = session.get(WebhookDelivery, number, with_for_update=True)
    if found is None:
        raise NotFound("no such delivery")
    if found.state != DeliveryState.WAITING:
        found.state = DeliveryState.WAITING
        found.attempts = 0
        found.settled_at = None
    found.due_at = now
    return found


def newest_deliveries(
    session: Session, subscription: WebhookSubscription, most: int
) -> list[WebhookDelivery]:
    return list(
        session.scalars(
            select(WebhookDelivery)
            .where(WebhookDelivery.subscription_id == subscription.id)
            .order_by(WebhookDelivery.id.desc())
            .limit(most)
        )
    )


def remove_old_deliveries(sessions: SessionFactory, before: datetime) -> int:
    """Remove what was settled and begun before a moment; how many. Raises StorageUnavailable."""
    old = select(WebhookDelivery.id).where(
        WebhookDelivery.created_at < before, WebhookDelivery.state != DeliveryState.WAITING
    )
    removed = 0
    while True:
        # In pieces, so that nobody who writes has to wait for long.
        with writing(sessions) as session:
            ids = list(session.scalars(old.limit(_REMOVED_AT_ONCE)))
            session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
        removed += len(ids)
        if len(ids) < _REMOVED_AT_ONCE:
            return removed
