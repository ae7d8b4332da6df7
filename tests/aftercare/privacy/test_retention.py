"""What is past its period goes, what is not stays, and the limit is exact."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from aftercare.database import reading, writing
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Stores, open_stores
from aftercare.settings import Settings
from aftercare.tables.base import Base
from aftercare.tables.conversations import Conversation, Customer, Message, MessageState
from aftercare.tables.privacy import PrivacyReceipt, ReceiptKind
from aftercare.tables.staff import SignInFailure
from aftercare.tables.tickets import FailedProof, Ticket, TicketStatus
from tests.aftercare.privacy.conftest import remember, remembered
from tests.conftest import NOW
from tests.factories import make_conversation, make_customer, make_message, make_ticket

SECOND = timedelta(seconds=1)
YEAR = timedelta(days=365)


def keep(stores: Stores, *, dry_run: bool = False, **periods: int) -> dict[str, int]:
    settings = stores.settings.model_copy(update=periods)
    kept = apply_periods(open_stores(settings, stores.sessions), NOW, dry_run=dry_run)
    return {period.kind: period.due for period in kept}


def count(stores: Stores, table: type[Base]) -> int:
    with reading(stores.sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_nothing_is_due_on_a_new_desk(stores: Stores) -> None:
    assert set(keep(stores).values()) == {0}


def test_conversations_go_a_year_after_their_last_message(stores: Stores) -> None:
    with writing(stores.sessions) as session:
        old = make_conversation(session, at=NOW - YEAR - SECOND)
        make_message(session, old, "long ago")
        young = make_conversation(session, at=NOW - YEAR)
        make_message(session, young, "a year ago")
    for one in (old, young):
        remember(stores, one.id, "words", at=NOW)
    assert keep(stores)["conversations"] == 1
    with reading(stores.sessions) as session:
        assert session.scalars(select(Conversation.id)).all() == [young.id]
        assert session.scalars(select(Message.text)).all() == ["a year ago"]
    assert list(remembered(stores)) == [young.id]
    assert keep(stores)["conversations"] == 0


def test_conversation_that_is_worked_on_stays(stores: Stores) -> None:
    with writing(stores.sessions) as session:
        waiting = make_conversation(session, at=NOW - 2 * YEAR)
        make_message(session, waiting, "hello?", state=MessageState.RECEIVED)
        open_case = make_conversation(session, at=NOW - 2 * YEAR)
        ticket = make_ticket(session, conversation_id=open_case.id, at=NOW - 2 * YEAR)
    assert keep(stores)["conversations"] == 0
    with writing(stores.sessions) as session:
        session.get_one(Ticket, ticket.id).status = TicketStatus.CLOSED
    assert keep(stores)["conversations"] == 1
    with reading(stores.sessions) as session:
        assert session.get_one(Ticket, ticket.id).conversation_id is None


def test_old_tickets_lose_the_person_once_and_their_customer_goes(stores: Stores) -> None:
    with writing(stores.sessions) as session:
        ticket = make_ticket(
            session, at=NOW - 5 * YEAR - SECOND, status=TicketStatus.RESOLVED, name="Zulmira"
        )
    assert keep(stores, dry_run=True)["tickets"] == 1
    done = keep(stores)
    assert (done["tickets"], done["customers"]) == (1, 1)
    with reading(stores.sessions) as session:
        found = session.get_one(Ticket, ticket.id)
        assert (found.description, found.customer_id, found.status) == ("", None, "resolved")
        assert [event.actor for event in found.events] == ["customer", "Aftercare"]
    assert count(stores, Customer) == 0
    assert keep(stores)["tickets"] == 0


def test_open_ticket_and_customer_with_something_stay(stores: Stores) -> None:
    with writing(stores.sessions) as session:
        make_ticket(session, at=NOW - 9 * YEAR)
        talks = make_customer(session, created_at=NOW - 9 * YEAR)
        make_conversation(session, at=NOW, customer_id=talks.id)
        make_customer(session, created_at=NOW)
    assert set(keep(stores).values()) == {0}


def test_small_records_have_periods_of_their_own(stores: Stores) -> None:
    with writing(stores.sessions) as session:
        for age in (timedelta(days=1), timedelta(days=1) + SECOND):
            session.add(SignInFailure(email="x", address="y", at=NOW - age))
            session.add(FailedProof(number="K4F-7M2C", at=NOW - age))
            session.add(
                PrivacyReceipt(
                    kind=ReceiptKind.EXPORT,
                    at=NOW - age - 1824 * timedelta(days=1),
                    person_hash="h",
                    stores=[],
                )
            )
    done = keep(stores)
    assert (done["sign_in_failures"], done["failed_proofs"], done["receipts"]) == (1, 1, 1)
    assert [count(stores, one) for one in (SignInFailure, FailedProof, PrivacyReceipt)] == [1] * 3


def test_bot_forgets_and_exports_go(stores: Stores) -> None:
    remember(stores, "old", "words", at=NOW - timedelta(days=30) - SECOND)
    remember(stores, "young", "words", at=NOW - timedelta(days=30))
    stores.exports.mkdir()
    for name, age in (("old", timedelta(days=8)), ("young", timedelta(days=6))):
        file = stores.exports / f"{name}.zip"
        file.touch()
        os.utime(file, ((NOW - age).timestamp(),) * 2)
    done = keep(stores)
    assert (done["trackers"], done["exports"]) == (1, 1)
    assert list(remembered(stores)) == ["young"]
    assert [file.name for file in stores.exports.iterdir()] == ["young.zip"]


def test_zero_keeps_for_ever_and_a_dry_run_changes_nothing(stores: Stores) -> None:
    with writing(stores.sessions) as session:
        make_conversation(session, at=NOW - 9 * YEAR)
    remember(stores, "old", "words", at=NOW - 9 * YEAR)
    never = {name: 0 for name in Settings.model_fields if name.startswith("keep_")}
    assert set(keep(stores, **never).values()) == {0}
    assert keep(stores, dry_run=True)["conversations"] == 1
    assert keep(stores, dry_run=True)["trackers"] == 1
    assert count(stores, Conversation) == 1


def test_many_are_removed_in_small_steps(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftercare.privacy.retention._BATCH", 2)
    with writing(stores.sessions) as session:
        for _ in range(5):
            make_conversation(session, at=NOW - 2 * YEAR)
    assert keep(stores)["conversations"] == 5
    assert count(stores, Conversation) == 0


def test_one_process_at_a_time_keeps_the_periods(stores: Stores, database: str) -> None:
    if database == "sqlite":
        pytest.skip("on SQLite only one process writes at a time anyway")
    with writing(stores.sessions) as session:
        make_conversation(session, at=NOW - 2 * YEAR)
    with writing(stores.sessions) as other:
        other.execute(text("SELECT pg_advisory_xact_lock(7202611214)"))
        assert keep(stores)["conversations"] == 0
    assert keep(stores)["conversations"] == 1
