"""What maintenance holds of a person: handed out, deleted, and let go of with a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from aftercare.maintenance.consent import all_consents, hold_customer
from aftercare.maintenance.stale import follow_customers
from aftercare.tables.conversations import Conversation
from aftercare.tables.maintenance import (
    ConsentHow,
    MaintenanceConsent,
    MaintenanceDeed,
    MaintenanceItem,
    MaintenancePlan,
    MaintenanceQuestion,
)
from aftercare.tables.ownership import OwnedProduct

_STAFF = "staff"


def maintenance_told(session: Session, customer_id: int | None) -> dict[str, Any]:
    """Plans, what happened, and every yes and no, as readable values."""
    if customer_id is None:
        return {"plans": [], "consents": [], "asked": []}
    plans = session.scalars(
        select(MaintenancePlan)
        .join(MaintenancePlan.owned)
        .where(OwnedProduct.customer_id == customer_id)
        .order_by(MaintenancePlan.id)
        .options(selectinload(MaintenancePlan.items), selectinload(MaintenancePlan.deeds))
    )
    asked = session.scalars(
        select(MaintenanceQuestion)
        .where(MaintenanceQuestion.customer_id == customer_id)
        .order_by(MaintenanceQuestion.at, MaintenanceQuestion.product_id)
    )
    return {
        "plans": [_plan(plan) for plan in plans],
        "consents": [
            {
                "at": _written(one.at),
                "channel": one.channel,
                "reminders_wanted": one.given,
                "how": one.how,
                "by": _STAFF if one.staff_id is not None else one.actor,
                "conversation": one.conversation_id,
                "until": _written(one.ended_at),
            }
            for one in reversed(all_consents(session, customer_id))
        ],
        "asked": [{"product": one.product_id, "at": _written(one.at)} for one in asked],
    }


def count_maintenance(session: Session, customer_id: int | None) -> int:
    """How many records there are: plans, consents and questions."""
    if customer_id is None:
        return 0
    owned = select(OwnedProduct.id).where(OwnedProduct.customer_id == customer_id)
    counted = (
        (MaintenancePlan, MaintenancePlan.owned_product_id.in_(owned)),
        (MaintenanceConsent, MaintenanceConsent.customer_id == customer_id),
        (MaintenanceQuestion, MaintenanceQuestion.customer_id == customer_id),
    )
    return sum(
        session.scalar(select(func.count()).select_from(table).where(condition)) or 0
        for table, condition in counted
    )


def remove_plans(session: Session, pieces: Sequence[int]) -> None:
    """Pieces are deleted: their plans and what happened to them go before."""
    plans = select(MaintenancePlan.id).where(MaintenancePlan.owned_product_id.in_(pieces))
    for gone in (
        delete(MaintenanceDeed).where(MaintenanceDeed.plan_id.in_(plans)),
        delete(MaintenanceItem).where(MaintenanceItem.plan_id.in_(plans)),
        delete(MaintenancePlan).where(MaintenancePlan.owned_product_id.in_(pieces)),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


def remove_consents(session: Session, customers: Sequence[int]) -> None:
    """Customers are deleted: what they said of reminders goes before."""
    for gone in (
        delete(MaintenanceConsent).where(MaintenanceConsent.customer_id.in_(customers)),
        delete(MaintenanceQuestion).where(MaintenanceQuestion.customer_id.in_(customers)),
    ):
        session.execute(gone)


def let_go_of_conversations(session: Session, conversations: Sequence[str]) -> None:
    """Conversations are deleted: that a yes or no was said there stays, without the place.

    A yes of somebody for whom the website did not vouch was good there alone, and ends with it.
    """
    unvouched = select(Conversation.id).where(
        Conversation.id.in_(conversations), Conversation.identified.is_(False)
    )
    ending = (
        MaintenanceConsent.conversation_id.in_(unvouched),
        MaintenanceConsent.how == ConsentHow.CHAT,
        MaintenanceConsent.given,
        MaintenanceConsent.ended_at.is_(None),
    )
    whose = session.scalars(select(MaintenanceConsent.customer_id).where(*ending)).all()
    for customer_id in sorted(set(whose)):
        hold_customer(session, customer_id)  # before their pieces, as everywhere
    if whose:
        ended = update(MaintenanceConsent).where(*ending).values(ended_at=datetime.now(UTC))
        session.execute(ended.execution_options(synchronize_session=False))
        follow_customers(session, whose)
    session.execute(
        update(MaintenanceConsent)
        .where(MaintenanceConsent.conversation_id.in_(conversations))
        .values(conversation_id=None)
    )


def _plan(plan: MaintenancePlan) -> dict[str, Any]:
    return {
        "product": plan.owned.product_id,
        "serial_number": plan.owned.serial,
        "due_on": _written(plan.due_on),
        "told_at": _written(plan.told_at),
        "items": [
            {
                "item": item.task_key,
                "every_months": item.every_months,
                "counts_from": _written(item.begun_on),
                "done_on": _written(item.done_on),
                "put_off_until": _written(item.put_off_until),
                "stopped_at": _written(item.stopped_at),
            }
            for item in plan.items
        ],
        "history": [
            {
                "at": _written(deed.at),
                "what": deed.kind,
                "items": deed.items,
                "day": _written(deed.day),
                "by": _STAFF if deed.staff_id is not None else deed.actor,
            }
            for deed in plan.deeds
        ],
    }


def _written(moment: date | datetime | None) -> str | None:
    if moment is None:
        return None
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="seconds")
    return moment.isoformat()
