"""Reminders: only who agreed, once, in business hours, where they can be reached."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from aftercare.database import SessionFactory, reading, writing
from aftercare.maintenance.consent import put_consent
from aftercare.maintenance.deeds import mark_done, note_told, put_off
from aftercare.maintenance.watch import MaintenanceWatch, _to_tell
from aftercare.tables.conversations import ChatSession, Message
from aftercare.tables.handover import Handover, HandoverState
from aftercare.tables.maintenance import ConsentHow, MaintenanceDeed, MaintenancePlan
from aftercare.tables.tickets import Ticket
from tests.aftercare.maintenance.conftest import (
    ALL,
    P30,
    RITA,
    W900,
    Look,
    chat_of,
    deeds,
    make_owner,
    payloads,
    plan,
)
from tests.conftest import NOW
from tests.crowd import all_at_once
from tests.factories import make_staff, make_ticket
from tests.fakes import FakeEngine
from tests.postgresql import BOTH

pytestmark = BOTH
DAY = timedelta(days=1)


def test_all_that_is_due_of_a_piece_is_told_once_in_one_message(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session)
    assert look() == [owner.chat]
    assert look(NOW + timedelta(minutes=1)) == []
    assert payloads(sessions, owner.chat) == [
        f'/postback{{"do": "maintenance_due", "of": "{owner.piece}"}}'
    ]
    with reading(sessions) as session:
        told = session.scalars(select(MaintenanceDeed)).one()
        assert (told.kind, told.items, told.actor) == ("told", ALL, "Aftercare")
        assert session.scalars(select(MaintenancePlan)).one().told_at == NOW


@pytest.mark.parametrize("agreed", [None, False])
def test_nobody_is_reminded_who_did_not_say_yes(
    sessions: SessionFactory, look: Look, agreed: bool | None
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, agreed=agreed)
    assert look() == []
    with reading(sessions) as session:
        assert deeds(session, owner) == []
        assert session.scalars(select(MaintenancePlan)).one().tell_on is None


def test_yes_that_comes_later_and_is_taken_back_counts_at_once(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, agreed=False)

    def say(given: bool) -> None:
        with writing(sessions) as session:
            put_consent(
                session,
                owner.customer,
                "website",
                given=given,
                how=ConsentHow.PHONE,
                by=RITA,
                now=NOW,
            )

    say(True)
    say(False)
    assert look() == []
    say(True)
    assert look() == [owner.chat]


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        # A Saturday, the night before a Monday, and a public holiday of São Paulo.
        (datetime(2026, 2, 28, 14, tzinfo=UTC), datetime(2026, 3, 2, 11, tzinfo=UTC)),
        (datetime(2026, 3, 2, 10, 59, tzinfo=UTC), datetime(2026, 3, 2, 11, tzinfo=UTC)),
        (datetime(2026, 4, 21, 14, tzinfo=UTC), datetime(2026, 4, 22, 11, tzinfo=UTC)),
    ],
)
def test_reminders_wait_for_business_hours(
    sessions: SessionFactory, look: Look, closed: datetime, opens: datetime
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, chat_days=90)
    assert look(closed) == []
    assert look(opens) == [owner.chat]


def test_customer_with_two_products_hears_of_one_a_week(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        first = make_owner(session)
        second = make_owner(session, W900, customer=first.customer)
        other = make_owner(session)
    assert sorted(look()) == sorted([first.chat, other.chat])
    assert look(NOW + 6 * DAY) == []
    assert look(NOW + 7 * DAY) == [first.chat]
    # In the chat in which they agreed, the one that was due longer first.
    told = [json.loads(one.removeprefix("/postback")) for one in payloads(sessions, first.chat)]
    assert [one["of"] for one in told] == [str(second.piece), str(first.piece)]


def test_what_is_not_answered_comes_again_with_the_next_period(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, chat_days=400)
    assert look() == [owner.chat]
    # The grille counts from the 20th of August by three months: the 20th of May is next.
    assert look(datetime(2026, 5, 19, 14, tzinfo=UTC)) == []
    assert look(datetime(2026, 5, 20, 14, tzinfo=UTC)) == [owner.chat]


def test_put_off_and_done_are_told_on_their_new_day(sessions: SessionFactory, look: Look) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, chat_days=400)
        until = date(2026, 3, 9)
        put_off(session, plan(session, owner), ALL, until=until, by=RITA, now=NOW)
    assert look(NOW + 6 * DAY) == []
    assert look(NOW + 7 * DAY) == [owner.chat]
    with writing(sessions) as session:
        found = plan(session, owner)
        mark_done(session, found, ALL, day=until, by=RITA, now=NOW + 7 * DAY)
    assert look(datetime(2026, 6, 8, 14, tzinfo=UTC)) == []
    assert look(datetime(2026, 6, 9, 14, tzinfo=UTC)) == [owner.chat]


# Where nobody can be reached ----------------------------------------------------


def test_who_cannot_be_reached_stands_on_the_list_of_staff_once(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, chat_days=0)
    assert look() == look(NOW + DAY) == []
    with writing(sessions) as session:
        found = plan(session, owner)
        assert (found.unreached_at, found.told_at) == (NOW, None)
        assert deeds(session, owner) == ["unreached"]
        staff = make_staff(session, email=f"{owner.chat}@marulho.example")
        by = RITA.__class__(staff.name, staff.id)
        note_told(session, found, ALL, by=by, now=NOW + DAY)
        assert (found.unreached_at, found.told_at) == (None, NOW + DAY)
        assert deeds(session, owner) == ["unreached", "told_by_staff"]


def test_channel_without_a_rule_is_never_spoken_in_first(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session, channel="whatsapp")
    assert look() == []
    with reading(sessions) as session:
        assert deeds(session, owner) == ["unreached"]


def test_person_who_has_the_conversation_is_not_interrupted(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session)
        session.add(
            Handover(conversation_id=owner.chat, state=HandoverState.WITH_PERSON, since=NOW)
        )
    assert look() == []
    with writing(sessions) as session:
        assert deeds(session, owner) == []
        session.execute(update(Handover).values(state=HandoverState.OVER))
    assert look() == [owner.chat]


def test_customer_who_is_writing_just_now_is_not_interrupted(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        owner = make_owner(session)
        chat_of(session, owner).last_message_at = NOW - timedelta(seconds=90)
    assert look() == []
    assert look(NOW + timedelta(minutes=1)) == [owner.chat]


def test_newer_chat_of_a_known_customer_is_used_where_the_old_one_is_gone(
    sessions: SessionFactory, look: Look
) -> None:
    with writing(sessions) as session:
        first = make_owner(session)
        session.execute(delete(ChatSession).where(ChatSession.conversation_id == first.chat))
        newer = make_owner(session, customer=first.customer, agreed=None)
    assert newer.piece == first.piece
    assert look() == [newer.chat]


def test_stranger_hears_only_of_the_piece_of_their_own_ticket(
    sessions: SessionFactory, look: Look
) -> None:
    """Whoever types Joana's address and says yes learns nothing of what else she owns."""
    with writing(sessions) as session:
        own = make_owner(session, vouched=False)
        other = make_owner(session, W900, customer=own.customer, vouched=False, agreed=None)
        ticket = make_ticket(session, product_id=P30, conversation_id=own.chat, at=NOW)
        ticket.customer_id, ticket.owned_product_id = own.customer, own.piece
    assert look() == [own.chat]
    with reading(sessions) as session:
        assert deeds(session, other) == ["unreached"]


