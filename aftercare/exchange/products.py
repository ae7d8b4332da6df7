"""Products out of a file: beside those of the catalogue's files, which know more of theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from babel.numbers import is_currency
from sqlalchemy import select
from sqlalchemy.engine import Row as FoundRow
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.accents import without_accents
from aftercare.catalogue.services import tell_of_change
from aftercare.errors import NotAllowed
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
ANY_SERIAL = "[A-Z0-9]{4,40}"
ANY_EXAMPLE = "A1B2C3D4"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_LONGEST = {"model": 60, "name_en": 200, "name_pt": 200, "serial_pattern": 120,
            "serial_example": 60}  # fmt: skip
_MOST_MONTHS = 1200


def plan_products(session: Session, rows: Sequence[Row], setting: Setting) -> Plan:
    """What is new and what changes. An empty cell means what its column says of it."""
    plan = Plan()
    known, categories = _known(session), _categories(session)
    models = {product.model: product.id for product in known.values()}
    lines: dict[str, int] = {}
    new: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for row in setting.each(rows):
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
    plan.stands = lambda again: (_known(again), _categories(again)) == (known, categories)
    plan.finish = tell_of_change
    return plan


def put_product(session: Session, wanted: dict[str, Any]) -> tuple[Product, bool]:
    """Let one product be as another system has it, and whether it is new.

    `wanted` are all columns that a file gives. Raises NotAllowed for a product of the catalogue's
    files and for a model of another product.
    """
    found = session.get(Product, wanted["id"], with_for_update=True)
    if found is not None and not found.imported:
        raise NotAllowed("the product is one of the catalogue's files; change it there")
    if found is not None and all(getattr(found, name) == value for name, value in wanted.items()):
        return found, False
    product = found or Product(id=wanted["id"])
    try:
        with session.begin_nested():
            for name, value in wanted.items():
                setattr(product, name, value)
            session.add(product)
    except IntegrityError as error:
        raise NotAllowed("the id or the model belongs to another product") from error
    tell_of_change(session)
    return product, found is None


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
    pattern = cells["serial_pattern"] or ANY_SERIAL
    example = cells["serial_example"] or ("" if cells["serial_pattern"] else ANY_EXAMPLE)
    if wrong_form := wrong_serial_form(pattern, example):
        note(*wrong_form)
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


def wrong_serial_form(pattern: str, example: str) -> tuple[str, str] | None:
    """Which of the two cannot be, and why; None where the example has the pattern's form."""
    try:
        if re.fullmatch(pattern, example):
            return None
    except (re.error, OverflowError, RecursionError, FutureWarning):
        return "serial_pattern", "is no regular expression"
    return "serial_example", "is not of the form that serial_pattern asks for"


def _known(session: Session) -> dict[str, FoundRow[Any]]:
    """Every product by its id, as a row that is compared as a whole."""
    return {one.id: one for one in session.execute(select(*_COLUMNS))}


def _categories(session: Session) -> dict[str, str]:
    found = {}
    for category in session.scalars(select(Category).order_by(Category.id)):
        for name in (*category.name.values(), category.id):
            found[_plain(name)] = category.id
    return found


def _plain(text: str) -> str:
    return without_accents(text.strip().lower())


def _whole(cell: str, least: int, most: int) -> int | None:
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 6):
        return None
    return int(cell) if least <= int(cell) <= most else None


_COLUMNS: tuple[Any, ...] = (
    *(Product.id, Product.category_id, Product.model, Product.name, Product.price_minor),
    *(Product.currency, Product.importance, Product.warranty_months, Product.serial_pattern),
    *(Product.serial_example, Product.needs_installation, Product.active, Product.imported),
)
PRODUCTS = Kind(COLUMNS, plan_products)
