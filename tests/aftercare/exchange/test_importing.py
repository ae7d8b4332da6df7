"""Files of records: read as spreadsheets write them, tried out first, taken whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from aftercare.catalogue.load import load_catalogue
from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import CatalogueError, NotFound, StaleEdit, UnusableFile
from aftercare.exchange.cells import harmless, plain_text, read_day, read_money, read_yes
from aftercare.exchange.customers import COLUMNS as CUSTOMER_COLUMNS
from aftercare.exchange.sheets import read_sheet
from aftercare.exchange.transfers import (
    Checked,
    apply_file,
    check_file,
    file_of,
    remove_unapplied,
)
from aftercare.settings import Settings
from aftercare.tables.base import Base
from aftercare.tables.catalogue import CatalogueState, Category, Product
from aftercare.tables.conversations import Customer
from aftercare.tables.exchange import DataTransfer, TransferKind, TransferState
from aftercare.tables.ownership import OwnedProduct
from aftercare.tickets.history import Actor
from tests.conftest import NOW, settings_in
from tests.factories import make_customer
from tests.postgresql import BOTH

BY = Actor("Rita")
PRODUCT = "model,name,category,price,currency"


class Desk:
    """Takes files in, as the console and the command do."""

    def __init__(self, sessions: SessionFactory, settings: Settings) -> None:
        self.sessions, self.settings = sessions, settings

    def check(self, kind: TransferKind, text: str | bytes) -> Checked:
        content = text if isinstance(text, bytes) else text.encode()
        return check_file(self.sessions, self.settings, kind, content, "x.csv", by=BY, now=NOW)

    def apply(self, checked: Checked) -> DataTransfer:
        number = checked.transfer.id
        return apply_file(self.sessions, self.settings, number, by=BY, now=NOW)

    def take(self, kind: TransferKind, text: str | bytes) -> tuple[int, int, int]:
        checked = self.check(kind, text)
        assert checked.mistakes == []
        done = self.apply(checked)
        return done.added, done.changed, done.unchanged

    def count(self, table: type[Base]) -> int:
        with reading(self.sessions) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def product(self, key: str) -> Product:
        with reading(self.sessions) as session:
            return session.get_one(Product, key)

    def customer(self, email: str) -> Customer:
        with reading(self.sessions) as session:
            return session.scalars(select(Customer).where(Customer.email == email)).one()


@pytest.fixture
def desk(stocked_sessions: SessionFactory, settings: Settings) -> Desk:
    return Desk(stocked_sessions, settings)


@pytest.fixture
def either(company: SessionFactory, tmp_path: Path) -> Iterator[Desk]:
    """On the database that the test asks for; what is there before is none of the test's."""
    yield Desk(company, settings_in(tmp_path))


def mistakes(checked: Checked) -> list[tuple[int, str]]:
    return [(one.line, one.column) for one in checked.mistakes]


# Cells ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "minor"),
    [
        *(("1299", 129900), ("1299.00", 129900), ("1299,5", 129950), ("1.299,00", 129900)),
        *(("1,299.00", 129900), ("1 299,00", 129900), ("12.345.678,90", 1234567890)),
        *(("1.299", 129900), ("0", 0), ("-5", None), ("1.2.3", None), ("1,29,9", None)),
        *(("NaN", None), ("1e9", None), ("", None), ("99999999999", None), ("12.345", 1234500)),
    ],
)
def test_amounts_are_read_in_both_ways_of_writing(cell: str, minor: int | None) -> None:
    assert read_money(cell, "BRL") == minor


def test_amount_of_a_currency_without_cents_has_none() -> None:
    assert read_money("1500", "JPY") == 1500
    assert read_money("1500,50", "JPY") is None


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-01-05", "05/01/2026", "5.1.2026", "5-1-2026", "5 Jan 2026", "5 January 2026"),
        *("5 jan. 2026", "5 de janeiro de 2026", "2026-01-05 00:00:00"),
    ],
)
def test_days_are_read_in_both_languages(cell: str) -> None:
    assert read_day(cell) == date(2026, 1, 5)


@pytest.mark.parametrize("cell", ["", "2026", "31/02/2026", "13/13/2026", "5 foo 2026", "soon"])
def test_what_is_no_day_is_none(cell: str) -> None:
    assert read_day(cell) is None


