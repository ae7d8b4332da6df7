"""The export of all records: complete, without secrets, harmless in a spreadsheet, never large."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile

import pytest
from sqlalchemy import insert

from aftercare.database import SessionFactory, writing
from aftercare.exchange.__main__ import main
from aftercare.exchange.contents import EXPORTED, LEFT_OUT
from aftercare.exchange.everything import exported_columns, exported_tables, stream_everything
from aftercare.exchange.tokens import SCOPES, make_token
from aftercare.tables import Base
from aftercare.tables.conversations import Customer
from aftercare.webhooks.events import EVENTS
from aftercare.webhooks.subscriptions import Wish, subscribe
from tests.conftest import NOW
from tests.factories import make_conversation, make_customer, make_message, make_staff, make_ticket
from tests.postgresql import BOTH


def exported(sessions: SessionFactory) -> dict[str, str]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_everything(sessions, NOW))))
    assert archive.testzip() is None
    return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@BOTH
def test_all_records_are_in_it_and_no_secret(company: SessionFactory) -> None:
    with writing(company) as session:
        staff = make_staff(session, email="boss@marulho.example")
        token = make_token(session, name="Shop", scopes=SCOPES, days=30, staff=staff, now=NOW)
        secret = subscribe(session, Wish("https://hooks.example/", "", EVENTS), NOW).secret
        customer = make_customer(session, name='=HYPERLINK("x")', phone="+5511912345678")
        message = make_message(session, make_conversation(session), 'He said "no",\nthen left é')
        ticket = make_ticket(session, records={"product": "mare-w900"})
    files = exported(company)
    assert set(files) == {"README.txt"} | {
        f"{name}.csv" for name in Base.metadata.tables if name not in LEFT_OUT
    }
    [found] = [one for one in records(files["customers.csv"]) if one["id"] == str(customer.id)]
    assert found["name"] == "'" + '=HYPERLINK("x")' and found["phone"] == "'+5511912345678"
    assert message.text in [one["text"] for one in records(files["messages.csv"])]
    [told] = [one for one in records(files["tickets.csv"]) if one["number"] == ticket.number]
    assert told["created_at"].endswith("+00:00") and told["danger"] == "no"
    whole = "".join(files.values())
    assert not any(one in whole for one in (token.secret, token.token.token_hash, secret))
    assert staff.password_hash not in whole
    assert "refers to customers.id" in files["README.txt"]


def test_every_table_is_told_of_as_exported_or_left_out_with_the_reason() -> None:
    tables = set(Base.metadata.tables)
    assert EXPORTED.keys() & LEFT_OUT.keys() == set()
    untold = tables - EXPORTED.keys() - LEFT_OUT.keys()
    assert untold == set(), "give each a line in aftercare/exchange/contents.py"
    assert (EXPORTED.keys() | LEFT_OUT.keys()) - tables == set(), "these tables are gone"
    assert all(words and not words.endswith(".") for words in (EXPORTED | LEFT_OUT).values())


def test_table_without_a_line_is_handed_out_all_the_same(
    stocked_sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(EXPORTED, "customers")
    files = exported(stocked_sessions)
    assert "customers.csv" in files and "Nobody has described it yet" in files["README.txt"]


def test_every_column_with_the_name_of_a_secret_was_looked_at() -> None:
    """Keys that only tell rows apart may go out; a new one is looked at before it does."""
    keys = {
        (table.name, column.name)
        for table in exported_tables()
        for column in exported_columns(table)
        if any(word in column.name.split("_") for word in ("key", "code", "pin", "salt"))
    }
    assert keys <= {
        *(("features", "key"), ("gap_questions", "key"), ("maintenance_tasks", "key")),
        ("maintenance_items", "task_key"),
        *(("parts", "key"), ("quoted_answers", "key"), ("technicians", "key")),
        *(("ticket_steps", "key"), ("tickets", "intake_key"), ("trainings", "key")),
        ("visits", "key"),
    }


def test_memory_does_not_grow_with_the_number_of_records(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        row = {"name": "Ana " * 20, "language": "pt", "created_at": NOW}
        session.execute(
            insert(Customer), [{**row, "email": f"{n}@mail.example"} for n in range(20_000)]
        )
    tracemalloc.start()
    size = sum(map(len, stream_everything(stocked_sessions, NOW)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 100_000
    assert peak < 6_000_000


def test_command_with_wrong_words_tells_how_it_is_used() -> None:
    assert main(["import", "spaceships", "x.csv"]) == 2
    assert main([]) == 2
