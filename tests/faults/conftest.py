"""Programs that these tests may stop and damage: a stack of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftercare.database import open_engine, open_sessions
from aftercare.guidance.index import build_index
from tests.stack import Stack, running_stack, stack_settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.processes)
            item.add_marker(pytest.mark.xdist_group("faults"))


@pytest.fixture(scope="module")
def fragile(loaded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = stack_settings(tmp_path_factory.mktemp("fragile"))
    shutil.copy(loaded_file, settings.var_dir / "aftercare.db")
    engine = open_engine(settings)
    build_index(open_sessions(engine), settings.var_dir)
    engine.dispose()
    with running_stack(settings) as stack:
        yield stack
