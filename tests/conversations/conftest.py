"""The conversations of the YAML files beside this one, and the bot that they are held with."""

from __future__ import annotations

from pathlib import Path

import pytest

# One worker holds all conversations: they share the programs that it starts.
pytestmark = pytest.mark.xdist_group("stack")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.conversations)
            item.add_marker(pytest.mark.xdist_group("stack"))
