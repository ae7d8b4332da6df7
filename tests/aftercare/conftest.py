"""Fixtures of the core's tests: the loaded company with its search index, made once and read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.database import SessionFactory, writing
from aftercare.desk import Desk
from tests.desks import Caller, Library, make_library, open_test_desk
from tests.factories import make_conversation


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
