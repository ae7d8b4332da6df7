"""What happens to due maintenance: done, put off, stopped, told. Each leaves a line and a new day.

The caller holds the plan (aftercare/maintenance/plans.py) and owns the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.maintenance.plans import local_day, refresh
from aftercare.tables.maintenance import (
    DeedKind,
    MaintenanceDeed,
    MaintenanceItem,
    MaintenancePlan,
)
from aftercare.tables.ownership import OwnedProduct
from aftercare.tickets.history import Actor

#: Further ahead nothing is put off: whoever wants none of it stops it.
FARTHEST = timedelta(days=3 * 366)
_EARLIEST_YEAR = 1950


def mark_done(
    session: Session,
    plan: MaintenancePlan,
    keys: Sequence[str],
    *,
    day: date,
    by: Actor,
    now: datetime,
    ticket_id: int | None = None,
) -> None:
    """The items were done on a day; they count from it again. Raises NotAllowed."""
    today = local_day(session, now)
    if day > today:
        raise NotAllowed("the day on which it was done is to come")
    if day.year < _EARLIEST_YEAR:
        raise NotAllowed("there is a mistake in the year")
    for item in _items(plan, keys):
        item.done_on = max(day, item.done_on or day)
        item.put_off_until = None
    _note(session, plan, DeedKind.DONE, keys, by, now, day=day, ticket_id=ticket_id)
    refresh(session, plan, today)


def put_off(
    session: Session,
    plan: MaintenancePlan,
    keys: Sequence[str],
    *,
    until: date,
    by: Actor,
    now: datetime,
) -> None:
    """The items do not count as due before a day. Raises NotAllowed."""
    today = local_day(session, now)
    if until <= today:
        raise NotAllowed("the day to which it is put off is not to come")
    if until - today > FARTHEST:
        raise NotAllowed("the day to which it is put off is more than three years away")
    for item in _items(plan, keys):
        item.put_off_until = until
    _note(session, plan, DeedKind.PUT_OFF, keys, by, now, day=until)
    refresh(session, plan, today)


def stop(
    session: Session, plan: MaintenancePlan, keys: Sequence[str], *, by: Actor, now: datetime
) -> None:
    """Nobody is to hear of the items any more. Raises NotAllowed."""
    for item in _items(plan, keys):
        item.stopped_at = item.stopped_at or now
    _note(session, plan, DeedKind.STOPPED, keys, by, now)
    refresh(session, plan, local_day(session, now))


def resume(
    session: Session, plan: MaintenancePlan, keys: Sequence[str], *, by: Actor, now: datetime
) -> None:
    """The items go on after all. Raises NotAllowed."""
    for item in _items(plan, keys):
        item.stopped_at = None
    _note(session, plan, DeedKind.RESUMED, keys, by, now)
    refresh(session, plan, local_day(session, now))


def note_told(
    session: Session,
    plan: MaintenancePlan,
    keys: Sequence[str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """The customer was told what is due: by the bot, or by a member of staff."""
    today = local_day(session, now)
    kind = DeedKind.TOLD if by.staff_id is None else DeedKind.TOLD_BY_STAFF
    plan.told_at, plan.settled_on, plan.unreached_at = now, today, None
    _note(session, plan, kind, keys, by, now)
    refresh(session, plan, today)


def leave_to_staff(
    session: Session,
    plan: MaintenancePlan,
    keys: Sequence[str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """No chat reaches the customer: it stands on the list of those to be told by phone or mail."""
    today = local_day(session, now)
    plan.settled_on, plan.unreached_at = today, plan.unreached_at or now
    _note(session, plan, DeedKind.UNREACHED, keys, by, now)
    refresh(session, plan, today)


def note_booked(
    session: Session,
    plan: MaintenancePlan,
    keys: Sequence[str],
    *,
    ticket_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """A ticket was opened for it: until that is done nobody is reminded."""
    plan.ticket_id = ticket_id
    _note(session, plan, DeedKind.BOOKED, keys, by, now, ticket_id=ticket_id)
    refresh(session, plan, local_day(session, now))


def take_back(session: Session, plan: MaintenancePlan, ticket_id: int, now: datetime) -> None:
    """What a ticket was said to have done was not: it is due as it was before."""
    done_by = (MaintenanceDeed.plan_id == plan.id, MaintenanceDeed.kind == DeedKind.DONE)
    session.execute(
        update(MaintenanceDeed)
        .where(*done_by, MaintenanceDeed.ticket_id == ticket_id)
        .values(kind=DeedKind.TAKEN_BACK)
        .execution_options(synchronize_session="fetch")
    )
    left = session.scalars(select(MaintenanceDeed).where(*done_by)).all()
    for item in plan.items:
        days = [deed.day for deed in left if deed.day and item.task_key in deed.items]
        item.done_on = max(days, default=None)
    refresh(session, plan, local_day(session, now))


def last_told(session: Session, customer_id: int) -> datetime | None:
    """When the bot reminded a customer last, of whichever piece."""
    return session.scalar(
        select(MaintenanceDeed.at)
        .join(MaintenancePlan, MaintenancePlan.id == MaintenanceDeed.plan_id)
        .join(OwnedProduct, OwnedProduct.id == MaintenancePlan.owned_product_id)
        .where(OwnedProduct.customer_id == customer_id, MaintenanceDeed.kind == DeedKind.TOLD)
        .order_by(MaintenanceDeed.at.desc())
        .limit(1)
    )


def _items(plan: MaintenancePlan, keys: Sequence[str]) -> list[MaintenanceItem]:
    if not keys:
        raise NotAllowed("no item of the plan is chosen")
    found = [item for item in plan.items if item.active and item.task_key in keys]
    if not found or len(found) != len(set(keys)):
        raise NotAllowed("the plan has no such item")
    return found


def _note(
    session: Session,
    plan: MaintenancePlan,
    kind: DeedKind,
    keys: Sequence[str],
    by: Actor,
    now: datetime,
    *,
    day: date | None = None,
    ticket_id: int | None = None,
) -> None:
    session.add(
        MaintenanceDeed(
            plan_id=plan.id,
            at=now,
            kind=kind,
            items=list(keys),
            day=day,
            ticket_id=ticket_id,
            staff_id=by.staff_id,
            actor=by.name,
        )
    )
