"""Plans follow the product's plan, the days on file, what was done, and tickets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotAllowed
from aftercare.maintenance.deeds import mark_done, put_off, resume, stop
from aftercare.maintenance.following import note_opened
from aftercare.maintenance.plans import (
    due_items,
    due_since,
    hold_plan,
    local_day,
    names_of,
    standings_now,
)
from aftercare.maintenance.stale import follow_product
from aftercare.ownership.registering import Particulars, correct, register, retire, take_back
from aftercare.tables.catalogue import MaintenanceTask, Product
from aftercare.tables.maintenance import MaintenancePlan
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.doubles import merge
from aftercare.tickets.history import DESK, EventKind
from aftercare.tickets.life import put_status, withdraw
from tests.aftercare.maintenance.conftest import (
    ALL,
    BOUGHT,
    P30,
    RITA,
    Look,
    Owner,
    deeds,
    item,
    make_owner,
    plan,
)
from tests.conftest import NOW
from tests.factories import make_conversation, make_customer, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH
TODAY = date(2026, 3, 2)


def test_plan_tells_what_is_due_since_when(session: Session) -> None:
    owner = make_owner(session)
    found = plan(session, owner)
    assert due_items(found, TODAY) == ALL
    assert due_since(found, ALL) == date(2025, 11, 20)
    assert found.due_on == found.tell_on == date(2025, 11, 20)
    assert names_of(found, ["filter"], "pt") == ["Trocar o cartucho do filtro"]
    assert due_items(found, date(2025, 12, 1)) == ["grille"]


def test_day_is_that_of_the_company(session: Session) -> None:
    # Half past one in the night of UTC is still the evening before in São Paulo.
    assert local_day(session, datetime(2026, 3, 1, 1, 30, tzinfo=UTC)) == date(2026, 2, 28)
    owner = make_owner(session, bought=None, now=datetime(2026, 3, 1, 1, 30, tzinfo=UTC))
    assert item(session, owner, "filter").begun_on == date(2026, 2, 28)


def test_corrected_day_moves_the_plan_and_keeps_what_was_done(session: Session) -> None:
    owner = make_owner(session)
    mark_done(session, plan(session, owner), ["filter"], day=TODAY, by=RITA, now=NOW)
    owned = session.get_one(OwnedProduct, owner.piece)
    told = Particulars(bought_on=BOUGHT, installed_on=date(2026, 1, 31))
    correct(session, owned, told, by=RITA, now=NOW)
    assert owned.plan_stale
    assert item(session, owner, "grille").begun_on == date(2026, 1, 31)
    assert item(session, owner, "filter").done_on == TODAY
    assert plan(session, owner).due_on == date(2026, 4, 30)


def test_piece_that_is_gone_is_not_due_until_it_is_back(session: Session) -> None:
    owner = make_owner(session)
    owned = session.get_one(OwnedProduct, owner.piece)
    retire(session, owned, by=RITA, now=NOW)
    assert (plan(session, owner).due_on, plan(session, owner).tell_on) == (None, None)
    take_back(session, owned, by=RITA, now=NOW)
    assert plan(session, owner).due_on == date(2025, 11, 20)


def test_changed_plan_of_a_product_reaches_its_pieces(session: Session) -> None:
    owner = make_owner(session)
    product = session.get_one(Product, P30)
    kept = product.maintenance[:1]
    kept[0].every_months = 24
    product.maintenance = [
        *kept,
        MaintenanceTask(
            position=9, key="hose", name={"en": "Hose"}, every_months=12, section="hose"
        ),
    ]
    session.flush()
    follow_product(session, P30)
    session.expire_all()
    found = plan(session, owner)
    assert {one.task_key for one in found.items if one.active} == {"filter", "hose"}
    assert found.due_on == date(2026, 8, 20)
    with pytest.raises(NotAllowed):
        mark_done(session, found, ["grille"], day=TODAY, by=RITA, now=NOW)


def test_product_without_a_plan_makes_none(session: Session) -> None:
    session.get_one(Product, P30).maintenance = []
    session.flush()
    owned = register(
        session,
        make_customer(session),
        session.get_one(Product, P30),
        Particulars(bought_on=BOUGHT),
        source=OwnedSource.CONSOLE,
        by=RITA,
        now=NOW,
    )
    assert hold_plan(session, owned.id, NOW) is None
    assert not owned.plan_stale
    assert standings_now(session, owned) == []


def test_what_is_shown_before_the_plan_is_made_is_what_it_will_be(session: Session) -> None:
    owner = make_owner(session)
    found = plan(session, owner)
    mark_done(session, found, ["filter"], day=TODAY, by=RITA, now=NOW)
    made = standings_now(session, found.owned)
    found.owned.plan_stale = True
    assert sorted(standings_now(session, found.owned), key=lambda one: one.key) == sorted(
        made, key=lambda one: one.key
    )


# What happens --------------------------------------------------------------------


def test_done_counts_from_its_day_and_the_later_one_stays(session: Session) -> None:
    owner = make_owner(session)
    found = plan(session, owner)
    mark_done(session, found, ["filter", "sanitise"], day=TODAY, by=RITA, now=NOW)
    mark_done(session, found, ["filter"], day=date(2026, 1, 1), by=RITA, now=NOW)
    assert item(session, owner, "filter").done_on == TODAY
    assert due_items(found, TODAY) == ["grille"]
    mark_done(session, found, ["grille"], day=TODAY, by=RITA, now=NOW)
    assert found.due_on == found.tell_on == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ([], TODAY),
        (["no such"], TODAY),
        (["filter", "no such"], TODAY),
        (["filter"], TODAY + timedelta(days=1)),
        (["filter"], date(26, 3, 2)),
    ],
)
def test_what_cannot_have_been_done_is_refused(
    session: Session, keys: list[str], day: date
) -> None:
    owner = make_owner(session)
    with pytest.raises(NotAllowed):
        mark_done(session, plan(session, owner), keys, day=day, by=RITA, now=NOW)
    assert deeds(session, owner) == []


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=1), date(2032, 1, 1)])
def test_nothing_is_put_off_to_the_past_or_out_of_sight(session: Session, until: date) -> None:
    owner = make_owner(session)
    with pytest.raises(NotAllowed):
        put_off(session, plan(session, owner), ALL, until=until, by=RITA, now=NOW)


def test_stopped_items_are_not_due_and_the_others_go_on(session: Session) -> None:
    owner = make_owner(session)
    found = plan(session, owner)
    stop(session, found, ["grille", "filter"], by=RITA, now=NOW)
    assert due_items(found, TODAY) == ["sanitise"]
    stop(session, found, ["sanitise"], by=RITA, now=NOW)
    assert (found.due_on, found.tell_on) == (None, None)
    resume(session, found, ["filter"], by=RITA, now=NOW)
    assert due_items(found, TODAY) == ["filter"]
    assert deeds(session, owner) == ["stopped", "stopped", "resumed"]


# Tickets ---------------------------------------------------------------------------


def maintenance_ticket(session: Session, owner: Owner, description: str = "Service") -> Ticket:
    """A ticket of the owner's chat, for which the website vouches."""
    ticket = make_ticket(
        session,
        service_id="maintenance",
        product_id=P30,
        conversation_id=owner.chat,
        description=description,
        records={"product": P30, "description": description},
        at=NOW,
    )
    assert ticket.customer_id == owner.customer
    return ticket


