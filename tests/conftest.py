"""Shared set-up: settings of a test's own, a really migrated database, a fixed clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.guidance.index import build_index
from aftercare.migrate import migrate
from aftercare.settings import PROJECT_ROOT, Settings
from tests.stack import MODEL, Stack, running_stack, stack_settings

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings that read neither the machine's environment file nor its var folder."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        var_dir=folder,
        catalogue_dir=PROJECT_ROOT / "catalogue",
        private_secret="test-secret",
        **changes,  # type: ignore[arg-type]
    )


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the schema and no rows, copied by the tests."""
    settings = settings_in(tmp_path_factory.mktemp("migrated"))
    engine = open_engine(settings)
    migrate(engine)
    engine.dispose()
    return settings.var_dir / "aftercare.db"


@pytest.fixture(scope="session")
def loaded_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the sample company in it, copied by the tests."""
    settings = settings_in(tmp_path_factory.mktemp("loaded"))
    shutil.copy(migrated_file, settings.var_dir / "aftercare.db")
    engine = open_engine(settings)
    with writing(open_sessions(engine)) as session:
        load_catalogue(session, settings.catalogue_dir, NOW)
    engine.dispose()
    return settings.var_dir / "aftercare.db"


@pytest.fixture
def engine(settings: Settings, migrated_file: Path) -> Iterator[Engine]:
    """A migrated, empty database."""
    shutil.copy(migrated_file, settings.var_dir / "aftercare.db")
    engine = open_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> SessionFactory:
    return open_sessions(engine)


@pytest.fixture
def stocked_sessions(settings: Settings, loaded_file: Path) -> Iterator[SessionFactory]:
    """Sessions on a database that holds the sample company."""
    shutil.copy(loaded_file, settings.var_dir / "aftercare.db")
    engine = open_engine(settings)
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def stack(loaded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real programs on a database of their own, shared by the tests of one worker."""
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is missing: run `make train` first (`make test` does).")
    settings = stack_settings(tmp_path_factory.mktemp("stack"))
    shutil.copy(loaded_file, settings.var_dir / "aftercare.db")
    engine = open_engine(settings)
    build_index(open_sessions(engine), settings.var_dir)
    engine.dispose()
    with running_stack(settings) as stack:
        yield stack