def test_march_and_yes_are_understood_with_their_accents() -> None:
    assert read_day("5 de março de 2026") == date(2026, 3, 5)
    assert (read_yes("Não"), read_yes("SIM"), read_yes("maybe")) == (False, True, None)


@given(st.text())
def test_what_is_written_harmlessly_is_read_as_it_was(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    flat = " ".join(text.split())
    if not (flat.startswith("'") and flat[1:].startswith(("=", "+", "-", "@"))):
        assert plain_text(harmless(flat)) == flat


# Sheets --------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encoding_and_separator_are_found_out(encoding: str, separator: str) -> None:
    text = f"Nome{separator}E-mail\r\nJosé Conceição{separator}jose@mail.example\r\n"
    [row] = read_sheet(text.encode(encoding), CUSTOMER_COLUMNS).rows
    assert row.line == 2
    assert (row.cells["name"], row.cells["email"]) == ("José Conceição", "jose@mail.example")


def test_quoted_cells_blank_lines_and_excels_own_line_are_read() -> None:
    text = 'sep=;\nname;email\n"Lima; Ana";a@x.example\n\n;;\n"Two\nlines";b@x.example\n'
    rows = read_sheet(text.encode(), CUSTOMER_COLUMNS).rows
    assert [row.cells["name"] for row in rows] == ["Lima; Ana", "Two lines"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"name,email\n", "no lines"),
        (b"email\nx@y.example\n", "lacks the column 'name'"),
        (b"name,colour\nx,y\n", "no column 'colour'"),
        (b"name,nome\nx,y\n", "twice"),
        (b'name\n"x\n', "cannot be read"),
        (b"PK\x03\x04\x00\x00", "no text"),
    ],
)
def test_file_that_is_no_such_table_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnusableFile, match=reason):
        read_sheet(content, CUSTOMER_COLUMNS)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    try:
        read_sheet(b"name;email\n" + content, CUSTOMER_COLUMNS)
    except UnusableFile as refused:
        assert str(refused).endswith(".")


# Customers -----------------------------------------------------------------------


@BOTH
def test_customers_are_added_changed_and_left_alone(either: Desk) -> None:
    with writing(either.sessions) as session:
        make_customer(session, name="Ana", email="ana@mail.example", external_id="A-1")
        make_customer(session, name="Old name", email="rui@mail.example")
    text = (
        "id;nome;email;telefone;idioma\n"
        "A-1;Ana;ana@mail.example;;\n"
        "R-1;Rui Costa;RUI@mail.example;912 345 678;pt\n"
        ";Eva;eva@mail.example;;en\n"
    )
    assert either.take(TransferKind.CUSTOMERS, text) == (1, 1, 1)
    rui = either.customer("rui@mail.example")
    assert (rui.name, rui.external_id, rui.phone) == ("Rui Costa", "R-1", "+351912345678")
    assert either.take(TransferKind.CUSTOMERS, text) == (0, 0, 3)


def test_every_mistake_is_told_with_line_and_column_and_nothing_is_taken(desk: Desk) -> None:
    before = desk.count(Customer)
    text = (
        "name,email,phone,language,external_id\n"
        "Good,good@mail.example,,,\n"
        ",none@mail.example,,,\n"
        "Bad,nobody,12,de,\n"
        "Twice,good@mail.example,,,\n"
        "Nothing,,,,\n"
    )
    checked = desk.check(TransferKind.CUSTOMERS, text)
    assert mistakes(checked) == [
        *((3, "name"), (4, "email"), (4, "language"), (4, "phone"), (5, "email"), (6, "email")),
    ]
    assert checked.transfer.state == TransferState.REFUSED
    with pytest.raises(NotFound):
        desk.apply(checked)
    assert desk.count(Customer) == before


def test_dry_run_writes_nothing_and_its_file_is_private(desk: Desk) -> None:
    checked = desk.check(TransferKind.CUSTOMERS, "name,email\nEva,eva@mail.example\n")
    assert checked.transfer.added == 1 and desk.count(Customer) == 0
    file = file_of(desk.settings, checked.transfer.id)
    assert file.stat().st_mode & 0o077 == 0


