"""A PostgreSQL database of a test's own, where a server answers.

`BOTH` runs a test on either database: the fixtures of tests/gateway open the one that is asked for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from aftercare.database import SessionFactory, reading

SERVER = "postgresql+psycopg:///test"

BOTH = pytest.mark.parametrize(
    "database",
    [
        "sqlite",
        pytest.param(
            "postgresql",
            # One server: on one worker the tests do not wait for each other's databases.
            marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")],
        ),
    ],
    indirect=True,
)

#: For who waits for whom, which is not the same on SQLite.
ON_POSTGRESQL = pytest.mark.parametrize(
    "database",
    [
        pytest.param(
            "postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]
        )
    ],
    indirect=True,
)


def wait_for_waiting(sessions: SessionFactory) -> None:
    """Return as soon as somebody in this database waits for what another one holds."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(600):
        with reading(sessions) as session:
            if session.scalar(waiting):
                return
        time.sleep(0.05)
    pytest.fail("nobody waits")


@contextmanager
def own_database(template: str = "template1") -> Iterator[str]:
    """The address of a copy of the template, dropped afterwards; skips where no server answers."""
    server = create_engine(
        SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    name = f"aftercare_{uuid4().hex[:12]}"
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    except OperationalError:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"no PostgreSQL answers at {SERVER}, and REQUIRE_SERVICES=1 asks for it")
        pytest.skip(f"no PostgreSQL answers at {SERVER}")
    try:
        yield f"postgresql+psycopg:///{name}"
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
