"""Brings the queue's own tables (Procrastinate's) in PostgreSQL to the installed version.

Procrastinate ships its schema and one SQL file a change, and does not note which of them a database
has had: this module does, in a table beside the queue's.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from procrastinate.schema import SchemaManager
from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Engine

from aftercare.errors import AftercareError

_PREFIX = "procrastinate_"
_NOTED = "procrastinate_migrations"
#: Any number, as long as nothing else of this database uses it: two starts wait for each other.
_ADVISORY_LOCK = 7_202_611_211


def is_of_queue(table: str) -> bool:
    """Whether a table is one of the queue's, which the project's own migrations leave alone."""
    return table.startswith(_PREFIX)


def migrate_queue(engine: Engine) -> None:
    """Run what this database has not had, all in one transaction; harmless when there is nothing.

    Raises AftercareError where somebody else made the queue's tables.
    """
    with engine.begin() as connection:
        driver = cast("Connection[TupleRow]", connection.connection.driver_connection)
        driver.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
        _migrate(driver)


def _migrate(connection: Connection[TupleRow]) -> None:
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {_NOTED} (name text PRIMARY KEY, at timestamptz NOT NULL)"
    )
    had = {name for (name,) in connection.execute(f"SELECT name FROM {_NOTED}")}
    missing = [file for file in files if file.name not in had]
    if not had:
        if connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone() != (None,):
            raise AftercareError(
                "The database holds tables of Procrastinate that Aftercare did not make. Give "
                "Aftercare a database of its own in AFTERCARE_DATABASE_URL."
            )
        # The whole schema stands for all the changes that led to it.
        connection.execute(SchemaManager.get_schema())
    else:
        for file in missing:
            connection.execute(file.read_bytes())
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_NOTED} (name, at) VALUES (%s, now())", [[file.name] for file in missing]
        )
