"""The queue's tables come with the desk's own, once, and at the version of the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, inspect, text

from aftercare.database import open_engine
from aftercare.errors import AftercareError
from aftercare.queue_schema import migrate_queue
from tests.conftest import settings_in
from tests.postgresql import own_database

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    with own_database() as url:
        engine = open_engine(settings_in(tmp_path, database_url=url))
        yield engine
        engine.dispose()


def noted(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT name FROM procrastinate_migrations")))


def test_second_migration_changes_nothing(empty: Engine) -> None:
    migrate_queue(empty)
    before = noted(empty)
    migrate_queue(empty)
    shipped = Path(SchemaManager.get_migrations_path()).glob("*.sql")
    assert noted(empty) == before == {file.name for file in shipped}


def test_only_what_is_missing_is_run(
    empty: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_queue(empty)
    for name in noted(empty):
        (tmp_path / name).write_text("SELECT 1 / 0")
    (tmp_path / "99.99.99_01_newer.sql").write_text("CREATE TABLE procrastinate_newer (id int)")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    migrate_queue(empty)
    assert "procrastinate_newer" in inspect(empty).get_table_names()
    assert "99.99.99_01_newer.sql" in noted(empty)


def test_failed_migration_leaves_nothing(
    empty: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_queue(empty)
    before = noted(empty)
    broken = "CREATE TABLE procrastinate_newer (id int); SELECT 1 / 0"
    (tmp_path / "99.99.99_01_newer.sql").write_text(broken)
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    with pytest.raises(Exception, match="division by zero"):
        migrate_queue(empty)
    assert "procrastinate_newer" not in inspect(empty).get_table_names()
    assert noted(empty) == before


def test_queue_of_somebody_else_is_refused(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE procrastinate_jobs (id int)")
    with pytest.raises(AftercareError, match="AFTERCARE_DATABASE_URL"):
        migrate_queue(empty)
