"""The list of complaints, the root causes, and the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from aftercare.catalogue.entries import LANGUAGES
from aftercare.complaints.beginning import COMPLAINT_SERVICE
from aftercare.complaints.figures import (
    Counted,
    Total,
    counted,
    first_proposals,
    median_days,
    totals,
)
from aftercare.complaints.plan import add_cause, causes_of
from aftercare.complaints.proposing import open_proposal
from aftercare.errors import NotAllowed
from aftercare.staff.roles import COMPLAINTS
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.complaints import ComplaintCase, ComplaintCause, ComplaintStatus
from aftercare.tables.tickets import Ticket
from console.access import Visit, open_change, open_visit, seen_complaints
from console.complaints_words import (
    MARKS,
    OUTCOMES,
    SEVERITIES,
    SEVERITY_MARKS,
    STATUSES,
    STEPS,
    options,
)
from console.filters import Filters, read_filters
from console.formats import english, money
from console.forms import Form, query_value
from console.pages import go, show
from console.paging import Page, fetch_page, read_place

router = APIRouter()

#: Values of filters that are no value of a column.
_ALL, _MINE = "all", "mine"
_YEAR = timedelta(days=365)
_DAYS = 2


@dataclass(frozen=True)
class ComplaintRow:
    number: str
    severity: str
    severity_mark: str
    assessed: bool
    status: str
    mark: str
    product: str
    customer: str
    responsible: str
    received_at: datetime
    due_at: datetime | None
    valid_until: date | None


@dataclass(frozen=True)
class Bar:
    """One line of a table of figures, with the costs in words."""

    name: str
    key: str
    count: int
    cost: str


@router.get("/complaints", name="complaints")
def list_complaints(request: Request) -> Response:
    """Open complaints, the gravest first, of those what is due first; others on request."""
    filters = read_filters(request, ("status", "severity", "whose", "product"))
    with open_visit(request) as visit:
        statement = (
            seen_complaints(visit)
            .where(*_conditions(visit, filters))
            .options(
                contains_eager(ComplaintCase.ticket).joinedload(Ticket.product),
                contains_eager(ComplaintCase.ticket).joinedload(Ticket.customer),
                joinedload(ComplaintCase.responsible),
                selectinload(ComplaintCase.proposals),
            )
        )
        found = fetch_page(
            visit.session,
            statement,
            read_place(request, int, int),
            ComplaintCase.precedence,
            ComplaintCase.id,
            rising=True,
        )
        page = Page([_row(one) for one in found.rows], found.older, found.newer)
        choices = {
            "status": [*options(STATUSES), (_ALL, "All, closed ones too")],
            "severity": options(SEVERITIES),
            "whose": [(_MINE, "Mine")],
            "product": list(_products(visit).items()),
        }
    return show(
        request,
        "complaints.html",
        area="complaints",
        page=page,
        filters=filters,
        choices=choices,
    )


@router.get("/complaints/figures", name="complaint_figures")
def show_figures(request: Request) -> Response:
    """What was complained about in the last year or between two days, and what came of it."""
    filters = read_filters(request, ("product", "cause", "outcome"))
    with open_visit(request) as visit:
        found = counted(visit.session, _received(visit, filters))
        products, causes = _products(visit), _causes(visit)
        service = visit.session.get(Service, COMPLAINT_SERVICE)
        target = service.measure.get("target") if service else None
    names = {"product": products, "cause": causes, "outcome": OUTCOMES}
    tables = [
        ("Product", "product", _bars(totals(found, _product), products, "Not about a product")),
        ("Root cause", "cause", _bars(totals(found, _cause), causes, "Not known yet")),
        ("Outcome", "outcome", _bars(totals(found, _outcome), OUTCOMES, "Still open")),
    ]
    whole = totals(found, lambda _: "")
    return show(
        request,
        "complaints_figures.html",
        area="complaints",
        filters=filters,
        choices={name: list(known.items()) for name, known in names.items()},
        count=len(found),
        cost=_costs(whole[0]) if whole else "",
        first=first_proposals(found),
        target=target,
        tables=tables,
        days=_days(found),
    )


@router.get("/complaints/causes", name="complaint_causes")
def show_causes(request: Request) -> Response:
    """The root causes that can be chosen."""
    with open_visit(request) as visit:
        return _causes_page(request, visit, saved=query_value(request, "saved"))


@router.post("/complaints/causes", name="add_complaint_cause")
def add_one(request: Request, form: Form) -> Response:
    """Add a root cause; for managers."""
    try:
        with open_change(request, form, COMPLAINTS) as visit:
            add_cause(visit.session, {one: form.get(one, "") for one in LANGUAGES})
    except NotAllowed:
        with open_visit(request) as visit:
            return _causes_page(request, visit, typed=form, status=422)
    return go(request, "complaint_causes", {"saved": "added"})


def _causes_page(
    request: Request,
    visit: Visit,
    *,
    saved: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return show(
        request,
        "complaints_causes.html",
        status=status,
        area="complaints",
        causes=[(one.name, one.by_staff) for one in causes_of(visit.session)],
        may_add=visit.staff.role in COMPLAINTS,
        saved=saved,
        refused=typed is not None,
        typed=typed or {},
        languages=LANGUAGES,
    )


def _conditions(visit: Visit, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    status = filters.get("status")
    if status and status != _ALL:
        conditions.append(ComplaintCase.status == status)
    elif not status:
        conditions.append(ComplaintCase.status != ComplaintStatus.CLOSED)
    if severity := filters.get("severity"):
        conditions.append(ComplaintCase.severity == severity)
    if filters.get("whose") == _MINE:
        me = visit.staff.id
        conditions.append(or_(ComplaintCase.responsible_id == me, Ticket.assignee_id == me))
    if product := filters.get("product"):
        conditions.append(Ticket.product_id == product)
    begin, end = filters.begin(visit.desk.zone), filters.end(visit.desk.zone)
    if begin:
        conditions.append(ComplaintCase.received_at >= begin)
    if end:
        conditions.append(ComplaintCase.received_at < end)
    return conditions


def _received(visit: Visit, filters: Filters) -> list[ColumnElement[bool]]:
    """Those of the figures: received in the days that are asked for, else in the last year."""
    begin, end = filters.begin(visit.desk.zone), filters.end(visit.desk.zone)
    if begin is None:
        begin = (end or visit.now) - _YEAR
    where = [ComplaintCase.received_at >= begin]
    if end:
        where.append(ComplaintCase.received_at < end)
    for name, column in (
        ("product", Ticket.product_id),
        ("cause", ComplaintCase.cause_id),
        ("outcome", ComplaintCase.outcome),
    ):
        if value := filters.get(name):
            where.append(column == value)
    return where


def _row(case: ComplaintCase) -> ComplaintRow:
    ticket, waiting = case.ticket, open_proposal(case)
    return ComplaintRow(
        number=ticket.number,
        severity=SEVERITIES[case.severity],
        severity_mark=SEVERITY_MARKS[case.severity],
        assessed=case.assessed_at is not None,
        status=STATUSES[case.status],
        mark=MARKS[case.status],
        product=english(ticket.product.name) if ticket.product else "",
        customer=(ticket.customer.name or "") if ticket.customer else "",
        responsible=case.responsible.name if case.responsible else "",
        received_at=case.received_at,
        due_at=case.due_at,
        valid_until=waiting.valid_until if waiting else None,
    )


def _bars(found: Iterable[Total], names: Mapping[str, str], none: str) -> list[Bar]:
    return [
        Bar(names.get(one.key, one.key) or none, one.key, one.count, _costs(one)) for one in found
    ]


def _costs(total: Total) -> str:
    return " + ".join(money(minor, currency) for currency, minor in total.costs.items())


def _days(found: Sequence[Counted]) -> list[tuple[str, float | None]]:
    """The median days from the receipt to each step, by its name."""
    return [
        (STEPS[step], round(days, _DAYS) if days is not None else None)
        for step, days in median_days(found).items()
    ]


def _product(one: Counted) -> str:
    return one.product


def _cause(one: Counted) -> str:
    return one.cause


def _outcome(one: Counted) -> str:
    return one.outcome


def _products(visit: Visit) -> dict[str, str]:
    found = visit.session.scalars(select(Product).order_by(Product.category_id, Product.id))
    return {product.id: f"{english(product.name)} ({product.model})" for product in found}


def _causes(visit: Visit) -> dict[str, str]:
    listed = select(ComplaintCause).order_by(ComplaintCause.position, ComplaintCause.id)
    return {one.id: english(one.name) for one in visit.session.scalars(listed)}