def move(session: Session, ticket: Ticket, to: TicketStatus, now: datetime = NOW) -> None:
    put_status(session, ticket, to, EventKind.STATUS, by=DESK, now=now)


def test_ticket_that_is_done_has_done_what_was_due(session: Session) -> None:
    owner = make_owner(session)
    ticket = maintenance_ticket(session, owner)
    found = plan(session, owner)
    assert (found.ticket_id, found.tell_on, found.due_on is None) == (ticket.id, None, False)
    assert ticket.owned_product_id == owner.piece
    move(session, ticket, TicketStatus.RESOLVED)
    move(session, ticket, TicketStatus.CLOSED, NOW + timedelta(days=7))
    found = plan(session, owner)
    assert (found.ticket_id, found.due_on) == (None, date(2026, 6, 2))
    assert deeds(session, owner) == ["booked", "done"]


def test_ticket_does_what_it_names_and_no_more(session: Session) -> None:
    owner = make_owner(session)
    ticket = maintenance_ticket(session, owner, "Please change the filter cartridge in May")
    move(session, ticket, TicketStatus.RESOLVED)
    assert due_items(plan(session, owner), TODAY) == ["sanitise", "grille"]


def test_ticket_that_is_taken_up_again_has_not_done_it(session: Session) -> None:
    owner = make_owner(session)
    mark_done(session, plan(session, owner), ["filter"], day=date(2025, 9, 1), by=RITA, now=NOW)
    ticket = maintenance_ticket(session, owner)
    move(session, ticket, TicketStatus.RESOLVED)
    move(session, ticket, TicketStatus.IN_PROGRESS)
    found = plan(session, owner)
    assert (found.ticket_id, due_items(found, TODAY)) == (ticket.id, ALL)
    assert item(session, owner, "filter").done_on == date(2025, 9, 1)
    move(session, ticket, TicketStatus.RESOLVED)
    assert due_items(plan(session, owner), TODAY) == []


