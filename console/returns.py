"""The list of returns, the way from a scanned number to its return, and the figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from aftercare.exchange.cells import harmless
from aftercare.returns.cases import find_by_rma
from aftercare.returns.figures import Cell, Total, cells, sold, totals
from aftercare.tables.catalogue import Product
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.tickets import Ticket, TicketRecord
from console.access import Visit, open_visit, seen_returns
from console.filters import Filters, read_filters
from console.formats import english
from console.forms import query_value
from console.pages import go, show
from console.paging import Page, fetch_page, read_place
from console.returns_view import status_name
from console.returns_words import (
    MARKS,
    PROPOSED_STATUS,
    STATUSES,
    options,
    reason_name,
    reason_names,
)

router = APIRouter()

_PROPOSED = "proposed"
_MONTHS = 12
#: A chart of more months cannot be read.
_MOST_MONTHS = 36


@dataclass(frozen=True)
class ReturnRow:
    number: str
    rma: str
    status: str
    mark: str
    product: str
    customer: str
    requested_at: datetime
    send_by: date | None
    received_at: datetime | None


@dataclass(frozen=True)
class Bar:
    """One line of a table of figures; `sold` is None where no sales are known."""

    name: str
    total: Total
    sold: int | None = None

    @property
    def rate(self) -> float | None:
        """The share of returned among sold, 0 to 1 and more; None where no sales are known."""
        return self.total.returned / self.sold if self.sold else None


@router.get("/returns", name="returns")
def list_returns(request: Request) -> Response:
    """Returns, newest first; a return number in `find` goes to its return."""
    filters = read_filters(request, ("status", "product"))
    find = query_value(request, "rma")
    with open_visit(request) as visit:
        if find and (case := find_by_rma(visit.session, find)):
            return go(request, "ticket_return", number=case.ticket.number)
        page = _fetch(visit, filters, request)
        choices = {
            "status": [*options(STATUSES), (_PROPOSED, PROPOSED_STATUS)],
            "product": list(_products(visit).items()),
        }
    return show(
        request,
        "returns.html",
        status=404 if find else 200,
        area="returns",
        page=page,
        filters=filters,
        choices=choices,
        unknown=find,
    )


@router.get("/returns/figures", name="return_figures")
def show_figures(request: Request) -> Response:
    """What came back, by product, reason and month."""
    filters = read_filters(request, ("product", "reason"))
    with open_visit(request) as visit:
        months, found = _cells(visit, filters)
        products, reasons = _products(visit), reason_names(visit.session)
        known = sold(visit.session, filters.first_day, filters.last_day)
    by_product = [
        Bar(products.get(one.key, "Not about a product"), one, known.get(one.key))
        for one in totals(found, lambda cell: cell.product)
    ]
    by_reason = [
        Bar(reason_name(reasons, one.key), one) for one in totals(found, lambda cell: cell.reason)
    ]
    monthly = {one.key: one for one in totals(found, lambda cell: cell.month)}
    by_month = [Bar(name, monthly.get(name, Total(name, 0, 0))) for name, *_ in months]
    return show(
        request,
        "returns_figures.html",
        area="returns",
        filters=filters,
        choices={"product": list(products.items()), "reason": list(reasons.items())},
        returned=sum(one.returned for one in found),
        unfit=sum(one.unfit for one in found),
        months=len(months),
        tables=[
            ("Product", "product", by_product),
            ("Reason", "reason", by_reason),
            ("Month of receipt", "", by_month),
        ],
    )


@router.get("/returns/figures.csv", name="return_figures_file")
def download_figures(request: Request) -> Response:
    """The same figures by product, reason and month, for a spreadsheet."""
    filters = read_filters(request, ("product", "reason"))
    with open_visit(request) as visit:
        _, found = _cells(visit, filters)
        products, reasons = _products(visit), reason_names(visit.session)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["month", "product_id", "product", "reason_id", "reason", "returned", "unfit"])
    for one in found:
        texts = (
            one.month,
            one.product,
            products.get(one.product, ""),
            one.reason,
            reason_name(reasons, one.reason),
        )
        writer.writerow([*map(harmless, texts), one.returned, one.unfit])
    return Response(
        # Spreadsheets take a file without the mark for one in another encoding.
        file.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="returns.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def _fetch(visit: Visit, filters: Filters, request: Request) -> Page[ReturnRow]:
    statement = (
        seen_returns(visit)
        .where(*_conditions(visit, filters))
        .options(
            contains_eager(ReturnCase.ticket).joinedload(Ticket.product),
            contains_eager(ReturnCase.ticket).joinedload(Ticket.customer),
        )
    )
    place = read_place(request, int)
    found = fetch_page(visit.session, statement, place, ReturnCase.requested_at, ReturnCase.id)
    return Page([_row(one) for one in found.rows], found.older, found.newer)


def _conditions(visit: Visit, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    status = filters.get("status")
    if status == _PROPOSED:
        conditions += [
            ReturnCase.status == ReturnStatus.INSPECTED,
            ReturnCase.outcome.is_not(None),
        ]
    elif status:
        conditions.append(ReturnCase.status == status)
    if product := filters.get("product"):
        conditions.append(Ticket.product_id == product)
    begin, end = filters.begin(visit.desk.zone), filters.end(visit.desk.zone)
    if begin:
        conditions.append(ReturnCase.requested_at >= begin)
    if end:
        conditions.append(ReturnCase.requested_at < end)
    return conditions


def _row(case: ReturnCase) -> ReturnRow:
    ticket = case.ticket
    return ReturnRow(
        number=ticket.number,
        rma=case.rma or "",
        status=status_name(case),
        mark=MARKS[case.status],
        product=english(ticket.product.name) if ticket.product else "",
        customer=(ticket.customer.name or "") if ticket.customer else "",
        requested_at=case.requested_at,
        send_by=case.send_by,
        received_at=case.received_at,
    )


def _cells(
    visit: Visit, filters: Filters
) -> tuple[Sequence[tuple[str, datetime, datetime]], list[Cell]]:
    """The months that are asked for, newest first, and what came back in them."""
    months = _months(visit, filters)
    where: list[ColumnElement[bool]] = []
    begin, end = filters.begin(visit.desk.zone), filters.end(visit.desk.zone)
    if begin:
        where.append(ReturnCase.received_at >= begin)
    if end:
        where.append(ReturnCase.received_at < end)
    if product := filters.get("product"):
        where.append(Ticket.product_id == product)
    if reason := filters.get("reason"):
        where.append(TicketRecord.value == reason)
    return months, cells(visit.session, months, where)


def _months(visit: Visit, filters: Filters) -> list[tuple[str, datetime, datetime]]:
    """By name, with the first moment at the company's place and the first one after."""
    last = filters.last_day or visit.desk.today().date()
    day = last.replace(day=1)
    months: list[tuple[str, datetime, datetime]] = []
    while len(months) < _MOST_MONTHS:
        after = (day + timedelta(days=32)).replace(day=1)
        months.append((f"{day:%Y-%m}", _midnight(visit, day), _midnight(visit, after)))
        reached = filters.first_day and day <= filters.first_day
        if reached or (filters.first_day is None and len(months) == _MONTHS):
            break
        day = (day - timedelta(days=1)).replace(day=1)
    return months


def _midnight(visit: Visit, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=visit.desk.zone)


def _products(visit: Visit) -> dict[str, str]:
    found = visit.session.scalars(select(Product).order_by(Product.category_id, Product.id))
    return {product.id: f"{english(product.name)} ({product.model})" for product in found}
