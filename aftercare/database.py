"""Opens the database: engine, sessions, and one word for everything that makes it unavailable."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from aftercare.errors import StorageUnavailable
from aftercare.settings import Settings

#: A factory of sessions; each unit of work opens one, commits once and closes it.
SessionFactory = sessionmaker[Session]

#: Connections that one process keeps, and how many more it opens under load.
_KEPT_CONNECTIONS = 10
_MORE_CONNECTIONS = 10
#: The options under which an engine carries its writers, and what a glance asks of a connection.
_WRITERS, _GLANCES = "aftercare_writers", "aftercare_glances"
#: A server that is gone without a word is noticed after 25 seconds; libpq's own names.
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def database_url(settings: Settings) -> URL:
    """The database's address; PostgreSQL's names the one driver that is installed."""
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def is_postgresql(settings: Settings) -> bool:
    return database_url(settings).get_backend_name() == "postgresql"


def psycopg_arguments(settings: Settings) -> dict[str, Any]:
    """What psycopg.connect takes to reach the same PostgreSQL database."""
    url = database_url(settings)
    named = url.translate_connect_args(username="user", database="dbname")
    return {**named, **url.query, **_patience(settings.database_timeout)}


def open_engine(settings: Settings) -> Engine:
    """The engine for the configured database."""
    url = database_url(settings)
    if url.get_backend_name() == "postgresql":
        return _open_postgresql(url, settings.database_timeout)
    return _open_sqlite(url, settings.database_timeout)


def _patience(timeout: float) -> dict[str, int]:
    return {"connect_timeout": max(2, round(timeout)), **_KEEPALIVE}


def _pool(timeout: float) -> dict[str, Any]:
    return {
        "pool_size": _KEPT_CONNECTIONS,
        "max_overflow": _MORE_CONNECTIONS,
        "pool_timeout": timeout,
        # The one used last: what it has read of the database is still at hand.
        "pool_use_lifo": True,
        "hide_parameters": True,
    }


def _open_postgresql(url: URL, timeout: float) -> Engine:
    """Waits for a lock, and for a free connection, as long as SQLite waits for a lock."""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args=_patience(timeout),
        execution_options={_GLANCES: {"isolation_level": "AUTOCOMMIT"}},
        **_pool(timeout),
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute(f"SET lock_timeout = {round(timeout * 1000)}")
        connection.commit()

    return engine


def _open_sqlite(url: URL, timeout: float) -> Engine:
    """WAL mode, with foreign keys on."""
    engine = create_engine(
        url,
        connect_args={"timeout": timeout, "check_same_thread": False},
        execution_options={_WRITERS: _Writers(timeout), _GLANCES: {"glance": True}},
        **_pool(timeout),
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
        options = connection.get_execution_options()
        if options.get("glance"):
            return
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("write") else "BEGIN")

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
def glancing(sessions: SessionFactory) -> Iterator[Connection]:
    """As `reading`, for the way of every message: each statement sees what is there by then.

    No transaction is begun and ended, which on a server are two ways there and back.
    """
    engine: Engine = sessions.kw["bind"]
    with _translated(), engine.connect() as connection:
        yield connection.execution_options(**engine.get_execution_options()[_GLANCES])


@contextmanager
def writing(sessions: SessionFactory) -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back when it is left by an error.

    Raises StorageUnavailable where the database is locked, read-only or gone.
    """
    with _translated(), sessions() as session, _turn_to_write(session.get_bind()):
        session.connection(execution_options={"write": True})
        yield session
        session.commit()


@contextmanager
def storing(sessions: SessionFactory) -> Iterator[Connection]:
    """As `writing`, for the way of every message, which has no time for objects."""
    engine: Engine = sessions.kw["bind"]
    with _translated(), _turn_to_write(engine), engine.connect() as connection:
        connection.execution_options(write=True)
        with connection.begin():
            yield connection


def _turn_to_write(engine: Engine | Connection) -> AbstractContextManager[None]:
    writers: _Writers | None = engine.get_execution_options().get(_WRITERS)
    return writers.turn() if writers else nullcontext()


class _Writers:
    """The threads of one process that write to a SQLite file, one after the other.

    SQLite itself lets who must wait sleep and look again, for up to a tenth of a second after the
    other has long been done, and with a connection in hand that readers need.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for it, before a connection is taken. Raises StorageUnavailable."""
        if not self._lock.acquire(timeout=self._timeout):
            raise StorageUnavailable("other threads of this process have written for too long")
        try:
            yield
        finally:
            self._lock.release()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StorageUnavailable(str(error.orig)) from error
    except PoolTimeout as error:
        raise StorageUnavailable("every connection of this process is in use") from error
    except DBAPIError as error:
        # The bare DatabaseError is what SQLite says of a damaged file.
        if error.connection_invalidated or type(error) is DatabaseError:
            raise StorageUnavailable(str(error.orig)) from error
        raise
