"""Past sales out of a file: who owns which product. Customers who are not known are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import JSON, Integer, exists, func, insert, literal, select
from sqlalchemy.engine import Row as FoundRow
from sqlalchemy.orm import Session

from aftercare.exchange import customers
from aftercare.exchange.cells import read_day
from aftercare.exchange.customers import Contact, Known, new_customer, read_contact
from aftercare.exchange.plans import Kind, Plan, Rows, Setting, add_rows, in_pieces
from aftercare.exchange.sheets import Column, Mistake, Row
from aftercare.ownership.registering import (
    PIECES_ORDER,
    REGISTERED,
    Particulars,
    complete,
    contradicts,
    new_piece,
    same_piece,
)
from aftercare.serials import normalise
from aftercare.tables.base import UtcDateTime
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.ownership import OwnedProduct, OwnedProductEvent, OwnedSource

_PREFIX = "customer_"
COLUMNS = (
    Column("product", "Id or model of the product", ("produto", "model", "modelo"), required=True),
    Column("serial_number", "Serial number", ("serial", "numero_de_serie", "serie")),
    Column("purchase_date", "Day of purchase, as 2026-01-31 or 31/01/2026",
           ("date", "data", "data_da_compra", "data_de_compra")),
    Column("delivery_date", "Day of delivery", ("data_da_entrega", "data_de_entrega")),
    Column("seller", "Shop that sold it", ("loja", "vendedor")),
    Column("order_number", "Number of the order", ("order", "pedido", "numero_do_pedido")),
    *(
        Column(_PREFIX + one.name, one.meaning, tuple(_PREFIX + other for other in one.also)
               + ((one.name,) if one.name in ("email", "phone") else ()))
        for one in customers.COLUMNS
    ),
)  # fmt: skip
_LONGEST = {"serial_number": 60, "seller": 200, "order_number": 60}


@dataclass(frozen=True)
class _Sale:
    contact: Contact
    product: Product
    told: Particulars


def plan_sales(session: Session, rows: Sequence[Row], setting: Setting) -> Plan:
    """Which products get an owner. What is on file is only completed, never overwritten."""
    plan, looked = Plan(), _products(session)
    sales = _read_all(session, rows, setting, plan.mistakes)
    contacts = [sale.contact for sale in sales]
    known = Known(session, contacts)
    plan.mistakes += [
        Mistake(sale.contact.line, f"{_PREFIX}email", "belongs to a customer with another id")
        for sale in sales
        if (found := known.find(sale.contact)) and known.is_taken(sale.contact, found)
    ]
    strangers = _Strangers()
    owners = [
        found.id if (found := known.find(sale.contact)) else strangers.place_of(sale.contact)
        for sale in sales
    ]
    on_file = _pieces_of(session, owners)
    settled = _settle(sales, owners, on_file, setting, plan)
    new_owners = [new_customer(one, setting) for one in strangers.met]
    new_pieces = [{name: getattr(owned, name) for name in _NEW} for owned in settled.new]
    plan.changing = [(OwnedProduct, settled.changes)]

    def stands(again: Session) -> bool:
        return (
            Known(again, contacts).rows == known.rows
            and _pieces_of(again, owners) == on_file
            and _products(again) == looked
        )

    def finish(writer: Session) -> None:
        add_rows(writer, OwnedProductEvent, settled.lines)
        ids = _add_owners(writer, new_owners, strangers)
        for row in new_pieces:
            row["customer_id"] = ids.get(row["customer_id"], row["customer_id"])
        _add_pieces(writer, new_pieces, setting)

    plan.stands, plan.finish = stands, finish
    return plan


@dataclass
class _Settled:
    """Pieces that are new, the columns of those that are completed, and lines of their history."""

    new: list[OwnedProduct] = field(default_factory=list)
    changes: Rows = field(default_factory=list)
    lines: Rows = field(default_factory=list)


def _settle(
    sales: Sequence[_Sale],
    owners: Sequence[int],
    on_file: Sequence[FoundRow[Any]],
    setting: Setting,
    plan: Plan,
) -> _Settled:
    """Find each sale's piece among those of its owner; what is not there is new."""
    pieces: dict[tuple[int, str], list[OwnedProduct]] = {}
    before: dict[int, FoundRow[Any]] = {}
    for row in on_file:
        # A copy to think with; no session has it.
        pieces.setdefault((row.customer_id, row.product_id), []).append(
            OwnedProduct(**row._asdict())
        )
        before[row.id] = row
    settled, by, now = _Settled(), setting.by, setting.now
    touched: dict[int, OwnedProduct] = {}
    for sale, owner in zip(sales, owners, strict=True):
        mine = pieces.setdefault((owner, sale.product.id), [])
        found = same_piece(mine, sale.told)
        if found is None:
            found = new_piece(
                owner, sale.product, sale.told, source=OwnedSource.IMPORT, by=by, now=now
            )
            mine.append(found)
            settled.new.append(found)
            plan.added += 1
        elif contradicts(sale.told, found):
            plan.mistakes.append(
                Mistake(sale.contact.line, "delivery_date", "would be before the day of purchase")
            )
        elif _tells_more(sale.told, found):
            plan.changed += 1
            complete(found, sale.product, sale.told, by=by, now=now)
            if found.id is not None:
                touched[found.id] = found
        else:
            plan.unchanged += 1
    for owned in touched.values():
        settled.changes.append({name: getattr(owned, name) for name in _CHANGED})
        settled.lines += [_line(owned.id, event) for event in owned.events]
    return settled


