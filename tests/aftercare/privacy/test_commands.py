"""What the operator types and reads: the commands behind `make erase-person` and the like."""

from __future__ import annotations

import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing

import pytest

from aftercare.database import reading, writing
from aftercare.privacy import __main__ as command
from aftercare.privacy.stores import Stores
from aftercare.tables.conversations import Customer, MessageState
from tests.aftercare.privacy.conftest import EMAIL, NAME, World
from tests.factories import make_conversation, make_customer, make_message

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database() -> str:
    """What these tests are about is the same on both."""
    return "sqlite"


@pytest.fixture
def run(stores: Stores, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr(command, "settings", lambda: stores.settings)
    monkeypatch.setattr(command, "_PATIENCE_BEYOND_A_TURN", -stores.settings.bot_timeout)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = command.main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_export_writes_an_archive_and_tells_the_receipt(
    run: Run, stores: Stores, world: World
) -> None:
    code, out, _ = run("export", EMAIL)
    assert code == 0
    (file,) = stores.exports.iterdir()
    assert file.name.startswith("export-2") and "zulmira" not in file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "person.json" in zipfile.ZipFile(file).namelist()
    assert "Receipt 1: export" in out
    assert f"Written to {file}" in out
    assert NAME not in out


def test_export_into_a_file_that_is_there_is_refused(
    run: Run, stores: Stores, world: World
) -> None:
    file = stores.settings.var_dir / "mine.zip"
    assert run("export", EMAIL, str(file))[0] == 0
    code, _, err = run("export", EMAIL, str(file))
    assert (code, "exists already" in err) == (1, True)


def test_erase_tells_each_store_and_why(run: Run, stores: Stores, world: World) -> None:
    code, out, _ = run("erase", world.number)
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["tickets", "1", "0", "0", "1", "0"] in rows
    assert ["trackers", "3", "0", "2", "1", "0"] in rows
    assert "tickets: Service, product, dates and outcome are kept" in out
    with reading(stores.sessions) as session:
        assert session.get(Customer, world.customer) is None
    code, _, err = run("erase", EMAIL)
    assert code == 1
    assert "Nobody is known by this" in err
    assert "Receipt 1 of an erasure" in err


def test_only_typed_contact_is_erased_and_never_handed_out(
    run: Run, stores: Stores, world: World
) -> None:
    with writing(stores.sessions) as session:
        make_message(session, make_conversation(session), "I am nobody@mail.example")
    code, _, err = run("export", "nobody@mail.example")
    assert (code, "Nobody proved that it was theirs" in err) == (1, True)
    assert run("erase", "nobody@mail.example")[0] == 0


def test_several_people_are_listed_and_nothing_is_done(
    run: Run, stores: Stores, world: World
) -> None:
    with writing(stores.sessions) as session:
        numbers = [make_customer(session, phone="+351912345678").id for _ in range(2)]
    code, _, err = run("erase", "912345678")
    assert code == 1
    assert all(f"customer {number}:" in err for number in numbers)


def test_bot_in_work_is_told_with_what_to_do(run: Run, stores: Stores, world: World) -> None:
    with writing(stores.sessions) as session:
        talk = make_conversation(session, customer_id=world.customer)
        make_message(session, talk, "hello?", state=MessageState.RECEIVED)
    code, _, err = run("erase", EMAIL)
    assert (code, "Run the command again" in err) == (1, True)


def test_locked_record_of_the_bot_is_told_and_the_same_command_ends_it(
    run: Run, stores: Stores, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = stores.settings.model_copy(update={"database_timeout": 0.1})
    monkeypatch.setattr(command, "settings", lambda: quick)
    with closing(sqlite3.connect(quick.tracker_path, isolation_level=None)) as bot:
        bot.execute("BEGIN IMMEDIATE")
        code, _, err = run("erase", EMAIL)
        bot.execute("ROLLBACK")
    assert (code, "run it again" in err) == (1, True)
    assert run("erase", EMAIL)[0] == 0


def test_retention_lists_every_kind(run: Run) -> None:
    code, out, _ = run("retention", "--dry-run")
    assert code == 0
    assert out.splitlines()[0] == "due\tkept for\trecords"
    assert "0\t365 days\tconversations" in out.splitlines()
    assert run("retention")[1].startswith("done\t")


@pytest.mark.parametrize(
    "arguments", [(), ("forget", EMAIL), ("erase",), ("export", "a", "b", "c")]
)
def test_anything_else_gets_the_usage(run: Run, arguments: tuple[str, ...]) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert err.startswith("usage:")
