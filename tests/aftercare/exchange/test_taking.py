"""While a file is taken in nobody waits for long, and what comes between is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import StaleEdit
from aftercare.exchange.transfers import apply_file, check_file, file_of
from aftercare.ownership.registering import Particulars, register
from aftercare.settings import Settings
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.exchange import DataTransfer, TransferKind
from aftercare.tables.ownership import OwnedProduct, OwnedProductEvent, OwnedSource
from aftercare.tickets.history import Actor
from tests.conftest import NOW, settings_in
from tests.factories import make_customer
from tests.postgresql import BOTH

BY = Actor("Rita")
CUSTOMERS, SALES = TransferKind.CUSTOMERS, TransferKind.SALES
SALE = "product,serial_number,purchase_date,seller,customer_name,customer_email\n"


class Interrupted:
    """A factory of sessions that lets something happen before each of some."""

    def __init__(self, sessions: SessionFactory, *meanwhile: Callable[[Session], object]) -> None:
        self.sessions = sessions
        self.meanwhile = list(meanwhile)
        self.opened = 0

    def __call__(self) -> Session:
        self.opened += 1
        # The first one looks which file it is; then one plans and one writes, again and again.
        if self.opened > 1 and self.opened % 2 and self.meanwhile:
            with writing(self.sessions) as session:
                self.meanwhile.pop(0)(session)
        return self.sessions()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def sessions(company: SessionFactory) -> Iterator[SessionFactory]:
    """The company without customers."""
    with writing(company) as session:
        for table in (OwnedProductEvent, OwnedProduct, Customer, DataTransfer):
            session.execute(delete(table))
    yield company


@pytest.fixture
def checked(sessions: SessionFactory, settings: Settings) -> Callable[[TransferKind, str], int]:
    def check(kind: TransferKind, text: str) -> int:
        found = check_file(sessions, settings, kind, text.encode(), "x.csv", by=BY, now=NOW)
        assert found.mistakes == []
        return found.transfer.id

    return check


def people(number: int) -> str:
    rows = (f"Eva {n},eva{n}@mail.example,C-{n}\n" for n in range(number))
    return "name,email,external_id\n" + "".join(rows)


@contextmanager
def statements(sessions: SessionFactory) -> Iterator[list[str]]:
    """What is sent to the database meanwhile; many rows in one statement count once."""
    sent: list[str] = []
    engine: Engine = sessions.kw["bind"]

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@BOTH
def test_others_write_while_the_file_is_read_and_progress_is_told(
    sessions: SessionFactory, settings: Settings, checked: Callable[[TransferKind, str], int]
) -> None:
    number = checked(CUSTOMERS, people(600))
    told: list[tuple[int, int]] = []

    def tell(done: int, of: int) -> None:
        told.append((done, of))
        with writing(sessions) as session:
            make_customer(session)

    done = apply_file(sessions, settings, number, by=BY, now=NOW, tell=tell)
    assert done.added == 600
    assert told == [(0, 600), (250, 600), (500, 600)]
    with reading(sessions) as session:
        assert len(session.scalars(select(Customer.id)).all()) == 603


@BOTH
@pytest.mark.parametrize("kind", [CUSTOMERS, SALES])
def test_number_of_statements_does_not_grow_with_the_file(
    sessions: SessionFactory,
    settings: Settings,
    checked: Callable[[TransferKind, str], int],
    kind: TransferKind,
) -> None:
    sent = []
    for size in (2, 2000):
        text = people(size)
        if kind is SALES:
            rows = (
                f"W900,N-{size}-{n},2026-01-02,Loja,Eva,eva{n}@mail.example\n" for n in range(size)
            )
            text = SALE + "".join(rows)
        number = checked(kind, text.replace("eva", f"eva-{size}-").replace("C-", f"C-{size}-"))
        with statements(sessions) as made:
            apply_file(sessions, settings, number, by=BY, now=NOW)
        sent.append(len(made))
    assert sent[0] == sent[1] < 40


@BOTH
def test_customer_who_comes_between_is_changed_and_not_added_twice(
    sessions: SessionFactory, settings: Settings, checked: Callable[[TransferKind, str], int]
) -> None:
    number = checked(CUSTOMERS, people(3))

    def between(session: Session) -> None:
        make_customer(session, name="Old", email="eva1@mail.example")

    interrupted: Any = Interrupted(sessions, between)
    done = apply_file(interrupted, settings, number, by=BY, now=NOW)
    assert (done.added, done.changed) == (2, 1)
    with reading(sessions) as session:
        names = session.scalars(select(Customer.name).order_by(Customer.name)).all()
    assert names == ["Eva 0", "Eva 1", "Eva 2"]


@BOTH
def test_change_between_that_forbids_a_line_refuses_the_whole_file(
    sessions: SessionFactory, settings: Settings, checked: Callable[[TransferKind, str], int]
) -> None:
    number = checked(CUSTOMERS, people(3))

    def between(session: Session) -> None:
        make_customer(session, email="eva1@mail.example", external_id="another")

    interrupted: Any = Interrupted(sessions, between)
    with pytest.raises(StaleEdit, match="line 3, email"):
        apply_file(interrupted, settings, number, by=BY, now=NOW)
    with reading(sessions) as session:
        assert len(session.scalars(select(Customer.id)).all()) == 1
    assert file_of(settings, number).exists()


def test_file_whose_records_change_all_the_time_is_left_for_later(
    sessions: SessionFactory, settings: Settings, checked: Callable[[TransferKind, str], int]
) -> None:
    with writing(sessions) as session:
        make_customer(session, name="Name 0", email="eva0@mail.example")
    number = checked(CUSTOMERS, people(2))

    def rename(session: Session) -> None:
        customer = session.scalars(select(Customer)).one()
        customer.name = f"Name {int(customer.name.split()[1]) + 1}"

    interrupted: Any = Interrupted(sessions, *[rename] * 5)
    with pytest.raises(StaleEdit, match="all the time"):
        apply_file(interrupted, settings, number, by=BY, now=NOW)
    assert apply_file(sessions, settings, number, by=BY, now=NOW).added == 1


@BOTH
def test_piece_that_is_registered_between_is_completed_and_not_doubled(
    sessions: SessionFactory, settings: Settings, checked: Callable[[TransferKind, str], int]
) -> None:
    with writing(sessions) as session:
        owner = make_customer(session, email="eva@mail.example").id
    rows = (
        "W900,N-1,2026-01-02,Loja,Eva,eva@mail.example\n"
        "W900,N-2,2026-01-03,Loja,Rui,rui@mail.example\n"
    )
    number = checked(SALES, SALE + rows)

    def between(session: Session) -> None:
        register(
            session,
            session.get_one(Customer, owner),
            session.get_one(Product, "mare-w900"),
            Particulars(serial="N1"),
            source=OwnedSource.CONSOLE,
            by=Actor("Ana"),
            now=NOW,
        )

    interrupted: Any = Interrupted(sessions, between)
    done = apply_file(interrupted, settings, number, by=BY, now=NOW)
    assert (done.added, done.changed) == (1, 1)
    with reading(sessions) as session:
        first, second = session.scalars(select(OwnedProduct).order_by(OwnedProduct.id)).all()
        history = [[(one.kind, one.actor) for one in piece.events] for piece in (first, second)]
        at = second.events[0].at
        told = first.events[1].changes
    assert (first.serial, first.bought_on, first.seller) == ("N1", date(2026, 1, 2), "Loja")
    assert history == [[("registered", "Ana"), ("changed", "Rita")], [("registered", "Rita")]]
    assert told == {"bought_on": [None, "2026-01-02"], "seller": [None, "Loja"]}
    assert at == NOW


@BOTH
def test_piece_that_a_later_line_completes_is_one_piece(
    sessions: SessionFactory, settings: Settings, checked: Callable[[TransferKind, str], int]
) -> None:
    rows = "W900,N-1,,,Eva,eva@mail.example\nW900,N-1,2026-01-02,Loja,Eva,eva@mail.example\n"
    number = checked(SALES, SALE + rows)
    done = apply_file(sessions, settings, number, by=BY, now=NOW)
    assert (done.added, done.changed) == (1, 1)
    with reading(sessions) as session:
        piece = session.scalars(select(OwnedProduct)).one()
        assert (piece.bought_on, piece.seller) == (date(2026, 1, 2), "Loja")
        assert [one.kind for one in piece.events] == ["registered"]
