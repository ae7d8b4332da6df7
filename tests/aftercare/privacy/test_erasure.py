"""After an erasure nothing of the person is left, and nothing of anybody else is missing."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from sqlalchemy import func, select

from aftercare.database import reading, writing
from aftercare.errors import StorageUnavailable
from aftercare.privacy.erasure import ConversationInWork, erase_person
from aftercare.privacy.people import Person, find_people, stranger
from aftercare.privacy.receipts import Receipt, StoreLine, Why, find_receipt, hash_contact
from aftercare.privacy.stores import Author, Stores
from aftercare.tables import Base
from aftercare.tables.conversations import (
    ChatSession,
    Conversation,
    Customer,
    Message,
    MessageState,
)
from aftercare.tables.privacy import PrivacyReceipt
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.aftercare.privacy.conftest import EMAIL, PHONE, World, remember, remembered
from tests.conftest import NOW
from tests.factories import make_conversation, make_message

#: Words that only her data holds.
TELLING = ("zulmira", "quaresma", "827364", "99182", "vindima", "estreito", "vespers", "w976543210")


def customer_of(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def erase(stores: Stores, person: Person | None = None, **options: object) -> Receipt:
    settled = {"patience": 0.0, "pause": lambda _: None, **options}
    return erase_person(stores, person or customer_of(stores), Author(), lambda: NOW, **settled)  # type: ignore[arg-type]


def line(receipt: Receipt, store: str) -> StoreLine:
    (found,) = (one for one in receipt.lines if one.store == store)
    return found


def whole_database(stores: Stores) -> str:
    """Every value of every table as one text."""
    with reading(stores.sessions) as session:
        rows = [
            [str(value) for value in row]
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    return json.dumps(rows, ensure_ascii=False).lower()


def test_no_word_of_the_person_is_left_anywhere(stores: Stores, world: World) -> None:
    before = whole_database(stores)
    assert all(word in before for word in TELLING)
    erase(stores)
    after = whole_database(stores) + json.dumps(remembered(stores)).lower()
    assert [word for word in TELLING if word in after] == []


def test_files_hold_no_trace_either(stores: Stores, world: World, database: str) -> None:
    if database != "sqlite":
        pytest.skip("PostgreSQL clears its files by itself")
    erase(stores)
    files = list(stores.settings.var_dir.glob("*.db*"))
    assert len(files) >= 2
    kept = b"".join(file.read_bytes() for file in files).lower()
    assert [word for word in TELLING if word.encode() in kept] == []


def test_others_keep_their_cases(stores: Stores, world: World) -> None:
    erase(stores)
    with reading(stores.sessions) as session:
        assert session.scalars(select(Customer.email)).all() == ["pedro@mail.example"]
        (said,) = session.scalars(select(Message.text))
        assert said == "my sister's number is […], ask her"
        his = session.get_one(Ticket, world.pedros_ticket)
        assert his.description == "It leaks. Or write to […]."
        assert (his.customer_id, his.status) != (None, TicketStatus.CLOSED)
    assert list(remembered(stores)) == [world.pedro]
    assert remembered(stores)[world.pedro][0]["text"] == "my sister's number is […], ask her"


def test_ticket_keeps_what_was_done_and_is_closed(stores: Stores, world: World) -> None:
    erase(stores)
    with reading(stores.sessions) as session:
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.number, ticket.service_id, ticket.product_id) == (
            world.number,
            "repair",
            "mare-w900",
        )
        assert (ticket.customer_id, ticket.conversation_id, ticket.description) == (None, None, "")
        assert ticket.status == TicketStatus.CLOSED
        assert {record.field for record in ticket.records} == {"product", "purchase_date"}
        told = [(event.kind, event.actor, event.note) for event in ticket.events]
    assert told == [
        ("opened", "customer", ""),
        ("status", "Rita Prado", ""),
        ("anonymised", "Aftercare", ""),
        ("status", "Aftercare", ""),
    ]


def test_receipt_tells_what_became_of_each_store(stores: Stores, world: World) -> None:
    (stores.settings.var_dir / "backups").mkdir()
    (stores.settings.var_dir / "backups" / "monday.tar.gz").touch()
    receipt = erase(stores)
    assert [
        (one.store, one.found, one.removed, one.anonymised, one.kept) for one in receipt.lines
    ] == [
        ("chat_sessions", 0, 0, 0, 0),
        ("customers", 1, 1, 0, 0),
        ("owned_products", 1, 1, 0, 0),
        ("maintenance", 0, 0, 0, 0),
        ("conversations", 1, 1, 0, 0),
        ("messages", 2, 2, 0, 0),
        ("unclaimed_conversations", 1, 1, 0, 0),
        ("unclaimed_messages", 1, 1, 0, 0),
        ("messages_elsewhere", 1, 0, 1, 0),
        ("tickets", 1, 0, 1, 0),
        ("ticket_records", 5, 3, 0, 2),
        ("ticket_history", 2, 0, 2, 0),
        ("tickets_elsewhere", 1, 0, 1, 0),
        ("manual_questions", 0, 0, 0, 0),
        ("trainings", 0, 0, 0, 0),
        ("satisfaction", 0, 0, 0, 0),
        ("trackers", 3, 2, 1, 0),
        ("attachments", 0, 0, 0, 0),
        ("index", 0, 0, 0, 0),
        ("backups", 1, 0, 0, 1),
    ]
    assert line(receipt, "backups").why is Why.CANNOT_CHANGE
    with reading(stores.sessions) as session:
        assert find_receipt(session, receipt.number) == receipt
    assert receipt.person_hash == hash_contact(f" {EMAIL.upper()} ", "test-secret")
    assert receipt.person_hash != hash_contact(EMAIL, "another")


def test_second_erasure_finds_nobody(stores: Stores, world: World) -> None:
    erase(stores)
    with reading(stores.sessions) as session:
        assert find_people(session, EMAIL) == find_people(session, world.number) == []


def test_somebody_who_only_typed_the_contact_can_be_erased(stores: Stores, world: World) -> None:
    with writing(stores.sessions) as session:
        talk = make_conversation(session)
        make_message(session, talk, "reach me at nobody@mail.example")
    receipt = erase(stores, stranger("Nobody@mail.example"))
    assert line(receipt, "customers").found == 0
    assert line(receipt, "unclaimed_messages").removed == 1
    with reading(stores.sessions) as session:
        assert session.get(Conversation, talk.id) is None
        assert session.get(Conversation, world.conversation)


def test_chats_are_closed_and_the_bot_is_waited_for(stores: Stores, world: World) -> None:
    with writing(stores.sessions) as session:
        talk = session.get_one(Conversation, world.conversation)
        waiting = make_message(session, talk, "hello?", state=MessageState.RECEIVED)
        session.add(
            ChatSession(token_hash="t", conversation_id=talk.id, created_at=NOW, expires_at=NOW)
        )
    seen: list[int | None] = []

    def answered(_seconds: float) -> None:
        with writing(stores.sessions) as session:
            seen.append(session.scalar(select(func.count()).select_from(ChatSession)))
            session.get_one(Message, waiting.id).state = MessageState.DONE

    receipt = erase(stores, patience=1.0, pause=answered)
    assert seen == [0]
    assert line(receipt, "chat_sessions").removed == 1
    assert line(receipt, "messages").removed == 3


def test_bot_that_does_not_end_leaves_everything_but_the_chats(
    stores: Stores, world: World
) -> None:
    with writing(stores.sessions) as session:
        talk = session.get_one(Conversation, world.conversation)
        waiting = make_message(session, talk, "hello?", state=MessageState.RECEIVED)
    with pytest.raises(ConversationInWork):
        erase(stores, patience=1.0)
    with reading(stores.sessions) as session:
        assert session.get(Customer, world.customer)
        assert session.scalar(select(func.count()).select_from(PrivacyReceipt)) == 0
    assert world.conversation in remembered(stores)
    with writing(stores.sessions) as session:
        session.get_one(Message, waiting.id).state = MessageState.DONE
    assert line(erase(stores), "messages").removed == 3


def test_what_comes_in_meanwhile_goes_as_well(
    stores: Stores, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A website that knows her opens a new conversation while the bot's memory is erased."""
    new: list[str] = []
    remove = stores.trackers.remove

    def meanwhile(conversations: tuple[str, ...]) -> int:
        done = remove(conversations)
        if not new:
            with writing(stores.sessions) as session:
                talk = make_conversation(session, customer_id=world.customer)
                make_message(session, talk, "me again")
                new.append(talk.id)
            remember(stores, talk.id, "me again")
        return done

    monkeypatch.setattr(stores.trackers, "remove", meanwhile)
    receipt = erase(stores)
    assert line(receipt, "conversations").removed == 2
    with reading(stores.sessions) as session:
        assert session.get(Conversation, new[0]) is None
    assert new[0] not in remembered(stores)