def _pieces_of(session: Session, owners: Sequence[int]) -> list[FoundRow[Any]]:
    """What those of the owners who are on file have, the pieces in PIECES_ORDER."""
    found: list[FoundRow[Any]] = []
    for ids in in_pieces(owner for owner in owners if owner > 0):
        found += session.execute(
            select(*_COLUMNS).where(OwnedProduct.customer_id.in_(ids)).order_by(*PIECES_ORDER)
        )
    return found


def _add_owners(session: Session, rows: Rows, strangers: _Strangers) -> dict[int, int]:
    """Write customers who are new; the keys that they got by their places among the strangers."""
    last = session.scalar(select(func.max(Customer.id))) or 0
    add_rows(session, Customer, rows)
    known = Known(session, strangers.met, newer_than=last)
    return {
        -place: found.id
        for place, one in enumerate(strangers.met, start=1)
        if (found := known.find(one))
    }


def _add_pieces(session: Session, rows: Rows, setting: Setting) -> None:
    """Write new pieces, each with the first line of its history."""
    last = session.scalar(select(func.max(OwnedProduct.id))) or 0
    add_rows(session, OwnedProduct, rows)
    # Every other piece has a line already.
    without_line = select(
        OwnedProduct.id,
        literal(setting.now, UtcDateTime),
        literal(REGISTERED),
        literal(setting.by.staff_id, Integer),
        literal(setting.by.name),
        literal({}, JSON),
    ).where(
        OwnedProduct.id > last,
        ~exists().where(OwnedProductEvent.owned_product_id == OwnedProduct.id),
    )
    session.execute(
        insert(OwnedProductEvent).from_select(
            ["owned_product_id", "at", "kind", "staff_id", "actor", "changes"], without_line
        )
    )


def _line(owned_id: int, event: OwnedProductEvent) -> dict[str, Any]:
    told = ("at", "kind", "staff_id", "actor", "changes")
    return {"owned_product_id": owned_id, **{name: getattr(event, name) for name in told}}


def _tells_more(told: Particulars, owned: OwnedProduct) -> bool:
    return any(getattr(told, one.name) and not getattr(owned, one.name) for one in fields(told))


