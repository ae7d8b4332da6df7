"""What is due for customers' products, what staff do about it, and who wants to be reminded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from aftercare.errors import NotAllowed, NotFound
from aftercare.maintenance.consent import put_consent
from aftercare.maintenance.deeds import mark_done, note_told, put_off, resume, stop
from aftercare.maintenance.figures import figures
from aftercare.maintenance.plans import due_items, hold_plan
from aftercare.maintenance.reach import RULES
from aftercare.tables.catalogue import Product
from aftercare.tables.maintenance import ConsentHow, MaintenancePlan
from aftercare.tables.ownership import OwnedProduct
from aftercare.tickets.history import Actor
from console.access import (
    LARGEST_ID,
    Visit,
    find_customer,
    open_change,
    open_visit,
    seen_plans,
)
from console.filters import Filters, read_filters
from console.formats import english
from console.forms import Form, query_value
from console.maintenance_view import PlanView, read_plan_view, wanted_by
from console.pages import go, show
from console.paging import Page, fetch_page, read_place

router = APIRouter()

OVERDUE, SOON, UNREACHED = "overdue", "soon", "unreached"
_SOON = timedelta(days=30)
_WHEN = ((OVERDUE, "Overdue only"), (SOON, "Within 30 days"))
_REACH = ((UNREACHED, "To be told by phone or mail"),)
_YEAR = timedelta(days=365)
#: What the form of a plan can ask for.
DONE, PUT_OFF, TOLD, STOP, RESUME = "done", "put_off", "told", "stop", "resume"

_Deed = Callable[[Visit, MaintenancePlan, list[str], date | None], None]


@dataclass(frozen=True)
class Row:
    """A piece with what is due; `wanted` is None where the customer was never asked."""

    plan: PlanView
    wanted: bool | None


@dataclass(frozen=True)
class ProductLine:
    """The figures of one product within a year."""

    name: str
    told: int
    told_by_staff: int
    booked: int
    done: int
    stopped: int


@router.get("/maintenance", name="maintenance")
def list_maintenance(request: Request) -> Response:
    """What is due or overdue, the longest first, and how it went within a year."""
    filters = read_filters(request, ("product", "when", "reach"))
    with open_visit(request) as visit:
        page = _fetch(visit, filters, request)
        products = _products(visit)
        lines = [
            ProductLine(
                products.get(one.product_id, one.product_id),
                one.told,
                one.told_by_staff,
                one.booked,
                one.done,
                one.stopped,
            )
            for one in figures(visit.session, visit.now - _YEAR)
        ]
        return show(
            request,
            "maintenance.html",
            area="maintenance",
            page=page,
            filters=filters,
            choices={"product": list(products.items()), "when": _WHEN, "reach": _REACH},
            lines=lines,
            saved=query_value(request, "saved"),
        )


@router.get("/maintenance/{plan_id:int}", name="maintenance_plan")
def show_plan(request: Request, plan_id: int) -> Response:
    """One piece: its items, what happened, and the form to note more."""
    return _page(request, plan_id, saved=query_value(request, "saved"))


@router.post("/maintenance/{plan_id:int}", name="change_maintenance")
def change_plan(request: Request, plan_id: int, form: Form) -> Response:
    """Note that items were done, put off, told, stopped or taken up again."""
    try:
        with open_change(request, form) as visit:
            plan = _hold(visit, plan_id)
            customer_id = plan.owned.customer_id
            deed = _DEEDS.get(form.get("do", ""))
            if deed is None:
                raise NotAllowed("the form does not say what happened")
            deed(visit, plan, _chosen(form), _day(form))
    except NotAllowed as error:
        return _page(request, plan_id, problem=str(error), typed=form)
    if form.get("back") == "customer":
        return go(request, "customer", {"saved": "maintenance"}, customer_id=customer_id)
    if form.get("back") == "list":
        return go(request, "maintenance", {"saved": "yes"})
    return go(request, "maintenance_plan", {"saved": "yes"}, plan_id=plan_id)


@router.post("/customers/{customer_id:int}/reminders", name="change_reminders")
def change_reminders(request: Request, customer_id: int, form: Form) -> Response:
    """Write down that a customer wants reminders, or wants them no more, and how they said so."""
    with open_change(request, form) as visit:
        customer = find_customer(visit, customer_id)
        given = {"give": True, "withdraw": False}.get(form.get("do", ""))
        how, channel = form.get("how", ""), form.get("channel", "")
        told_to_staff = how in set(ConsentHow) - {ConsentHow.CHAT}
        if given is None or not told_to_staff or channel not in RULES:
            raise HTTPException(400)
        put_consent(
            visit.session,
            customer.id,
            channel,
            given=given,
            how=ConsentHow(how),
            by=Actor.of(visit.staff),
            now=visit.now,
        )
    return go(request, "customer", {"saved": "reminders"}, customer_id=customer_id)


def _page(
    request: Request,
    plan_id: int,
    *,
    saved: str = "",
    problem: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    with open_visit(request) as visit:
        plan = visit.session.scalar(
            seen_plans(visit).where(MaintenancePlan.id == min(plan_id, LARGEST_ID))
        )
        view = read_plan_view(visit, plan.owned, history=True) if plan else None
        if view is None:
            raise NotFound("no such plan")
        return show(
            request,
            "maintenance_plan.html",
            status=422 if problem else 200,
            area="maintenance",
            plan=view,
            wanted=wanted_by(visit, [view.customer_id]).get(view.customer_id),
            saved=saved,
            problem=problem,
            typed=dict(typed or {}),
        )


def _fetch(visit: Visit, filters: Filters, request: Request) -> Page[Row]:
    statement = (
        seen_plans(visit)
        .where(*_conditions(visit, filters))
        .options(contains_eager(MaintenancePlan.owned).joinedload(OwnedProduct.customer))
    )
    found = fetch_page(
        visit.session,
        statement,
        read_place(request, int, date),
        MaintenancePlan.due_on,
        MaintenancePlan.id,
        rising=True,
    )
    views = [view for plan in found.rows if (view := read_plan_view(visit, plan.owned))]
    wanted = wanted_by(visit, {view.customer_id for view in views})
    rows = [Row(view, wanted.get(view.customer_id)) for view in views]
    return Page(rows, found.older, found.newer)


def _conditions(visit: Visit, filters: Filters) -> list[ColumnElement[bool]]:
    today = visit.desk.today().date()
    last = {OVERDUE: today - timedelta(days=1), SOON: today + _SOON}.get(filters.get("when"), today)
    conditions: list[ColumnElement[bool]] = [
        MaintenancePlan.due_on.is_not(None),
        MaintenancePlan.due_on <= last,
        OwnedProduct.retired_at.is_(None),
    ]
    if product := filters.get("product"):
        conditions.append(OwnedProduct.product_id == product)
    if filters.get("reach") == UNREACHED:
        conditions.append(MaintenancePlan.unreached_at.is_not(None))
    return conditions


def _products(visit: Visit) -> dict[str, str]:
    """Those that have a plan."""
    found = visit.session.scalars(
        select(Product).where(Product.maintenance.any()).order_by(Product.category_id, Product.id)
    )
    return {one.id: f"{english(one.name)} ({one.model})" for one in found}


def _hold(visit: Visit, plan_id: int) -> MaintenancePlan:
    """The plan, held against others. Raises NotFound."""
    owned_id = visit.session.scalar(
        seen_plans(visit)
        .where(MaintenancePlan.id == min(plan_id, LARGEST_ID))
        .with_only_columns(MaintenancePlan.owned_product_id)
    )
    plan = hold_plan(visit.session, owned_id, visit.now) if owned_id else None
    if plan is None:
        raise NotFound("no such plan")
    return plan


def _chosen(form: Mapping[str, str]) -> list[str]:
    """The keys of the items that were ticked."""
    return [name.removeprefix("item-") for name in form if name.startswith("item-")]


def _day(form: Mapping[str, str]) -> date | None:
    text = form.get("day", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise NotAllowed("the day is not written like 2026-03-02") from error


def _done(visit: Visit, plan: MaintenancePlan, keys: list[str], day: date | None) -> None:
    mark_done(
        visit.session,
        plan,
        keys,
        day=day or visit.desk.today().date(),
        by=Actor.of(visit.staff),
        now=visit.now,
    )


def _put_off(visit: Visit, plan: MaintenancePlan, keys: list[str], day: date | None) -> None:
    if day is None:
        raise NotAllowed("to put it off, say until which day")
    put_off(visit.session, plan, keys, until=day, by=Actor.of(visit.staff), now=visit.now)


def _told(visit: Visit, plan: MaintenancePlan, _keys: list[str], _day: date | None) -> None:
    keys = due_items(plan, visit.desk.today().date())
    if not keys:
        raise NotAllowed("nothing is due of which the customer could be told")
    note_told(visit.session, plan, keys, by=Actor.of(visit.staff), now=visit.now)


def _stop(visit: Visit, plan: MaintenancePlan, keys: list[str], _day: date | None) -> None:
    stop(visit.session, plan, keys, by=Actor.of(visit.staff), now=visit.now)


def _resume(visit: Visit, plan: MaintenancePlan, keys: list[str], _day: date | None) -> None:
    resume(visit.session, plan, keys, by=Actor.of(visit.staff), now=visit.now)


_DEEDS: Mapping[str, _Deed] = {
    DONE: _done,
    PUT_OFF: _put_off,
    TOLD: _told,
    STOP: _stop,
    RESUME: _resume,
}
