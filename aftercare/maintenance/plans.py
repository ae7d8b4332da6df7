"""The plans of owned products: made from the product's plan and the days on file, kept up to date.

Whoever changes a plan holds its piece (`hold_plan`), so that two changes are made one after the
other. Locks are taken in one order: conversation or ticket, customer, piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from aftercare.clocks.plan import read_plan
from aftercare.maintenance.dates import Standing, begins_on, first_due, tell_day
from aftercare.tables.catalogue import MaintenanceTask
from aftercare.tables.maintenance import MaintenanceConsent, MaintenanceItem, MaintenancePlan
from aftercare.tables.ownership import OwnedProduct


def local_day(session: Session, moment: datetime) -> date:
    """The day that it is at the company's place."""
    plan = read_plan(session)
    return moment.astimezone(plan.hours_of(None).zone if plan else UTC).date()


def hold_plan(session: Session, owned_id: int, now: datetime) -> MaintenancePlan | None:
    """The plan of a piece as it is now, held with the piece; None without a piece or a plan."""
    owned = session.scalar(
        select(OwnedProduct)
        .where(OwnedProduct.id == owned_id)
        .with_for_update(of=OwnedProduct)
        .execution_options(populate_existing=True)
    )
    if owned is None:
        return None
    if owned.plan_stale:
        return follow_piece(session, owned, now)
    return plan_of(session, owned.id)


def plan_of(session: Session, owned_id: int) -> MaintenancePlan | None:
    return session.scalar(
        select(MaintenancePlan)
        .where(MaintenancePlan.owned_product_id == owned_id)
        .options(selectinload(MaintenancePlan.items))
        .execution_options(populate_existing=True)
    )


def follow_piece(session: Session, owned: OwnedProduct, now: datetime) -> MaintenancePlan | None:
    """Make the plan of a piece, which is held, what its product and its days on file say.

    None where nothing is ever to be done to it.
    """
    tasks = {task.key: task for task in owned.product.maintenance}
    plan = plan_of(session, owned.id)
    owned.plan_stale = False
    if plan is None:
        if not tasks:
            return None
        plan = MaintenancePlan(owned_product_id=owned.id, owned=owned, items=[])
        session.add(plan)
    begun = beginning_of(session, owned)
    held = {item.task_key: item for item in plan.items}
    for key, item in held.items():
        item.active = key in tasks
    for key, task in tasks.items():
        one = held.get(key)
        if one is None:
            one = MaintenanceItem(task_key=key, active=True)
            plan.items.append(one)
        one.every_months, one.begun_on = task.every_months, begun
    refresh(session, plan, local_day(session, now))
    return plan


def beginning_of(session: Session, owned: OwnedProduct) -> date:
    """From when a piece counts that was never maintained."""
    registered = local_day(session, owned.registered_at)
    return begins_on(owned.installed_on, owned.delivered_on, owned.bought_on, registered)


def refresh(session: Session, plan: MaintenancePlan, today: date) -> None:
    """Work out anew when something is due, and from when the customer is to hear of it."""
    owned = plan.owned
    standings = standings_of(plan) if owned.retired_at is None else []
    plan.due_on = first_due(standings)
    may_tell = plan.ticket_id is None and is_agreed(session, owned.customer_id)
    plan.tell_on = tell_day(standings, plan.settled_on) if may_tell else None
    if plan.due_on is None or plan.due_on > today or plan.ticket_id is not None:
        plan.unreached_at = None
    session.flush()


def refresh_all(session: Session, customer_id: int, now: datetime) -> None:
    """After a customer's yes or no: the plans of all their pieces, which are held."""
    owned_ids = session.scalars(
        select(OwnedProduct.id)
        .where(OwnedProduct.customer_id == customer_id)
        .order_by(OwnedProduct.id)
    ).all()
    for owned_id in owned_ids:
        plan = hold_plan(session, owned_id, now)
        if plan is not None:
            refresh(session, plan, local_day(session, now))


def is_agreed(session: Session, customer_id: int) -> bool:
    """Whether the customer wants to be reminded in any channel."""
    agreed = select(MaintenanceConsent.id).where(
        MaintenanceConsent.customer_id == customer_id,
        MaintenanceConsent.ended_at.is_(None),
        MaintenanceConsent.given,
    )
    return session.scalar(agreed.limit(1)) is not None


def standings_of(plan: MaintenancePlan) -> list[Standing]:
    """The items that the product's plan still has."""
    return [
        Standing(
            key=item.task_key,
            every_months=item.every_months,
            begun_on=item.begun_on,
            done_on=item.done_on,
            put_off_until=item.put_off_until,
            stopped=item.stopped_at is not None,
        )
        for item in plan.items
        if item.active
    ]


def standings_now(session: Session, owned: OwnedProduct) -> list[Standing]:
    """The same for a piece whose plan is not made yet, or not anew: nothing is written."""
    plan = plan_of(session, owned.id)
    if plan is not None and not owned.plan_stale:
        return standings_of(plan)
    held = {one.key: one for one in standings_of(plan)} if plan else {}
    begun = beginning_of(session, owned)
    return [
        Standing(
            key=task.key,
            every_months=task.every_months,
            begun_on=begun,
            done_on=held[task.key].done_on if task.key in held else None,
            put_off_until=held[task.key].put_off_until if task.key in held else None,
            stopped=task.key in held and held[task.key].stopped,
        )
        for task in owned.product.maintenance
    ]


def due_items(plan: MaintenancePlan, today: date) -> list[str]:
    """The keys of what is due, in the order of the product's plan."""
    due = {one.key for one in standings_of(plan) if one.is_due(today)}
    return [task.key for task in tasks_of(plan) if task.key in due]


def due_since(plan: MaintenancePlan, keys: Sequence[str]) -> date | None:
    """The first day on which one of these items was due; None without any."""
    return min((one.due_on for one in standings_of(plan) if one.key in keys), default=None)


def tasks_of(plan: MaintenancePlan) -> list[MaintenanceTask]:
    """The work that the product's plan has, in its order."""
    return plan.owned.product.maintenance


def names_of(plan: MaintenancePlan, keys: Sequence[str], language: str) -> list[str]:
    """Items as people call them."""
    return [
        task.name.get(language) or next(iter(task.name.values()), task.key)
        for task in tasks_of(plan)
        if task.key in keys
    ]
