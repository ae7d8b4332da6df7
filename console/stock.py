"""The stock of parts: how many are there and free, what comes in, what was counted."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from aftercare.errors import NotAllowed
from aftercare.tables.catalogue import Part, Product
from aftercare.tables.stock import (
    PartReservation,
    ReservationStatus,
    StockItem,
    StockMovement,
)
from aftercare.tickets.life import Actor
from aftercare.visits.stock import begin_stock, count, find_item, part_names, receive
from console.access import Visit, open_change, open_visit
from console.formats import english
from console.forms import Form, query_value
from console.pages import go, show
from console.ticket_page import read_note

router = APIRouter()

_LINES = 50
_LARGEST_ID = 2**31 - 1


@router.get("/stock", name="stock")
def list_stock(request: Request) -> Response:
    """All parts that are kept in stock, and a form to begin with another one."""
    return _list(request)


@router.post("/stock", name="begin_stock")
def begin(request: Request, form: Form) -> Response:
    """Keep another part of the catalogue in stock."""
    product, _, part = form.get("part", "").partition("/")
    with open_change(request, form) as visit:
        item_id = begin_stock(visit.session, product, part).id
    return go(request, "stock_item", item_id=item_id)


@router.get("/stock/{item_id:int}", name="stock_item")
def show_item(request: Request, item_id: int) -> Response:
    """One part: for which tickets it is kept, and what became of the others."""
    return _item(request, item_id, saved=query_value(request, "saved"))


@router.post("/stock/{item_id:int}", name="change_stock")
def change(request: Request, item_id: int, form: Form) -> Response:
    """Receive parts, or set the stock to what was counted."""
    note = read_note(request, form)
    try:
        with open_change(request, form) as visit:
            item = find_item(visit.session, min(item_id, _LARGEST_ID))
            do = {"receive": receive, "count": count}.get(form.get("deed", ""))
            typed = form.get("quantity", "").strip()
            if do is None or not (typed.isascii() and typed.isdigit() and len(typed) < 10):
                raise NotAllowed("no number")
            by = Actor.of(visit.staff)
            do(visit.session, item, int(typed), by=by, now=visit.now, note=note)
    except NotAllowed:
        return _item(request, item_id, problem=form.get("deed", "receive"), status=409)
    return go(request, "stock_item", {"saved": "yes"}, item_id=item_id)


def _list(request: Request) -> Response:
    with open_visit(request) as visit:
        items = list(
            visit.session.scalars(
                select(StockItem).join(Product).order_by(Product.model, StockItem.part)
            )
        )
        names = part_names(visit.session, items)
        rows = [
            {
                "id": item.id,
                "name": english(names[item.id]),
                "product": f"{english(item.product.name)} ({item.product.model})",
                "on_hand": item.on_hand,
                "reserved": item.reserved,
                "free": item.free,
            }
            for item in items
        ]
        others = _not_kept(visit, items)
    return show(request, "stock.html", area="visits", rows=rows, others=others)


def _not_kept(visit: Visit, items: list[StockItem]) -> list[tuple[str, str]]:
    """Parts of the catalogue that are not in stock yet: value and title."""
    kept = {(item.product_id, item.part) for item in items}
    found = visit.session.execute(
        select(Part, Product)
        .join(Product, Part.product_id == Product.id)
        .where(Product.active)
        .order_by(Product.model, Part.position)
    )
    return [
        (f"{product.id}/{part.key}", f"{product.model}: {english(part.name)}")
        for part, product in found
        if (product.id, part.key) not in kept
    ]


def _item(
    request: Request, item_id: int, *, saved: str = "", problem: str = "", status: int = 200
) -> Response:
    with open_visit(request) as visit:
        session = visit.session
        item = find_item(session, min(item_id, _LARGEST_ID))
        kept = session.scalars(
            select(PartReservation)
            .where(
                PartReservation.stock_item_id == item.id,
                PartReservation.status == ReservationStatus.RESERVED,
            )
            .order_by(PartReservation.id)
        )
        movements = session.scalars(
            select(StockMovement)
            .where(StockMovement.stock_item_id == item.id)
            .order_by(StockMovement.id.desc())
            .limit(_LINES)
        ).all()
        values = {
            "id": item.id,
            "name": english(part_names(session, [item])[item.id]),
            "product": f"{english(item.product.name)} ({item.product.model})",
            "on_hand": item.on_hand,
            "reserved": item.reserved,
            "free": item.free,
            "kept": [(one.ticket.number, one.quantity, one.at) for one in kept],
        }
    return show(
        request,
        "stock_item.html",
        status=status,
        area="visits",
        item=values,
        movements=movements,
        saved=saved,
        problem=problem,
    )