class _Strangers:
    """Customers who are not on file, each met once and given a number below zero."""

    def __init__(self) -> None:
        self.met: list[Contact] = []
        self._places: dict[tuple[str, str], int] = {}

    def place_of(self, contact: Contact) -> int:
        phone = None if contact.email or contact.external_id else contact.phone
        keys = {"external_id": contact.external_id, "email": contact.email, "phone": phone}
        told = [(name, value) for name, value in keys.items() if value]
        place = next((self._places[key] for key in told if key in self._places), None)
        if place is None:
            self.met.append(contact)
            place = -len(self.met)
        for key in told:
            self._places.setdefault(key, place)
        return place


def _read_all(
    session: Session, rows: Sequence[Row], setting: Setting, mistakes: list[Mistake]
) -> list[_Sale]:
    products = list(session.scalars(select(Product).order_by(Product.id)))
    by_name = {one.model.lower(): one for one in products} | {one.id: one for one in products}
    return [sale for row in setting.each(rows) if (sale := _read(row, by_name, setting, mistakes))]


def _products(session: Session) -> list[FoundRow[Any]]:
    """What the names of products and the check of serial numbers go by."""
    return list(
        session.execute(
            select(
                Product.id, Product.model, Product.serial_pattern, Product.serial_check
            ).order_by(Product.id)
        )
    )


def _read(
    row: Row, products: dict[str, Product], setting: Setting, mistakes: list[Mistake]
) -> _Sale | None:
    cells, wrong = row.cells, len(mistakes)
    contact = read_contact(row, mistakes, _PREFIX)
    product = products.get(cells["product"].lower())
    if cells["product"] and product is None:
        mistakes.append(Mistake(row.line, "product", "is neither id nor model of a product"))
    for name, most in _LONGEST.items():
        if len(cells[name]) > most:
            mistakes.append(Mistake(row.line, name, f"has more than {most} letters"))
    days = {name: _day(row, name, setting, mistakes) for name in ("purchase_date", "delivery_date")}
    bought, delivered = days["purchase_date"], days["delivery_date"]
    if bought and delivered and delivered < bought:
        mistakes.append(Mistake(row.line, "delivery_date", "is before the day of purchase"))
    if not cells["serial_number"] and bought is None and not cells["order_number"]:
        mistakes.append(
            Mistake(
                row.line, "serial_number", "is empty, and so are purchase_date and order_number"
            )
        )
    if len(mistakes) > wrong or contact is None or product is None:
        return None
    told = Particulars(
        serial=normalise(cells["serial_number"]),
        bought_on=bought,
        delivered_on=delivered,
        seller=cells["seller"],
        order_number=cells["order_number"],
    )
    return _Sale(contact, product, told)


def _day(row: Row, name: str, setting: Setting, mistakes: list[Mistake]) -> date | None:
    cell = row.cells[name]
    day = read_day(cell) if cell else None
    if cell and day is None:
        mistakes.append(Mistake(row.line, name, "is no day; write 2026-01-31 or 31/01/2026"))
    elif day and day > setting.today:
        mistakes.append(Mistake(row.line, name, "is in the future"))
    elif day and day.year < 1950:
        mistakes.append(Mistake(row.line, name, "is too long ago"))
    return day


_NEW = (
    *("customer_id", "product_id", "serial", "serial_verified", "bought_on", "delivered_on"),
    *("installed_on", "seller", "order_number", "source", "registered_at", "updated_at"),
)
_COLUMNS = (
    OwnedProduct.id,
    *(getattr(OwnedProduct, name) for name in (*_NEW, "retired_at")),
)
#: What completing a piece may change, with its key.
_CHANGED = (
    *("id", "serial", "serial_verified", "bought_on", "delivered_on", "installed_on"),
    *("seller", "order_number", "updated_at", "plan_stale"),
)
#: A line may write a customer, a piece and its history.
_MOST_ROWS = 20_000
SALES = Kind(COLUMNS, plan_sales, _MOST_ROWS)
