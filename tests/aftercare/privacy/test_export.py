"""A person gets everything that is theirs, readable, and nothing that is somebody else's."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aftercare.database import reading, writing
from aftercare.guidance.journal import Asked, Section, note_gap, record_answer
from aftercare.privacy.export import export_person, write_export
from aftercare.privacy.people import find_people
from aftercare.privacy.receipts import Receipt, Why, find_receipt
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.guidance import QuotedFor
from aftercare.tables.tickets import Ticket
from tests.aftercare.privacy.conftest import EMAIL, NAME, PHONE, World, remembered
from tests.conftest import NOW


def export(stores: Stores) -> tuple[bytes, Receipt]:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return export_person(stores, person, Author(), lambda: NOW)


def unpacked(archive: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {
            name: json.loads(opened.read(name))
            for name in opened.namelist()
            if name.endswith(".json")
        }


def test_archive_holds_contact_words_tickets_and_memory(stores: Stores, world: World) -> None:
    files = unpacked(export(stores)[0])
    assert files["person.json"] == {
        "name": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "id_at_the_website": None,
        "language": "pt",
        "known_since": "2026-03-02T11:00:00+00:00",
    }
    (talk,) = files["conversations.json"]
    assert [message["from"] for message in talk["messages"]] == ["customer", "bot"]
    (ticket,) = files["tickets.json"]
    assert (ticket["number"], ticket["records"]["serial_number"]) == (world.number, "W976543210")
    assert list(files["memory.json"]) == [world.conversation]


def test_archive_tells_how_her_ticket_was_weighed(stores: Stores, world: World) -> None:
    (ticket,) = unpacked(export(stores)[0])["tickets.json"]
    with reading(stores.sessions) as session:
        held = session.scalars(select(Ticket).where(Ticket.number == world.number)).one()
    told = ticket["evaluation"]
    assert (told["priority"], told["score"]) == (held.band, held.score)
    assert told["score"] is not None and told["danger"] is False
    assert told["counted"]["importance"] == held.importance
    assert told["counted"]["price_minor"] == held.price_minor


def test_colleagues_are_named_staff_and_others_stay_out(stores: Stores, world: World) -> None:
    files = unpacked(export(stores)[0])
    (ticket,) = files["tickets.json"]
    assert [line["by"] for line in ticket["history"]] == [NAME, "staff"]
    told = json.dumps(files)
    for word in ("Rita", "Pedro", "pedro", "mixer", "sister"):
        assert word not in told


def test_receipt_says_what_is_kept_back_and_why(stores: Stores, world: World) -> None:
    archive, receipt = export(stores)
    lines = {line.store: line for line in receipt.lines}
    assert (lines["messages"].found, lines["messages"].handed_out) == (2, 2)
    assert (lines["unclaimed_conversations"].kept, lines["unclaimed_conversations"].why) == (
        1,
        Why.NOT_PROVED,
    )
    assert lines["tickets_elsewhere"].kept == 1
    with reading(stores.sessions) as session:
        assert find_receipt(session, receipt.number) == receipt
    told = {line["store"]: line for line in unpacked(archive)["receipt.json"]}
    assert told.keys() == lines.keys()
    assert set(told["messages_elsewhere"]["why"]) == {"en", "pt"}


def test_export_changes_nothing_of_the_person(stores: Stores, world: World) -> None:
    first, _ = export(stores)
    second, _ = export(stores)
    assert {**unpacked(first), "receipt.json": 0} == {**unpacked(second), "receipt.json": 0}
    assert len(remembered(stores)) == 3


def test_file_is_for_its_owner_only_and_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "exports" / "a.zip"
    write_export(file, b"first")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_export(file, b"second")
    assert file.read_bytes() == b"first"


def test_archive_holds_what_was_asked_of_the_manuals(stores: Stores, world: World) -> None:
    with writing(stores.sessions) as session:
        told = Asked("t-1", world.conversation, "mare-w900", "pt", "Como limpo o filtro?")
        section = Section("cleaning-pump-filter", "Limpar o filtro", "pt", "2.0")
        record_answer(session, told, section, QuotedFor.QUESTION, NOW)
        note_gap(session, replace(told, key="t-2", question="Posso tingir penas?"), NOW)
    archive, receipt = export(stores)
    questions = [(one["question"], one["shown"]) for one in unpacked(archive)["answers.json"]]
    assert questions == [
        ("Como limpo o filtro?", "Limpar o filtro"),
        ("Posso tingir penas?", None),
    ]
    (line,) = (one for one in receipt.lines if one.store == "manual_questions")
    assert (line.found, line.handed_out) == (2, 2)
