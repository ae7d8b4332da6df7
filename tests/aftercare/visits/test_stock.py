"""Parts are kept, used and given back; never more than there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.stock import MovementKind, StockItem, StockMovement
from aftercare.tickets.life import Actor
from aftercare.visits.stock import (
    NotEnough,
    begin_stock,
    count,
    receive,
    release,
    reserve,
    use,
)
from tests.aftercare.visits.conftest import NOW, visited_ticket
from tests.postgresql import BOTH

BY = Actor("Rita Prado")


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    with company() as session:
        session.connection(execution_options={"write": True})
        yield session
        session.rollback()


@pytest.fixture
def item(session: Session) -> StockItem:
    """Six remote controls."""
    return session.scalars(select(StockItem).where(StockItem.part == "remote_control")).one()


def _figures(item: StockItem) -> tuple[int, int, int]:
    return item.on_hand, item.reserved, item.free


@BOTH
def test_parts_are_kept_used_and_given_back(session: Session, item: StockItem) -> None:
    ticket = visited_ticket(session)
    first = reserve(session, ticket, item, 4, by=BY, now=NOW)
    assert _figures(item) == (6, 4, 2)
    with pytest.raises(NotEnough) as refused:
        reserve(session, ticket, item, 3, by=BY, now=NOW)
    assert refused.value.free == 2
    second = reserve(session, ticket, item, 2, by=BY, now=NOW)
    use(session, first, by=BY, now=NOW)
    assert _figures(item) == (2, 2, 0)
    release(session, second, by=BY, now=NOW)
    assert _figures(item) == (2, 0, 2)
    told = [(event.kind, event.note) for event in ticket.events if event.kind.startswith("part")]
    assert told == [
        ("part_reserved", "4 × Remote control"),
        ("part_reserved", "2 × Remote control"),
        ("part_used", "4 × Remote control"),
        ("part_released", "2 × Remote control"),
    ]


@BOTH
def test_what_is_settled_cannot_be_settled_again(session: Session, item: StockItem) -> None:
    kept = reserve(session, visited_ticket(session), item, 1, by=BY, now=NOW)
    use(session, kept, by=BY, now=NOW)
    for settle in (use, release):
        with pytest.raises(NotAllowed):
            settle(session, kept, by=BY, now=NOW)
    assert _figures(item) == (5, 0, 5)


@BOTH
def test_delivery_and_count_are_noted(session: Session, item: StockItem) -> None:
    receive(session, item, 10, by=BY, now=NOW, note="Order 17")
    count(session, item, 15, by=BY, now=NOW)
    assert _figures(item) == (15, 0, 15)
    lines = session.scalars(
        select(StockMovement)
        .where(StockMovement.stock_item_id == item.id)
        .order_by(StockMovement.id.desc())
    ).all()
    assert [(line.kind, line.change, line.on_hand) for line in lines] == [
        (MovementKind.COUNTED, -1, 15),
        (MovementKind.RECEIVED, 10, 16),
        (MovementKind.COUNTED, 6, 6),
    ]


@BOTH
def test_count_below_what_is_kept_is_refused(session: Session, item: StockItem) -> None:
    reserve(session, visited_ticket(session), item, 3, by=BY, now=NOW)
    with pytest.raises(NotAllowed):
        count(session, item, 2, by=BY, now=NOW)


@BOTH
@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_numbers_that_make_no_sense_are_refused(
    session: Session, item: StockItem, quantity: int
) -> None:
    with pytest.raises(NotAllowed):
        receive(session, item, quantity, by=BY, now=NOW)
    with pytest.raises(NotAllowed):
        reserve(session, visited_ticket(session), item, quantity, by=BY, now=NOW)


@BOTH
def test_database_itself_refuses_more_kept_than_there_are(
    session: Session, item: StockItem
) -> None:
    item.reserved = item.on_hand + 1
    with pytest.raises(IntegrityError):
        session.flush()


@BOTH
def test_stock_begins_with_parts_of_the_catalogue_only(session: Session) -> None:
    item = begin_stock(session, "mare-w900", "inlet_hose")
    assert _figures(item) == (0, 0, 0)
    assert begin_stock(session, "mare-w900", "inlet_hose") is item
    with pytest.raises(NotFound):
        begin_stock(session, "mare-w900", "wings")