def test_open_ticket_for_it_keeps_the_reminder_back(sessions: SessionFactory, look: Look) -> None:
    with writing(sessions) as session:
        owner = make_owner(session)
        make_ticket(
            session, service_id="maintenance", product_id=P30, conversation_id=owner.chat, at=NOW
        )
        # So that nobody is asked after it either.
        session.execute(update(Ticket).values(created_at=NOW - 9 * DAY))
    assert look() == []


# Many at once ---------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_many_processes_tell_of_it_once(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        first = make_owner(session)
        second = make_owner(session, W900, customer=first.customer)
        others = [make_owner(session) for _ in range(3)]
    engines = [FakeEngine() for _ in range(12)]

    def look(number: int) -> None:
        MaintenanceWatch(sessions, lambda: NOW, engines[number]).look()

    all_at_once(look, list(range(len(engines))))
    woken = [chat for engine in engines for chat, _ in engine.woken]
    told = [chat for chat in woken if chat in {one.chat for one in others}]
    assert sorted(told) == sorted(one.chat for one in others)
    # Of the two products of one customer one is told, by one of them.
    assert len([chat for chat in woken if chat in (first.chat, second.chat)]) == 1
    with reading(sessions) as session:
        assert len(session.scalars(select(Message.id)).all()) >= 4
        kinds = session.scalars(select(MaintenanceDeed.kind)).all()
        assert kinds.count("told") == 4


def test_what_is_due_is_found_by_its_index(sessions: SessionFactory) -> None:
    with reading(sessions) as session:
        if session.get_bind().dialect.name != "sqlite":
            pytest.skip("PostgreSQL reads a small table as a whole")
        statement = (
            select(MaintenancePlan.tell_on, MaintenancePlan.id)
            .where(MaintenancePlan.tell_on.is_not(None), MaintenancePlan.tell_on <= NOW.date())
            .order_by(MaintenancePlan.tell_on, MaintenancePlan.id)
            .limit(200)
        )
        compiled = str(
            statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        )
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
        told = " ".join(str(row) for row in rows)
        assert "ix_maintenance_plans_tell_on" in told and "TEMP B-TREE" not in told
        assert _to_tell(session, NOW.date(), None) == []
