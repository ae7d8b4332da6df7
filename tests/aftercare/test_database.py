from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.exc import IntegrityError

from aftercare.database import (
    SessionFactory,
    glancing,
    open_engine,
    open_sessions,
    reading,
    writing,
)
from aftercare.errors import StorageUnavailable
from aftercare.settings import Settings
from aftercare.tables.conversations import Customer
from tests.conftest import settings_in
from tests.factories import make_customer
from tests.postgresql import BOTH, own_database

ADDRESS = "very.private@mail.example"


@pytest.fixture
def impatient(settings: Settings, engine: Engine) -> Any:
    """Sessions on the migrated file that wait for a lock a tenth of a second only."""
    impatient = open_engine(settings_in(settings.var_dir, database_timeout=0.1))
    yield open_sessions(impatient)
    impatient.dispose()


def _customers(sessions: SessionFactory) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(Customer)) or 0


def test_block_that_ends_well_is_committed(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        make_customer(session)
    assert _customers(sessions) == 1


def test_block_that_is_left_by_an_error_writes_nothing(sessions: SessionFactory) -> None:
    with pytest.raises(RuntimeError, match="half way"), writing(sessions) as session:
        make_customer(session)
        raise RuntimeError("half way")
    assert _customers(sessions) == 0


def test_reading_commits_nothing(sessions: SessionFactory) -> None:
    with reading(sessions) as session:
        make_customer(session)
    assert _customers(sessions) == 0


def test_rows_stay_readable_after_the_commit(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        customer = make_customer(session, name="Joana Lima")
    assert customer.name == "Joana Lima"


def test_locked_database_is_storage_unavailable_and_nothing_was_written(
    settings: Settings, impatient: SessionFactory
) -> None:
    other = sqlite3.connect(settings.var_dir / "aftercare.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable), writing(impatient) as session:
        make_customer(session)
    other.execute("ROLLBACK")
    other.close()
    assert _customers(impatient) == 0


def test_locked_database_can_still_be_read(settings: Settings, impatient: SessionFactory) -> None:
    other = sqlite3.connect(settings.var_dir / "aftercare.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert _customers(impatient) == 0
    other.close()


def test_writing_takes_the_lock_at_its_start(settings: Settings, impatient: SessionFactory) -> None:
    """So two writers wait for each other instead of failing when a read turns into a write."""
    with writing(impatient):
        other = sqlite3.connect(
            settings.var_dir / "aftercare.db", isolation_level=None, timeout=0.05
        )
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_writers_of_one_process_wait_outside_of_the_database(impatient: SessionFactory) -> None:
    """Where they waited inside, SQLite would let them sleep on after the lock is free."""
    begun: list[str] = []
    event.listen(impatient.kw["bind"], "begin", lambda _connection: begun.append("begin"))

    def write() -> None:
        with pytest.raises(StorageUnavailable, match="other threads"), writing(impatient):
            raise AssertionError("two wrote at the same time")

    with writing(impatient):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result(10)
        assert begun == ["begin"]


def test_read_only_database_is_storage_unavailable(settings: Settings, engine: Engine) -> None:
    engine.dispose()
    url = f"sqlite:///file:{settings.var_dir}/aftercare.db?mode=ro&uri=true"
    read_only = open_engine(settings_in(settings.var_dir, database_url=url))
    with pytest.raises(StorageUnavailable), writing(open_sessions(read_only)) as session:
        make_customer(session)
    read_only.dispose()


def test_missing_folder_is_storage_unavailable(tmp_path: Path) -> None:
    engine = open_engine(settings_in(tmp_path / "gone"))
    with pytest.raises(StorageUnavailable), reading(open_sessions(engine)) as session:
        session.execute(text("SELECT 1"))
    engine.dispose()


def test_damaged_file_is_storage_unavailable(tmp_path: Path) -> None:
    (tmp_path / "aftercare.db").write_bytes(b"this is no database at all" * 100)
    engine = open_engine(settings_in(tmp_path))
    with pytest.raises(StorageUnavailable), reading(open_sessions(engine)) as session:
        session.execute(text("SELECT count(*) FROM customers"))
    engine.dispose()


def test_broken_rule_of_the_tables_is_no_storage_trouble(sessions: SessionFactory) -> None:
    with pytest.raises(IntegrityError), writing(sessions) as session:
        make_customer(session, email=ADDRESS)
        make_customer(session, email=ADDRESS)


def test_errors_hide_what_customers_gave(sessions: SessionFactory) -> None:
    with pytest.raises(IntegrityError) as broken, writing(sessions) as session:
        make_customer(session, email=ADDRESS, name="Joana Private")
        make_customer(session, email=ADDRESS, name="Joana Private")
    assert ADDRESS not in str(broken.value)
    assert "Joana" not in str(broken.value)

    with pytest.raises(StorageUnavailable) as gone, reading(sessions) as session:
        session.execute(text("SELECT * FROM nowhere WHERE email = :email"), {"email": ADDRESS})
    assert ADDRESS not in str(gone.value)
    assert ADDRESS not in str(gone.value.__cause__)


def test_foreign_keys_are_enforced(sessions: SessionFactory, now: datetime) -> None:
    with pytest.raises(IntegrityError), writing(sessions) as session:
        session.execute(
            text(
                "INSERT INTO features (id, product_id, position, key, name, rating, words) "
                "VALUES (1, 'no-product', 0, 'key', '{}', 3, '{}')"
            ),
        )


def test_sqlite_runs_in_wal_mode(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_connection_that_the_server_has_ended_is_replaced_unnoticed(tmp_path: Path) -> None:
    with own_database() as url:
        engine = open_engine(settings_in(tmp_path, database_url=url))
        sessions = open_sessions(engine)
        ended = _backend(sessions)
        assert _backend(sessions) == ended
        other = create_engine(url)
        with other.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended})
        other.dispose()
        assert _backend(sessions) != ended
        engine.dispose()


def _backend(sessions: SessionFactory) -> int:
    with reading(sessions) as session:
        return session.scalar(text("SELECT pg_backend_pid()")) or 0


@BOTH
def test_glance_sees_at_once_what_others_commit_and_leaves_no_transaction(
    sessions: SessionFactory, database: str
) -> None:
    counted = select(func.count()).select_from(Customer)
    with glancing(sessions) as glance:
        assert glance.execute(counted).scalar() == 0
        with writing(sessions) as session:
            make_customer(session)
        assert glance.execute(counted).scalar() == 1
    # The connection is as it was before: what is written in it waits for its commit.
    with pytest.raises(ZeroDivisionError), writing(sessions) as session:
        make_customer(session)
        session.flush()
        raise ZeroDivisionError
    assert _customers(sessions) == 1


def test_trouble_of_a_glance_is_unavailable_storage(impatient: SessionFactory) -> None:
    with pytest.raises(StorageUnavailable), glancing(impatient) as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