def test_file_is_applied_once_and_forgotten(desk: Desk) -> None:
    checked = desk.check(TransferKind.CUSTOMERS, "name,email\nEva,eva@mail.example\n")
    desk.apply(checked)
    assert not file_of(desk.settings, checked.transfer.id).exists()
    with pytest.raises(NotFound):
        desk.apply(checked)


def test_what_changed_since_the_dry_run_refuses_the_whole_file(desk: Desk) -> None:
    checked = desk.check(
        TransferKind.CUSTOMERS, "name,email,id\nEva,eva@mail.example,\nAna,ana@mail.example,A-1\n"
    )
    with writing(desk.sessions) as session:
        make_customer(session, email="ana@mail.example", external_id="A-2")
    with pytest.raises(StaleEdit, match="line 3"):
        desk.apply(checked)
    assert desk.count(Customer) == 1


def test_file_that_nobody_applies_is_removed_after_a_day(desk: Desk) -> None:
    checked = desk.check(TransferKind.CUSTOMERS, "name,email\nEva,eva@mail.example\n")
    file = file_of(desk.settings, checked.transfer.id)
    written = file.stat().st_mtime
    day = NOW.fromtimestamp(written, NOW.tzinfo)
    assert remove_unapplied(desk.settings, day + timedelta(hours=23)) == 0
    assert remove_unapplied(desk.settings, day + timedelta(hours=25)) == 1
    assert not file.exists()


@pytest.mark.parametrize(("kind", "most"), [("customers", 50_000), ("sales", 20_000)])
def test_file_with_too_many_lines_is_refused_before_any_is_read(
    desk: Desk, kind: str, most: int
) -> None:
    heading = {"customers": "name,email", "sales": "product,customer_email"}[kind]
    with pytest.raises(UnusableFile, match=f"more than {most} lines"):
        desk.check(TransferKind(kind), f"{heading}\n" + "x,y\n" * (most + 1))


def test_too_large_file_is_refused(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"max_import_bytes": 70_000})
    with pytest.raises(UnusableFile, match="larger"):
        desk.check(TransferKind.CUSTOMERS, b"name,email\n" + b"x" * 70_000)


# Products ------------------------------------------------------------------------


@BOTH
def test_product_comes_in_is_known_to_the_bot_at_once_and_survives_the_catalogue(
    either: Desk,
) -> None:
    reader = CatalogueReader(either.sessions)
    assert "x-500" not in reader.newest().products
    with reading(either.sessions) as session:
        category = session.scalars(select(Category).order_by(Category.id)).first()
        assert category is not None
    text = f"modelo;nome;name;categoria;preco;moeda;garantia\nX 500;Lavadora X;Washer X;{category.name['pt']};2.499,90;brl;24\n"  # noqa: E501
    assert either.take(TransferKind.PRODUCTS, text) == (1, 0, 0)
    made = either.product("x-500")
    assert (made.price_minor, made.currency, made.warranty_months) == (249990, "BRL", 24)
    assert made.name == {"en": "Washer X", "pt": "Lavadora X"} and made.category_id == category.id
    assert "x-500" in reader.newest().products
    with writing(either.sessions) as session:
        session.get_one(CatalogueState, 1).fingerprint = ""
        assert load_catalogue(session, either.settings.catalogue_dir, NOW)
    assert either.product("x-500").active and either.product("mare-w900").active
    assert either.take(TransferKind.PRODUCTS, text) == (0, 0, 1)
    assert either.take(TransferKind.PRODUCTS, text.replace("24\n", "36\n")) == (0, 1, 0)


def test_wrong_products_are_told_by_column(desk: Desk) -> None:
    text = (
        "id,model,name,category,price,currency,importance,serial_pattern,serial_example\n"
        "mare-w900,W901,W,washing_machine,1,BRL,,,\n"
        "new-1,W900,W,washing_machine,1,BRL,,,\n"
        "New One,N1,W,spaceship,cheap,XXQ,6,([,x\n"
        "new-2,N2,W,washing_machine,1,BRL,,[0-9]{4},ABC\n"
    )
    assert mistakes(desk.check(TransferKind.PRODUCTS, text)) == [
        *((2, "id"), (3, "model"), (4, "category"), (4, "currency"), (4, "id")),
        *((4, "importance"), (4, "serial_pattern"), (5, "serial_example")),
    ]


