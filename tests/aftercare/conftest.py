"""Fixtures of the core's tests: the loaded company with its search index, made once and read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from aftercare.catalogue.load import load_catalogue
from aftercare.catalogue.snapshot import Catalogue
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.desk import Desk
from aftercare.migrate import migrate
from tests.conftest import NOW, settings_in
from tests.desks import Caller, Library, make_library, open_test_desk
from tests.factories import make_conversation
from tests.postgresql import own_database


@pytest.fixture(scope="session")
def library(loaded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    library = make_library(tmp_path_factory.mktemp("library"), loaded_file)
    yield library
    library.sessions.kw["bind"].dispose()


@pytest.fixture(scope="session")
def catalogue(library: Library) -> Catalogue:
    return library.catalogue


@pytest.fixture
def desk(stocked_sessions: SessionFactory, library: Library, now: datetime) -> Desk:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
    return open_test_desk(stocked_sessions, library.folder, lambda: now)


@pytest.fixture
def joana(desk: Desk) -> Caller:
    return Caller(desk)


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database's address; empty for the SQLite file of the settings."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield ""
        return
    with own_database() as url:
        yield url


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[SessionFactory]:
    """The sample company on either database (tests.postgresql.BOTH), one for a file's tests."""
    settings = settings_in(tmp_path_factory.mktemp("company"), database_url=database)
    engine = open_engine(settings)
    migrate(engine)
    sessions = open_sessions(engine)
    with writing(sessions) as session:
        load_catalogue(session, settings.catalogue_dir, NOW)
    yield sessions
    engine.dispose()
