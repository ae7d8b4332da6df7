"""Past sales out of a file: who owns which product. Customers who are not known are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.exchange import customers
from aftercare.exchange.cells import read_day
from aftercare.exchange.customers import Contact, Known, new_customer, read_contact
from aftercare.exchange.plans import Kind, Plan, Setting, in_pieces
from aftercare.exchange.sheets import Column, Mistake, Row
from aftercare.ownership.registering import (
    PIECES_ORDER,
    Particulars,
    complete,
    new_piece,
    same_piece,
)
from aftercare.serials import normalise
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.ownership import OwnedProduct, OwnedSource

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


@dataclass
class _Counts:
    added: int = 0
    changed: int = 0
    unchanged: int = 0


def plan_sales(session: Session, rows: Sequence[Row], setting: Setting) -> Plan:
    """Which products get an owner. What is on file is only completed, never overwritten."""
    plan = Plan()
    sales = _read_all(session, rows, setting, plan.mistakes)
    known = Known(session, [sale.contact for sale in sales])
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
    counts = _settle(session, sales, owners, setting, plan.mistakes, write=False)
    plan.added, plan.changed, plan.unchanged = counts.added, counts.changed, counts.unchanged
    plan.adding = [(Customer, [new_customer(one, setting) for one in strangers.met])]
    return plan


def finish_sales(session: Session, rows: Sequence[Row], setting: Setting) -> None:
    """Write the owned products, once every customer has a key."""
    sales = _read_all(session, rows, setting, [])
    known = Known(session, [sale.contact for sale in sales])
    owners = [found.id if (found := known.find(sale.contact)) else 0 for sale in sales]
    _settle(session, sales, owners, setting, [], write=True)
    session.flush()


def _settle(
    session: Session,
    sales: Sequence[_Sale],
    owners: Sequence[int],
    setting: Setting,
    mistakes: list[Mistake],
    *,
    write: bool,
) -> _Counts:
    """Find each sale's piece among those of its owner; what is not there is new."""
    pieces: dict[tuple[int, str], list[OwnedProduct]] = {}
    for ids in in_pieces(owner for owner in owners if owner > 0):
        for one in session.scalars(
            select(OwnedProduct).where(OwnedProduct.customer_id.in_(ids)).order_by(*PIECES_ORDER)
        ):
            pieces.setdefault((one.customer_id, one.product_id), []).append(one)
    counts, by, now = _Counts(), setting.by, setting.now
    for sale, owner in zip(sales, owners, strict=True):
        mine = pieces.setdefault((owner, sale.product.id), [])
        found = same_piece(mine, sale.told)
        if found is None:
            found = new_piece(
                owner, sale.product, sale.told, source=OwnedSource.IMPORT, by=by, now=now
            )
            mine.append(found)
            counts.added += 1
            if write:
                session.add(found)
        elif _contradicts(sale.told, found):
            mistakes.append(
                Mistake(sale.contact.line, "delivery_date", "would be before the day of purchase")
            )
        elif _tells_more(sale.told, found):
            counts.changed += 1
            # What is not stored yet may be completed in a dry run as well.
            if write or found.id is None:
                complete(found, sale.product, sale.told, by=by, now=now)
        else:
            counts.unchanged += 1
    return counts


def _tells_more(told: Particulars, owned: OwnedProduct) -> bool:
    return any(getattr(told, one.name) and not getattr(owned, one.name) for one in fields(told))


def _contradicts(told: Particulars, owned: OwnedProduct) -> bool:
    """Whether the piece would be delivered before it was bought, once it is completed."""
    bought = owned.bought_on or told.bought_on
    delivered = owned.delivered_on or told.delivered_on
    return bool(bought and delivered and delivered < bought)


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
    products = list(session.scalars(select(Product)))
    by_name = {one.model.lower(): one for one in products} | {one.id: one for one in products}
    return [sale for row in rows if (sale := _read(row, by_name, setting, mistakes))]


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


SALES = Kind(COLUMNS, plan_sales, finish_sales)
