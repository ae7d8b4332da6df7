"""Products out of a file: beside those of the catalogue's files, which know more of theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from babel.numbers import is_currency
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.accents import without_accents
from aftercare.exchange.cells import read_money, read_yes
from aftercare.exchange.plans import Kind, Plan, Setting
from aftercare.exchange.sheets import Column, Mistake, Row
from aftercare.tables.catalogue import Category, Product

COLUMNS = (
    Column("id", "Short id, as mare-w900; empty: made of the model"),
    Column("model", "Model, as it stands on the product", ("modelo",), required=True),
    Column("name_en", "Name in English", ("name", "nome_en"), required=True),
    Column("name_pt", "Name in Portuguese; empty: the English one", ("nome", "nome_pt")),
    Column("category", "Id or name of a category", ("categoria",), required=True),
    Column("price", "Price, with a decimal comma or point", ("preco",), required=True),
    Column("currency", "Three letters, as BRL", ("moeda",), required=True),
    Column("importance", "How much customers depend on it, 1 to 5; empty: 3", ("importancia",)),
    Column("warranty_months", "Months of warranty; empty: 0", ("garantia", "garantia_meses")),
    Column("serial_pattern", "Regular expression of serial numbers", ("padrao_serie",)),
    Column("serial_example", "A serial number of that form", ("exemplo_serie",)),
    Column("needs_installation", "yes or no; empty: no", ("instalacao",)),
    Column("active", "yes, or no where it is sold no more; empty: yes", ("ativo",)),
)
#: What a serial number is taken for where nobody said.
_ANY_SERIAL = "[A-Z0-9]{4,40}"
_ANY_EXAMPLE = "A1B2C3D4"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_LONGEST = {"model": 60, "name_en": 200, "name_pt": 200, "serial_pattern": 120,
            "serial_example": 60}  # fmt: skip
_MOST_MONTHS = 1200


def plan_products(session: Session, rows: Sequence[Row], _setting: Setting) -> Plan:
    """What is new and what changes. An empty cell means what its column says of it."""
    plan = Plan()
    known = {product.id: product for product in session.scalars(select(Product))}
    models = {product.model: product.id for product in known.values()}
    categories = _categories(session)
    lines: dict[str, int] = {}
    new: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for row in rows:
        wanted = _read(row, categories, plan.mistakes)
        if wanted is None:
            continue
        line = lines.setdefault(wanted["id"], row.line)
        found = known.get(wanted["id"])
        if line != row.line:
            plan.mistakes.append(Mistake(row.line, "id", f"stands in line {line} already"))
        elif found and not found.imported:
            plan.mistakes.append(
                Mistake(row.line, "id", "is a product of the catalogue's files; change it there")
            )
        elif models.setdefault(wanted["model"], wanted["id"]) != wanted["id"]:
            plan.mistakes.append(Mistake(row.line, "model", "belongs to another product"))
        elif found is None:
            new.append(wanted)
        elif any(getattr(found, name) != value for name, value in wanted.items()):
            changes.append(wanted)
        else:
            plan.unchanged += 1
    plan.adding, plan.changing = [(Product, new)], [(Product, changes)]
    plan.added, plan.changed = len(new), len(changes)
    return plan


def _read(row: Row, categories: dict[str, str], mistakes: list[Mistake]) -> dict[str, Any] | None:
    """The row of the table that a line means; None with a mistake."""
    cells, wrong = row.cells, len(mistakes)

    def note(column: str, reason: str) -> None:
        mistakes.append(Mistake(row.line, column, reason))

    for name, most in _LONGEST.items():
        if len(cells[name]) > most:
            note(name, f"has more than {most} letters")
    key = cells["id"] or re.sub(r"[^a-z0-9]+", "-", without_accents(cells["model"].lower()))
    key = key.strip("-") if not cells["id"] else key
    if not _ID.fullmatch(key):
        note("id", "may have small letters, digits and dashes, as mare-w900")
    category = categories.get(_plain(cells["category"]))
    if cells["category"] and category is None:
        note("category", "is no category of the catalogue")
    currency = cells["currency"].upper()
    price = None
    if cells["currency"] and not is_currency(currency):
        note("currency", "is no currency; write three letters, as BRL")
    elif cells["price"]:
        price = read_money(cells["price"], currency or "BRL")
        if price is None:
            note("price", "is no amount; write 1299.00 or 1.299,00")
    importance = _whole(cells["importance"] or "3", 1, 5)
    if importance is None:
        note("importance", "must be a number from 1 to 5")
    months = _whole(cells["warranty_months"] or "0", 0, _MOST_MONTHS)
    if months is None:
        note("warranty_months", f"must be a number from 0 to {_MOST_MONTHS}")
    pattern = cells["serial_pattern"] or _ANY_SERIAL
    example = cells["serial_example"] or ("" if cells["serial_pattern"] else _ANY_EXAMPLE)
    try:
        if not re.fullmatch(pattern, example):
            note("serial_example", "is not of the form that serial_pattern asks for")
    except re.error:
        note("serial_pattern", "is no regular expression")
    yes = {}
    for name, otherwise in (("needs_installation", "no"), ("active", "yes")):
        yes[name] = read_yes(cells[name] or otherwise)
        if yes[name] is None:
            note(name, "must be yes or no")
    if len(mistakes) > wrong or price is None or category is None:
        return None
    return {
        "id": key,
        "category_id": category,
        "model": cells["model"],
        "name": {"en": cells["name_en"], "pt": cells["name_pt"] or cells["name_en"]},
        "price_minor": price,
        "currency": currency,
        "importance": importance,
        "warranty_months": months,
        "serial_pattern": pattern,
        "serial_example": example,
        "imported": True,
        **yes,
    }


def _categories(session: Session) -> dict[str, str]:
    found = {}
    for category in session.scalars(select(Category)):
        for name in (*category.name.values(), category.id):
            found[_plain(name)] = category.id
    return found


def _plain(text: str) -> str:
    return without_accents(text.strip().lower())


def _whole(cell: str, least: int, most: int) -> int | None:
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 6):
        return None
    return int(cell) if least <= int(cell) <= most else None


PRODUCTS = Kind(COLUMNS, plan_products)
