"""Fixtures of the tests of the actions: a desk on the sample company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from aftercare.database import SessionFactory
from aftercare.desk import Desk
from tests.desks import Library, make_library, open_test_desk


@pytest.fixture(scope="session")
def library(loaded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    library = make_library(tmp_path_factory.mktemp("library"), loaded_file)
    yield library
    library.sessions.kw["bind"].dispose()


@pytest.fixture
def desk(stocked_sessions: SessionFactory, library: Library, now: datetime) -> Desk:
    return open_test_desk(stocked_sessions, library.folder, lambda: now)
