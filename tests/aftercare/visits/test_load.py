"""Many who want the same at the same moment: one gets it, and the others learn what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.stock import PartReservation, StockItem
from aftercare.tables.tickets import Ticket
from aftercare.tables.visits import Visit, VisitClaim
from aftercare.tickets.life import Actor
from aftercare.visits.booking import Choice, NothingFree, book, next_choices
from aftercare.visits.stock import NotEnough, reserve
from tests.aftercare.visits.conftest import NOW, only_technician
from tests.crowd import all_at_once
from tests.postgresql import BOTH

CROWD = 200
SATURDAY_MORNING = Choice(date(2026, 11, 28), "morning")
CUSTOMER = Actor("Joana Lima")


@BOTH
@pytest.mark.timeout(180)
def test_of_two_hundred_bookings_of_one_slot_one_wins(
    company: SessionFactory, tickets: Callable[[int], list[int]]
) -> None:
    crowd = tickets(CROWD)
    with writing(company) as session:
        # Four hours on Saturdays: of work for two hours and a way, once.
        technician = only_technician(session, "otavio-brandt")
        technician.week = {"sat": ["08:00-10:45"], "mon": ["08:00-10:45"]}

    def want(ticket_id: int) -> bool:
        with writing(company) as session:
            ticket = session.get_one(Ticket, ticket_id)
            try:
                book(session, ticket, SATURDAY_MORNING, by=CUSTOMER, now=NOW, by_customer=True)
            except NothingFree:
                left = next_choices(session, ticket, NOW, 3)
                assert left and all(one.place != (SATURDAY_MORNING.day, "morning") for one in left)
                return False
            return True

    assert sum(all_at_once(want, crowd)) == 1
    with reading(company) as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == 1
        assert session.scalar(select(func.count()).select_from(VisitClaim)) == 8


@BOTH
@pytest.mark.timeout(180)
def test_of_two_hundred_who_want_the_last_part_one_gets_it(
    company: SessionFactory, tickets: Callable[[int], list[int]]
) -> None:
    crowd = tickets(CROWD)
    with reading(company) as session:
        item = session.scalars(select(StockItem).where(StockItem.part == "touch_panel")).one()
        assert (item.on_hand, item.reserved) == (1, 0)

    def want(ticket_id: int) -> bool:
        with writing(company) as session:
            try:
                reserve(
                    session,
                    session.get_one(Ticket, ticket_id),
                    session.get_one(StockItem, item.id),
                    1,
                    by=CUSTOMER,
                    now=NOW,
                )
            except NotEnough as refused:
                assert refused.free == 0
                return False
            return True

    assert sum(all_at_once(want, crowd)) == 1
    with reading(company) as session:
        left = session.get_one(StockItem, item.id)
        assert (left.on_hand, left.reserved) == (1, 1)
        kept = select(func.count()).where(PartReservation.stock_item_id == item.id)
        assert session.scalar(kept) == 1
