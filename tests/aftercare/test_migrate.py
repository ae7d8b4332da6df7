from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, func, inspect, select, text

from aftercare.catalogue.load import load_catalogue
from aftercare.database import open_engine, open_sessions, reading, writing
from aftercare.errors import StorageUnavailable
from aftercare.migrate import migrate, migration_config
from aftercare.queue_schema import is_of_queue
from aftercare.search_schema import is_of_search
from aftercare.settings import Settings
from aftercare.tables import Base
from aftercare.tables.tickets import Ticket
from tests.conftest import settings_in
from tests.factories import make_ticket
from tests.postgresql import own_database


@pytest.fixture
def empty_sqlite(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def empty_postgresql(tmp_path: Path) -> Iterator[Engine]:
    with own_database() as url:
        engine = open_engine(settings_in(tmp_path, database_url=url))
        yield engine
        engine.dispose()


@pytest.fixture(
    params=["empty_sqlite", pytest.param("empty_postgresql", marks=pytest.mark.postgresql)]
)
def empty(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(request.param)


def own_tables(engine: Engine) -> set[str]:
    """Without those of the queue and the search, which are none of the code's."""
    found = inspect(engine).get_table_names()
    return {name for name in found if not is_of_queue(name) and not is_of_search(name)}


def test_upgrade_from_nothing_makes_every_table(empty: Engine) -> None:
    migrate(empty)
    assert own_tables(empty) == {*Base.metadata.tables, "alembic_version"}


def test_migrated_tables_are_those_of_the_code(empty: Engine) -> None:
    migrate(empty)
    command.check(migration_config(empty))


def test_second_upgrade_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    migrate(empty)
    command.check(migration_config(empty))


def test_downgrade_removes_every_table_and_the_way_up_is_open_again(empty: Engine) -> None:
    migrate(empty)
    command.downgrade(migration_config(empty), "base")
    assert own_tables(empty) == {"alembic_version"}
    migrate(empty)
    command.check(migration_config(empty))


def test_sample_company_and_a_ticket_fit_into_the_tables(
    empty: Engine, settings: Settings, now: datetime
) -> None:
    migrate(empty)
    sessions = open_sessions(empty)
    with writing(sessions) as session:
        assert load_catalogue(session, settings.catalogue_dir, now)
        number = make_ticket(session, at=now).number
    with reading(sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert ticket.created_at == now
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1


@pytest.mark.postgresql
def test_stopped_server_is_storage_unavailable(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nowhere?connect_timeout=2"
    engine = open_engine(settings_in(tmp_path, database_url=url))
    with pytest.raises(StorageUnavailable), reading(open_sessions(engine)) as session:
        session.execute(text("SELECT 1"))
    engine.dispose()


def test_migrations_import_nothing_from_the_project() -> None:
    versions = Path(__file__).parents[2] / "aftercare" / "migrations" / "versions"
    scripts = sorted(versions.glob("*.py"))
    assert scripts
    for script in scripts:
        assert "aftercare" not in script.read_text(encoding="utf-8"), script.name
