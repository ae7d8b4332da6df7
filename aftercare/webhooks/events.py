"""What other systems can be told of, and the row that is written together with the change.

A body names things by their numbers and says how they stand. No words, names or contacts of a
customer are in it: who needs them asks the API, with a token whose scopes somebody has chosen.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.tables.exchange import DeliveryState, WebhookDelivery, WebhookSubscription
from aftercare.tables.tickets import Ticket, TicketStatus

TICKET_OPENED = "ticket.opened"
TICKET_CHANGED = "ticket.changed"
TICKET_RESOLVED = "ticket.resolved"
TICKET_CLOSED = "ticket.closed"
HANDOVER_ASKED = "conversation.handover_asked"
HANDOVER_TAKEN = "conversation.handover_taken"
SATISFACTION_ANSWERED = "satisfaction.answered"
COMPLAINT_PROPOSED = "complaint.proposed"
COMPLAINT_ACCEPTED = "complaint.accepted"
COMPLAINT_CONTESTED = "complaint.contested"
COMPLAINT_CLOSED = "complaint.closed"
TEST = "webhook.test"

#: What can be subscribed to; the test is sent to whom it is asked for.
EVENTS = (
    TICKET_OPENED,
    TICKET_CHANGED,
    TICKET_RESOLVED,
    TICKET_CLOSED,
    HANDOVER_ASKED,
    HANDOVER_TAKEN,
    SATISFACTION_ANSWERED,
    COMPLAINT_PROPOSED,
    COMPLAINT_ACCEPTED,
    COMPLAINT_CONTESTED,
    COMPLAINT_CLOSED,
)
_BY_STATUS = {
    TicketStatus.RESOLVED.value: TICKET_RESOLVED,
    TicketStatus.CLOSED.value: TICKET_CLOSED,
}


def note_event(session: Session, event: str, data: dict[str, Any], now: datetime) -> None:
    """Write the event for everybody who subscribed to it; it is sent after the commit."""
    _write(session, event, [data], now)


def note_ticket(
    session: Session, ticket: Ticket, kind: str, now: datetime, *, moved: bool = False
) -> None:
    """Write what a new line of the ticket's history means to other systems.

    `kind` is the line's, `moved` whether it put the ticket into another status: resolved and closed
    are events of their own. All other lines are the ticket's change, except the first.
    """
    event = TICKET_CHANGED
    if kind == "opened":
        event = TICKET_OPENED
    elif moved:
        event = _BY_STATUS.get(ticket.status, TICKET_CHANGED)
    note_event(session, event, {**ticket_data(ticket), "change": kind}, now)


def note_tickets(session: Session, tickets: Iterable[Ticket], kind: str, now: datetime) -> None:
    """The same for tickets that were changed in one act and stay in their status."""
    changed = [{**ticket_data(ticket), "change": kind} for ticket in tickets]
    _write(session, TICKET_CHANGED, changed, now)


def note_test(session: Session, subscription: WebhookSubscription, now: datetime) -> None:
    """Write an event for this subscription alone, whatever it has chosen."""
    body = _body(TEST, {"subscription": subscription.id}, now)
    session.add(delivery_of(subscription, _new_id(), TEST, body, now))


def ticket_data(ticket: Ticket) -> dict[str, Any]:
    """What a ticket's events tell of it."""
    return {
        "number": ticket.number,
        "service": ticket.service_id,
        "product": ticket.product_id,
        "status": ticket.status,
        "priority": ticket.band,
        "danger": ticket.danger,
        "opened_at": _time(ticket.created_at),
        "updated_at": _time(ticket.updated_at),
    }


def delivery_of(
    subscription: WebhookSubscription, event_id: str, event: str, body: str, now: datetime
) -> WebhookDelivery:
    return WebhookDelivery(
        subscription_id=subscription.id,
        event_id=event_id,
        event=event,
        body=body,
        state=DeliveryState.WAITING,
        created_at=now,
        due_at=now,
    )


def _write(session: Session, event: str, told: Sequence[dict[str, Any]], now: datetime) -> None:
    """One event for each thing that is told, to all who want it."""
    subscribed = session.scalars(
        select(WebhookSubscription)
        .where(WebhookSubscription.active)
        .order_by(WebhookSubscription.id)
    )
    wanted = [one for one in subscribed if event in one.events]
    if not wanted:
        return
    for data in told:
        event_id, body = _new_id(), _body(event, data, now)
        session.add_all(delivery_of(one, event_id, event, body, now) for one in wanted)


def _new_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


def _body(event: str, data: dict[str, Any], now: datetime) -> str:
    told = {"type": event, "timestamp": _time(now), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _time(at: datetime) -> str:
    return at.isoformat()
