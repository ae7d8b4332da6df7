"""Files that a person sent are handed out, erased and kept as long as their conversation."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest

from aftercare.database import reading, writing
from aftercare.errors import FilesUnavailable, NotFound
from aftercare.privacy.erasure import erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.receipts import Receipt
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Conversation
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.conftest import NOW
from tests.factories import make_attachment, make_conversation, make_message, make_ticket


def send(stores: Stores, conversation: str, content: bytes, **changes: object) -> str:
    """A message with one file, whose id is given."""
    with writing(stores.sessions) as session:
        talk = session.get_one(Conversation, conversation)
        file = make_attachment(session, make_message(session, talk, ""), **changes)
    stores.files.store.put(file.id, io.BytesIO(content), len(content), file.media_type)
    return file.id


def is_kept(stores: Stores, file: str) -> bool:
    try:
        list(stores.files.store.read(file))
    except NotFound:
        return False
    return True


def zulmira(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def erase(stores: Stores) -> Receipt:
    return erase_person(stores, zulmira(stores), Author(), lambda: NOW, patience=0)


def found(receipt: Receipt) -> tuple[int, int, int]:
    (line,) = (one for one in receipt.lines if one.store == "attachments")
    return line.found, line.removed, line.handed_out


def test_export_holds_the_persons_files_under_their_messages(stores: Stores, world: World) -> None:
    first = send(stores, world.conversation, b"first", name="conta.pdf")
    second = send(stores, world.conversation, b"second", name="conta.pdf")
    send(stores, world.pedro, b"of another")
    gone = send(stores, world.conversation, b"lost")
    stores.files.store.remove([gone])
    archive, receipt = export_person(stores, zulmira(stores), Author(), lambda: NOW)
    assert found(receipt) == (2, 0, 2)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        names = [name for name in opened.namelist() if name.startswith("files/")]
        assert sorted(opened.read(name) for name in names) == [b"first", b"second"]
        talks = json.loads(opened.read("conversations.json"))
    told = [name for message in talks[0]["messages"] for name in message.get("files", [])]
    assert told[:2] == [f"files/{first[:8]}-conta.pdf", f"files/{second[:8]}-conta.pdf"]


def test_erasure_removes_the_persons_files_and_nobody_elses(stores: Stores, world: World) -> None:
    own = send(stores, world.conversation, b"own", ticket_id=world.ticket)
    unclaimed = send(stores, world.stranger, b"typed her address")
    others = send(stores, world.pedro, b"of another")
    assert found(erase(stores)) == (2, 2, 0)
    assert [is_kept(stores, file) for file in (own, unclaimed, others)] == [False, False, True]
    with reading(stores.sessions) as session:
        assert session.get(Attachment, own) is session.get(Attachment, unclaimed) is None
        assert session.get(Attachment, others)


def test_erasure_that_cannot_reach_the_files_is_ended_later(
    stores: Stores, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = send(stores, world.conversation, b"own")

    def fail(_names: object) -> int:
        raise FilesUnavailable("the bucket does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(stores.files.store, "remove", fail)
        with pytest.raises(FilesUnavailable):
            erase(stores)
    assert is_kept(stores, own)
    assert found(erase(stores)) == (1, 1, 0)
    assert not is_kept(stores, own)


def test_files_go_with_their_conversation_when_its_time_is_over(stores: Stores) -> None:
    old = NOW - timedelta(days=366)
    with writing(stores.sessions) as session:
        past, present = (make_conversation(session, at=at).id for at in (old, NOW))
    gone, kept = send(stores, past, b"old"), send(stores, present, b"new")
    apply_periods(stores, NOW)
    assert [is_kept(stores, gone), is_kept(stores, kept)] == [False, True]
    with reading(stores.sessions) as session:
        assert session.get(Attachment, gone) is None
        assert session.get(Attachment, kept)


def test_anonymised_ticket_keeps_no_photo(stores: Stores) -> None:
    with writing(stores.sessions) as session:
        talk = make_conversation(session, at=NOW)
        ticket = make_ticket(session, conversation_id=talk.id, status="closed")  # type: ignore[arg-type]
        ticket.updated_at = NOW - timedelta(days=3000)
    file = send(stores, talk.id, b"photo", ticket_id=ticket.id)
    apply_periods(stores, NOW)
    with reading(stores.sessions) as session:
        assert session.get_one(Attachment, file).ticket_id is None
