"""Who wants to be reminded of maintenance: said for a kind of channel, with day and way.

Nothing is overwritten: a new word ends the one before, and what was said earlier can be shown.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.maintenance.plans import refresh_all
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.maintenance import ConsentHow, MaintenanceConsent
from aftercare.tickets.history import Actor


def present_consents(session: Session, customer_id: int) -> list[MaintenanceConsent]:
    """What the customer said last, for each kind of channel."""
    return list(
        session.scalars(
            select(MaintenanceConsent)
            .where(
                MaintenanceConsent.customer_id == customer_id,
                MaintenanceConsent.ended_at.is_(None),
            )
            .order_by(MaintenanceConsent.channel)
        )
    )


def consent_in(session: Session, customer_id: int, channel: str) -> MaintenanceConsent | None:
    """The customer's present word for a kind of channel; None where nothing was said."""
    return next(
        (one for one in present_consents(session, customer_id) if one.channel == channel), None
    )


def all_consents(session: Session, customer_id: int) -> list[MaintenanceConsent]:
    """All that the customer ever said, the newest first."""
    return list(
        session.scalars(
            select(MaintenanceConsent)
            .where(MaintenanceConsent.customer_id == customer_id)
            .order_by(MaintenanceConsent.id.desc())
        )
    )


def put_consent(
    session: Session,
    customer_id: int,
    channel: str,
    *,
    given: bool,
    how: ConsentHow,
    by: Actor,
    now: datetime,
    conversation_id: str | None = None,
) -> MaintenanceConsent:
    """Keep the customer's yes or no; the same word again changes nothing.

    Only where the website did not vouch for the customer, the newest conversation counts: that is
    the one in which they can be told.
    """
    # Held, so that of a yes and a no at the same time the later one counts.
    hold_customer(session, customer_id)
    present = consent_in(session, customer_id, channel)
    if present is not None and present.given == given:
        before = present.conversation_id
        if conversation_id and before and not session.get_one(Conversation, before).identified:
            present.conversation_id = conversation_id
        return present
    if present is not None:
        present.ended_at = now
        session.flush()
    consent = MaintenanceConsent(
        customer_id=customer_id,
        channel=channel,
        given=given,
        how=how,
        at=now,
        conversation_id=conversation_id,
        staff_id=by.staff_id,
        actor=by.name,
    )
    session.add(consent)
    session.flush()
    refresh_all(session, customer_id, now)
    return consent


def hold_customer(session: Session, customer_id: int) -> bool:
    """Keep others from the customer's consent and reminders; False where the customer is gone."""
    held = select(Customer.id).where(Customer.id == customer_id).with_for_update()
    return session.scalar(held) is not None
