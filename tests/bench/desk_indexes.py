"""Takes the indexes of tables away while they are filled, and makes them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, text

from aftercare.tables.base import Base

#: Indexes and triggers that can be made again: kind, name and how.
_SQLITE_KEPT = """SELECT type, name, sql FROM sqlite_master
 WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN :names"""
_SQLITE_SEARCHED = "SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'"
_POSTGRESQL_KEPT = """SELECT 'index', indexname, indexdef FROM pg_indexes
 WHERE tablename IN :names AND indexdef NOT LIKE 'CREATE UNIQUE%'"""


@contextmanager
def without_indexes(connection: Connection, filled: Sequence[type[Base]]) -> Iterator[None]:
    """Lets the filled tables have their indexes, and the search its own, when they are full."""
    sqlite = connection.dialect.name == "sqlite"
    names = [table.__tablename__ for table in filled]
    if sqlite:
        # The driver opens no transaction by itself, and in one these would not count.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.commit()
        for setting in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000"):
            driver.execute(f"PRAGMA {setting}")
        kept = _named(connection, _SQLITE_KEPT, names)
    else:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        kept = _named(connection, _POSTGRESQL_KEPT, names)
    for kind, name, _ in kept:
        connection.execute(text(f"DROP {kind} {name}"))
    connection.commit()
    yield
    for _, _, words in kept:
        connection.exec_driver_sql(words)
    if sqlite:
        for table in _named(connection, _SQLITE_SEARCHED, []):
            connection.exec_driver_sql(f"INSERT INTO {table[0]} ({table[0]}) VALUES ('rebuild')")
    connection.commit()
    if sqlite:
        connection.invalidate()


def _named(connection: Connection, question: str, names: Sequence[str]) -> list[tuple[str, ...]]:
    asked = text(question)
    if names:
        asked = asked.bindparams(bindparam("names", list(names), expanding=True))
    return [tuple(row) for row in connection.execute(asked)]