def test_catalogue_that_wants_an_imported_products_model_is_refused(desk: Desk) -> None:
    with writing(desk.sessions) as session:
        first = session.get_one(Product, "mare-w900")
        taken, first.model = first.model, "other"
        session.flush()
        session.add(
            Product(
                id="imported-1",
                category_id=first.category_id,
                model=taken,
                name=first.name,
                price_minor=1,
                currency="BRL",
                importance=1,
                warranty_months=0,
                serial_pattern="x",
                serial_example="x",
                needs_installation=False,
                active=True,
                imported=True,
            )
        )
    with writing(desk.sessions) as session:
        session.get_one(CatalogueState, 1).fingerprint = ""
    with writing(desk.sessions) as session, pytest.raises(CatalogueError, match="imported-1"):
        load_catalogue(session, desk.settings.catalogue_dir, NOW)


# Sales ---------------------------------------------------------------------------


@BOTH
def test_sales_make_owners_once(either: Desk) -> None:
    with writing(either.sessions) as session:
        make_customer(session, email="lia@mail.example")
    serial = either.product("mare-w900").serial_example
    text = (
        "produto;numero de serie;data da compra;loja;customer_email;customer_name\n"
        f"W900;{serial};31/01/2026;Loja;lia@mail.example;\n"
        "mare-w900;ODD-1;2026-02-01;Loja;new@mail.example;Novo\n"
        "mare-w900;;2026-02-02;Loja;new@mail.example;Novo\n"
    )
    assert either.take(TransferKind.SALES, text) == (3, 0, 0)
    with reading(either.sessions) as session:
        owned = session.scalars(select(OwnedProduct).order_by(OwnedProduct.bought_on)).all()
    assert [one.serial_verified for one in owned] == [True, False, False]
    assert owned[1].serial == "ODD1" and owned[1].bought_on == date(2026, 2, 1)
    assert owned[1].customer_id == owned[2].customer_id == either.customer("new@mail.example").id
    assert either.take(TransferKind.SALES, text) == (0, 0, 3)
    more = text.replace("loja;", "pedido;").replace(";Loja;", ";P-1;")
    assert either.take(TransferKind.SALES, more.split("mare-w900;;")[0]) == (0, 2, 0)


def test_sale_that_contradicts_what_is_on_file_is_a_mistake(desk: Desk) -> None:
    head = "product,serial_number,purchase_date,delivery_date,customer_email\n"
    desk.take(TransferKind.SALES, f"{head}W900,ODD-1,,2026-01-05,a@mail.example\n")
    later = desk.check(TransferKind.SALES, f"{head}W900,ODD-1,2026-01-20,,a@mail.example\n")
    assert mistakes(later) == [(2, "delivery_date")]


def test_imported_piece_has_its_history(desk: Desk) -> None:
    head = "product,serial_number,seller,customer_email\n"
    desk.take(TransferKind.SALES, f"{head}W900,ODD-1,,a@mail.example\n")
    desk.take(TransferKind.SALES, f"{head}W900,ODD-1,Loja,a@mail.example\n")
    with reading(desk.sessions) as session:
        piece = session.scalars(select(OwnedProduct)).one()
        events = [(event.kind, event.actor) for event in piece.events]
    assert events == [("registered", "Rita"), ("changed", "Rita")]


def test_wrong_sales_are_told_by_column(desk: Desk) -> None:
    text = (
        "product,serial_number,purchase_date,delivery_date,customer_email\n"
        "W999,1,2026-01-01,,a@mail.example\n"
        "W900,1,2999-01-01,,a@mail.example\n"
        "W900,1,2026-01-02,2026-01-01,a@mail.example\n"
        "W900,,,,a@mail.example\n"
        "W900,1,soon,,\n"
    )
    assert mistakes(desk.check(TransferKind.SALES, text)) == [
        *((2, "product"), (3, "purchase_date"), (4, "delivery_date"), (5, "serial_number")),
        *((6, "customer_email"), (6, "purchase_date")),
    ]
    assert desk.count(OwnedProduct) == 0
