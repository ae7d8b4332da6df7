"""Another program that holds the database, so that the gateway cannot write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event

from aftercare.database import SessionFactory, database_url
from aftercare.settings import Settings


class OtherWriter:
    """Any thread may take and release; readers go on."""

    def __init__(self, connection: Connection, take: tuple[str, ...]) -> None:
        self._connection = connection
        self._take = take

    def take(self) -> None:
        for statement in self._take:
            self._connection.exec_driver_sql(statement)

    def release(self) -> None:
        self._connection.exec_driver_sql("ROLLBACK")


@contextmanager
def other_writer(settings: Settings) -> Iterator[OtherWriter]:
    url = database_url(settings)
    if url.get_backend_name() == "sqlite":
        take: tuple[str, ...] = ("BEGIN IMMEDIATE",)
        arguments = {"check_same_thread": False}
    else:
        take = ("BEGIN", "LOCK TABLE conversations IN EXCLUSIVE MODE")
        arguments = {}
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args=arguments)
    with engine.connect() as connection:
        yield OtherWriter(connection, take)
    engine.dispose()


@contextmanager
def short_patience(sessions: SessionFactory) -> Iterator[None]:
    """Connections wait for a lock a tenth of a second instead of five."""
    engine = sessions.kw["bind"]
    sqlite = engine.dialect.name == "sqlite"

    def shorten(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=100" if sqlite else "SET lock_timeout = 100")
        connection.commit()

    event.listen(engine, "checkout", shorten)
    try:
        yield
    finally:
        event.remove(engine, "checkout", shorten)
