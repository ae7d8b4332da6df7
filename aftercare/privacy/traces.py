"""Leaves nothing of removed rows in SQLite's files, where only their place would be given free.

PostgreSQL clears such places itself (autovacuum).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

_SEARCH_INDEXES = text(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
)
#: How long the log's emptying waits for others that read; it is not worth more.
_PATIENCE_MS = 1000


def overwrite_removed(place: Session | Connection) -> None:
    """From now on this connection overwrites what it removes."""
    connection = place.connection() if isinstance(place, Session) else place
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _merge_search(engine: Engine) -> None:
    with engine.connect().execution_options(write=True) as connection:
        overwrite_removed(connection)
        for index in connection.scalars(_SEARCH_INDEXES).all():
            connection.exec_driver_sql(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
        connection.commit()


def empty_log(engine: Engine) -> None:
    """Empty the write-ahead log, in which removed words still stand, if nobody reads just now.

    Where somebody does, later writing overwrites them. The search's indexes forget the words first:
    they only note that a row is gone until they are merged.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        _merge_search(engine)
    except OperationalError:
        # Somebody writes for long; the next sweep, within a day, does it.
        return
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError:
            # What was asked for is done and stored; this is the last sweep.
            return
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