def test_withdrawn_ticket_has_done_nothing_and_reminders_go_on(session: Session) -> None:
    owner = make_owner(session)
    ticket = maintenance_ticket(session, owner)
    withdraw(session, ticket, by=RITA, note="Changed their mind.", now=NOW)
    found = plan(session, owner)
    assert (found.ticket_id, due_items(found, TODAY)) == (None, ALL)
    assert found.tell_on == date(2025, 11, 20)


def test_double_hands_its_work_over(session: Session) -> None:
    owner = make_owner(session)
    double, other = maintenance_ticket(session, owner), maintenance_ticket(session, owner)
    assert plan(session, owner).ticket_id == double.id
    merge(session, double, other, by=RITA, now=NOW)
    assert plan(session, owner).ticket_id == other.id
    move(session, other, TicketStatus.RESOLVED)
    assert due_items(plan(session, owner), TODAY) == []


@pytest.mark.parametrize("first_is_double", [True, False])
def test_ticket_that_took_in_a_double_of_another_piece_does_both(
    session: Session, first_is_double: bool
) -> None:
    owner = make_owner(session)
    also = make_owner(session, customer=owner.customer, bought=BOUGHT - timedelta(days=30))
    one, two = maintenance_ticket(session, owner), maintenance_ticket(session, owner)
    # The second one names the other piece.
    two.owned_product_id = owner.piece
    note_opened(session, two, NOW)
    assert [plan(session, of).ticket_id for of in (also, owner)] == [one.id, two.id]
    double, other = (one, two) if first_is_double else (two, one)
    merge(session, double, other, by=RITA, now=NOW)
    move(session, other, TicketStatus.RESOLVED)
    for one_of in (owner, also):
        found = plan(session, one_of)
        assert (found.ticket_id, due_items(found, TODAY)) == (None, [])


def test_tickets_of_other_services_and_strangers_change_no_plan(session: Session) -> None:
    owner = make_owner(session)
    make_ticket(session, product_id=P30, conversation_id=owner.chat, at=NOW)
    stranger = make_conversation(session)
    for chat in (stranger.id, None):
        make_ticket(session, service_id="maintenance", product_id=P30, conversation_id=chat)
    assert plan(session, owner).ticket_id is None
    assert deeds(session, owner) == []


# By the watch ----------------------------------------------------------------------


def test_watch_makes_plans_in_steps_and_leaves_none_out(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, agreed=None)
        session.add_all(
            OwnedProduct(
                customer_id=owner.customer,
                product_id=P30,
                serial=f"P3{number:08d}",
                serial_verified=True,
                source="import",
                bought_on=BOUGHT,
                registered_at=NOW,
                updated_at=NOW,
            )
            for number in range(450)
        )
    assert look() == []
    with reading(sessions) as session:
        made = session.scalar(select(func.count()).select_from(MaintenancePlan))
        stale = session.scalar(
            select(func.count()).select_from(OwnedProduct).where(OwnedProduct.plan_stale)
        )
        assert (made, stale) == (451, 0)
        assert hold_plan(session, owner.piece, NOW) is not None
