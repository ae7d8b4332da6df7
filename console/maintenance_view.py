"""Maintenance as staff read it: plans of pieces, what happened to them, who wants reminders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from aftercare.maintenance.consent import all_consents
from aftercare.maintenance.dates import Standing, first_due
from aftercare.maintenance.plans import plan_of, standings_now
from aftercare.maintenance.reach import RULES
from aftercare.tables.maintenance import (
    ConsentHow,
    DeedKind,
    MaintenanceConsent,
    MaintenanceDeed,
    MaintenancePlan,
)
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import Ticket
from console.access import Visit
from console.formats import english, plain_name

_DEEDS: Mapping[str, str] = {
    DeedKind.TOLD: "reminded the customer in the chat",
    DeedKind.TOLD_BY_STAFF: "told the customer",
    DeedKind.UNREACHED: "could reach the customer in no chat",
    DeedKind.BOOKED: "opened a ticket for it",
    DeedKind.DONE: "noted it as done",
    DeedKind.TAKEN_BACK: "noted it as done, which was taken back",
    DeedKind.PUT_OFF: "put it off",
    DeedKind.STOPPED: "stopped it",
    DeedKind.RESUMED: "let it go on",
}
_HOW: Mapping[str, str] = {
    ConsentHow.CHAT: "in the chat",
    ConsentHow.PHONE: "by phone",
    ConsentHow.MAIL: "by mail",
    ConsentHow.IN_PERSON: "in person",
}
#: The ways that staff may write down.
WAYS = tuple((str(way), name) for way, name in _HOW.items() if way != ConsentHow.CHAT)


@dataclass(frozen=True)
class ItemView:
    key: str
    name: Mapping[str, str]
    every_months: int
    done_on: date | None
    due_on: date
    put_off_until: date | None
    stopped: bool
    due: bool
    overdue: bool


@dataclass(frozen=True)
class DeedLine:
    at: datetime
    actor: str
    deed: str
    items: tuple[str, ...]
    day: date | None


@dataclass(frozen=True)
class PlanView:
    """The plan of one piece; without an `id` it is not made yet, and cannot be changed."""

    id: int | None
    customer_id: int
    customer: str
    product: str
    items: tuple[ItemView, ...]
    due_on: date | None
    overdue: bool
    told_at: datetime | None
    unreached_at: datetime | None
    ticket: str
    """The number of the open ticket that sees to it."""
    history: tuple[DeedLine, ...] = ()

    @property
    def due(self) -> tuple[ItemView, ...]:
        return tuple(item for item in self.items if item.due)


@dataclass(frozen=True)
class ConsentLine:
    """What a customer said of reminders in a kind of channel."""

    channel: str
    given: bool
    how: str
    at: datetime
    actor: str
    ended_at: datetime | None


def read_plan_view(visit: Visit, owned: OwnedProduct, *, history: bool = False) -> PlanView | None:
    """The plan of a piece as it is now; None where nothing is ever done to it."""
    plan = plan_of(visit.session, owned.id)
    today = visit.desk.today().date()
    standings = {one.key: one for one in standings_now(visit.session, owned)}
    items = tuple(
        _item(task.key, task.name, standings[task.key], today)
        for task in owned.product.maintenance
        if task.key in standings
    )
    if not items:
        return None
    due_on = first_due(standings.values()) if owned.retired_at is None else None
    return PlanView(
        id=plan.id if plan and not owned.plan_stale else None,
        customer_id=owned.customer_id,
        customer=owned.customer.name,
        product=f"{english(owned.product.name)} ({owned.product.model})",
        items=items,
        due_on=due_on,
        overdue=due_on is not None and due_on < today,
        told_at=plan.told_at if plan else None,
        unreached_at=plan.unreached_at if plan else None,
        ticket=_ticket_number(visit, plan),
        history=tuple(_lines(visit, plan, items)) if plan and history else (),
    )


def plans_of(visit: Visit, customer_id: int) -> dict[int, PlanView]:
    """The plans of a customer's present pieces, by piece."""
    found = visit.session.scalars(
        select(OwnedProduct).where(
            OwnedProduct.customer_id == customer_id, OwnedProduct.retired_at.is_(None)
        )
    )
    views = ((owned.id, read_plan_view(visit, owned)) for owned in found)
    return {owned_id: view for owned_id, view in views if view}


def consents_of(visit: Visit, customer_id: int) -> list[ConsentLine]:
    """All that a customer said of reminders, the newest first."""
    return [
        ConsentLine(
            channel=plain_name(one.channel),
            given=one.given,
            how=_HOW[one.how],
            at=one.at,
            actor=one.actor,
            ended_at=one.ended_at,
        )
        for one in all_consents(visit.session, customer_id)
    ]


def wanted_by(visit: Visit, customers: Collection[int]) -> dict[int, bool]:
    """Whether these customers want reminders in any channel; who never said is not in it."""
    rows = visit.session.execute(
        select(MaintenanceConsent.customer_id, MaintenanceConsent.given).where(
            MaintenanceConsent.customer_id.in_(customers), MaintenanceConsent.ended_at.is_(None)
        )
    )
    wanted: dict[int, bool] = {}
    for customer_id, given in rows:
        wanted[customer_id] = given or wanted.get(customer_id, False)
    return wanted


def channels() -> list[tuple[str, str]]:
    """The kinds of channels in which the bot may remind, for a picker."""
    return [(name, plain_name(name)) for name in RULES]


def _item(key: str, name: Mapping[str, str], one: Standing, today: date) -> ItemView:
    called = one.called_on
    return ItemView(
        key=key,
        name=name,
        every_months=one.every_months,
        done_on=one.done_on,
        due_on=one.due_on,
        put_off_until=one.put_off_until if called != one.due_on else None,
        stopped=one.stopped,
        due=one.is_due(today),
        overdue=called is not None and called < today,
    )


def _ticket_number(visit: Visit, plan: MaintenancePlan | None) -> str:
    if plan is None or plan.ticket_id is None:
        return ""
    return visit.session.get_one(Ticket, plan.ticket_id).number


def _lines(visit: Visit, plan: MaintenancePlan, items: Iterable[ItemView]) -> Iterable[DeedLine]:
    names = {item.key: english(item.name) for item in items}
    found = visit.session.scalars(
        select(MaintenanceDeed)
        .where(MaintenanceDeed.plan_id == plan.id)
        .order_by(MaintenanceDeed.id.desc())
    )
    for deed in found:
        told = tuple(names.get(key, plain_name(key)) for key in deed.items)
        yield DeedLine(deed.at, deed.actor, _DEEDS[deed.kind], told, deed.day)