def test_failure_at_the_end_leaves_the_person_to_be_found_again(
    stores: Stores, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StorageUnavailable("gone")

    with monkeypatch.context() as broken:
        broken.setattr("aftercare.privacy.erasure.write_receipt", fails)
        with pytest.raises(StorageUnavailable):
            erase(stores)
    with reading(stores.sessions) as session:
        assert session.get(Customer, world.customer)
        assert session.get_one(Ticket, world.ticket).description
    assert line(erase(stores), "customers").removed == 1


def test_member_of_staff_stands_in_receipt_and_history(stores: Stores, world: World) -> None:
    author = Author(world.staff, "Rita Prado")
    receipt = erase_person(stores, customer_of(stores), author, lambda: NOW, patience=0.0)
    assert receipt.by == "Rita Prado"
    with reading(stores.sessions) as session:
        event = session.get_one(Ticket, world.ticket).events[-1]
        assert (event.staff_id, event.actor) == (world.staff, "Rita Prado")


def test_bot_without_a_record_has_nothing_to_forget(stores: Stores, world: World) -> None:
    stores.settings.tracker_path.unlink()
    for log in stores.settings.var_dir.glob("rasa-tracker.db-*"):
        log.unlink()
    assert line(erase(stores), "trackers").found == 0


@pytest.mark.parametrize("who", [EMAIL, PHONE, "048 99182-7364"])
def test_person_is_found_by_contact_ticket_and_number(
    stores: Stores, world: World, who: str, now: datetime
) -> None:
    with reading(stores.sessions) as session:
        for one in (who, world.number, world.number.lower(), str(world.customer)):
            assert [person.customer_id for person in find_people(session, one)] == [world.customer]
