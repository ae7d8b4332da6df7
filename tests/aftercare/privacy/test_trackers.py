"""The bot's record is read and changed beside the bot, which writes it at any moment."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from aftercare.errors import StorageUnavailable
from aftercare.privacy.trackers import Trackers

BOTS_SAVE = "UPDATE trackers SET events = ? WHERE sender_id = 'a'"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tracker.db"
    with closing(sqlite3.connect(file)) as bot:
        bot.execute(
            "CREATE TABLE trackers (sender_id TEXT PRIMARY KEY, events TEXT, saved_at FLOAT)"
        )
        bot.executemany(
            "INSERT INTO trackers VALUES (?, ?, 0)", [("a", '["my phone"]'), ("b", '["hello"]')]
        )
        bot.commit()
    return file


@pytest.fixture
def trackers(file: Path) -> Trackers:
    return Trackers(URL.create("sqlite", database=str(file)), lock_seconds=0.1)


def without_phone(known: list[str]) -> list[str]:
    return [text.replace("phone", "[…]") for text in known]


def test_only_what_changes_is_written_and_counted(trackers: Trackers) -> None:
    assert trackers.rewrite(["a", "b", "unknown"], without_phone) == 1
    assert trackers.read(["a", "b"]) == {"a": ["my […]"], "b": ["hello"]}
    assert trackers.rewrite(["a"], without_phone) == 0


def test_what_the_bot_saves_meanwhile_is_not_overwritten(trackers: Trackers, file: Path) -> None:
    saves = iter([json.dumps(["my phone", "it leaks"])])

    def slowly(known: list[str]) -> list[str]:
        if newer := next(saves, None):
            with closing(sqlite3.connect(file)) as bot:
                bot.execute(BOTS_SAVE, [newer])
                bot.commit()
        return without_phone(known)

    assert trackers.rewrite(["a"], slowly) == 1
    assert trackers.read(["a"]) == {"a": ["my […]", "it leaks"]}


def test_record_in_use_or_damaged_is_unavailable(trackers: Trackers, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as bot:
        bot.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageUnavailable):
            trackers.remove(["a"])
        bot.execute("ROLLBACK")
    assert trackers.count(["a", "b", "c"]) == 2
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(StorageUnavailable):
        trackers.read(["a"])


@pytest.mark.parametrize("makes", [False, True])
def test_record_that_is_not_there_yet_holds_nothing(tmp_path: Path, makes: bool) -> None:
    file = tmp_path / "none.db"
    if makes:
        file.touch()
    trackers = Trackers(URL.create("sqlite", database=str(file)), lock_seconds=0.1)
    assert trackers.read(["a"]) == {}
    assert trackers.count(["a"]) == trackers.remove(["a"]) == trackers.rewrite(["a"], list) == 0
    assert file.exists() is makes
