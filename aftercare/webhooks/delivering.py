"""Takes due deliveries to their receivers, in order, and tries again what failed.

One process at a time has a subscription, for as long as its claim lasts; it renews the claim before
every request. So no delivery is sent twice at once, a slow receiver holds up nobody else, and what
a process leaves behind when it is killed is taken up as soon as its claim is over. A receiver may
still get an event twice, when it answered and the answer was lost: by the same webhook-id.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, CursorResult, exists, or_, select, update
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.exchange import DeliveryState, WebhookDelivery, WebhookSubscription
from aftercare.webhooks.sending import GONE, LONGEST_SECONDS, Outcome
from aftercare.webhooks.signing import signature_headers

_log = logging.getLogger(__name__)

#: How often the gateway looks for what is due.
EVERY_SECONDS = 2.0
#: What is waited before each further attempt; after the last one it is given up.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: A claim outlasts the longest request by far.
_CLAIM = timedelta(seconds=3 * LONGEST_SECONDS)
#: Receivers that are served at the same time, and requests to one in a round.
_AT_ONCE = 4
_IN_A_ROUND = 200
_SPREAD = 0.2


class Sends(Protocol):
    def send(self, url: str, body: str, headers: dict[str, str]) -> Outcome: ...


@dataclass(frozen=True)
class _Parcel:
    """A delivery as it is sent, without a session held open meanwhile."""

    id: int
    url: str
    body: str
    event_id: str
    keys: tuple[str, ...]


class Deliverer:
    """The work of one round; several processes may do it at once."""

    def __init__(
        self, sessions: SessionFactory, sender: Sends, clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._sender = sender
        self._clock = clock

    def deliver(self) -> int:
        """Send what is due; how many requests were made. Raises StorageUnavailable."""
        due = self._due_subscriptions()
        if not due:
            return 0
        with ThreadPoolExecutor(min(_AT_ONCE, len(due)), "webhooks") as pool:
            return sum(pool.map(self._serve, due))

    def _due_subscriptions(self) -> list[int]:
        now = self._clock()
        with reading(self._sessions) as session:
            return list(
                session.scalars(
                    select(WebhookSubscription.id)
                    .where(
                        WebhookSubscription.active,
                        _is_free(now),
                        exists().where(
                            WebhookDelivery.subscription_id == WebhookSubscription.id,
                            WebhookDelivery.state == DeliveryState.WAITING,
                            WebhookDelivery.due_at <= now,
                        ),
                    )
                    .order_by(WebhookSubscription.id)
                )
            )

    def _serve(self, subscription: int) -> int:
        """Send what is due for one subscription, until an attempt fails."""
        claim, sent = self._claim(subscription, None), 0
        while claim and sent < _IN_A_ROUND:
            parcel = self._next(subscription)
            if parcel is None:
                break
            outcome = self._send(parcel)
            sent += 1
            with writing(self._sessions) as session:
                _settle(session, parcel.id, outcome, self._clock())
            if not outcome.delivered:
                break
            claim = self._claim(subscription, claim)
        if claim:
            self._release(subscription, claim)
        return sent

    def _claim(self, subscription: int, mine: datetime | None) -> datetime | None:
        """Take the subscription, or keep what is `mine`; None where another process has it."""
        now = self._clock()
        # Another moment at every renewal; a microsecond decides whose claim it is.
        until = now + _CLAIM + timedelta(microseconds=random.randrange(10**6))  # noqa: S311
        free = _is_free(now) if mine is None else WebhookSubscription.claimed_until == mine
        with writing(self._sessions) as session:
            result = session.execute(
                update(WebhookSubscription)
                .where(WebhookSubscription.id == subscription, WebhookSubscription.active, free)
                .values(claimed_until=until)
            )
            taken = isinstance(result, CursorResult) and result.rowcount == 1
        return until if taken else None

    def _release(self, subscription: int, mine: datetime) -> None:
        with writing(self._sessions) as session:
            session.execute(
                update(WebhookSubscription)
                .where(
                    WebhookSubscription.id == subscription,
                    WebhookSubscription.claimed_until == mine,
                )
                .values(claimed_until=None)
            )

    def _next(self, subscription: int) -> _Parcel | None:
        now = self._clock()
        with reading(self._sessions) as session:
            found = session.scalar(
                select(WebhookDelivery)
                .where(
                    WebhookDelivery.subscription_id == subscription,
                    WebhookDelivery.state == DeliveryState.WAITING,
                    WebhookDelivery.due_at <= now,
                )
                .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
                .limit(1)
            )
            if found is None:
                return None
            to = found.subscription
            keys = [to.secret]
            if to.previous_secret and to.previous_until and to.previous_until > now:
                keys.append(to.previous_secret)
            return _Parcel(found.id, to.url, found.body, found.event_id, tuple(keys))

    def _send(self, parcel: _Parcel) -> Outcome:
        timestamp = int(self._clock().timestamp())
        headers = signature_headers(parcel.keys, parcel.event_id, timestamp, parcel.body)
        return self._sender.send(parcel.url, parcel.body, headers)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(
        WebhookSubscription.claimed_until.is_(None), WebhookSubscription.claimed_until <= now
    )


def _settle(session: Session, delivery: int, outcome: Outcome, now: datetime) -> None:
    """Note how the attempt ended, and when the next one is due."""
    found = session.get(WebhookDelivery, delivery, with_for_update=True)
    if found is None:
        # It was removed with its subscription while it was under way.
        return
    found.attempts += 1
    found.reason = outcome.told[:200]
    if outcome.delivered:
        found.state, found.settled_at = DeliveryState.DELIVERED, now
    elif found.attempts > len(PAUSES) or outcome.status == GONE:
        found.state, found.settled_at = DeliveryState.DEAD, now
        _log.warning("webhooks.given_up delivery=%s reason=%s", found.id, found.reason)
    else:
        pause = PAUSES[found.attempts - 1]
        # Spread out, so that a receiver that comes back is not met by all of them at once.
        found.due_at = now + pause * (1 + random.uniform(0, _SPREAD))  # noqa: S311
    if outcome.status == GONE:
        subscription = session.get_one(WebhookSubscription, found.subscription_id)
        subscription.active = False
        subscription.stopped_reason = "The receiver answered 410: it wants no more events."
