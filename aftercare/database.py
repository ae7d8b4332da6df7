"""Opens the database: engine, sessions, and one word for everything that makes it unavailable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from aftercare.errors import StorageUnavailable
from aftercare.settings import Settings

#: A factory of sessions; each unit of work opens one, commits once and closes it.
SessionFactory = sessionmaker[Session]


def open_engine(settings: Settings) -> Engine:
    """The engine for the configured database; SQLite is put into WAL mode with foreign keys on."""
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(
        url,
        connect_args={"timeout": settings.database_timeout, "check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection, _record) -> None:  # type: ignore[no-untyped-def]
        # The driver's own transactions begin too late for SQLite: a read that turns into a write
        # would fail at once instead of waiting. SQLAlchemy's begin event opens them below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def open_sessions(engine: Engine) -> SessionFactory:
    """A session factory whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def reading(sessions: SessionFactory) -> Iterator[Session]:
    """A session for looking only; nothing is committed.

    Raises StorageUnavailable where the database cannot be read.
    """
    with _translated(), sessions() as session:
        yield session


@contextmanager
def writing(sessions: SessionFactory) -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back when it is left by an error.

    Raises StorageUnavailable where the database is locked, read-only or gone.
    """
    with _translated(), sessions() as session:
        session.connection(execution_options={"write": True})
        yield session
        session.commit()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StorageUnavailable(str(error.orig)) from error
    except DBAPIError as error:
        # The bare DatabaseError is what SQLite says of a damaged file.
        if error.connection_invalidated or type(error) is DatabaseError:
            raise StorageUnavailable(str(error.orig)) from error
        raise
