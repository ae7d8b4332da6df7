"""The import table: which part of the project may import which."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftercare.settings import PROJECT_ROOT

PARTS = ("aftercare", "actions", "gateway", "console", "web", "bot", "tools", "tests")
#: What each part may import of the project, beside itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "aftercare": frozenset(),
    "actions": frozenset({"aftercare"}),
    "gateway": frozenset({"aftercare"}),
    "console": frozenset({"aftercare"}),
    "web": frozenset({"gateway", "console", "aftercare"}),
    "bot": frozenset(),
    "tools": frozenset(),
}
#: What each part must do without, although it is installed for others.
NEVER: dict[str, frozenset[str]] = {
    "aftercare": frozenset({"rasa", "rasa_sdk", "sanic", "fastapi", "starlette", "uvicorn"}),
    "actions": frozenset({"rasa", "fastapi", "starlette", "sqlalchemy", "requests", "httpx"}),
    "gateway": frozenset({"rasa", "rasa_sdk", "sanic"}),
    "console": frozenset({"rasa", "rasa_sdk", "sanic"}),
    "web": frozenset({"rasa", "rasa_sdk", "sanic"}),
    "bot": frozenset({"rasa_sdk", "fastapi", "pydantic_settings"}),
}
ONLY_STANDARD_LIBRARY = frozenset({"tools"})


def wrong_imports(root: Path) -> list[str]:
    """Each forbidden import as `file:line imports name`."""
    return [
        f"{path.relative_to(root)}:{line} imports {name}"
        for part in MAY_IMPORT
        for path in _modules(root / part)
        for line, name in _imports(path, root)
        if not _allowed(part, name)
    ]


def _allowed(part: str, name: str) -> bool:
    top = name.partition(".")[0]
    if top == part:
        return True
    if top in PARTS:
        return top in MAY_IMPORT[part]
    if part in ONLY_STANDARD_LIBRARY:
        return top in sys.stdlib_module_names
    return top not in NEVER.get(part, frozenset())


def _modules(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if ".venv" not in path.parts]


def _imports(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            before = package[: len(package) - node.level + 1] if node.level else ()
            yield node.lineno, ".".join([*before, node.module or ""])
        elif isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func)
            first = node.args[0]
            if called.endswith(("import_module", "__import__")) and isinstance(first, ast.Constant):
                yield node.lineno, str(first.value)


def test_every_part_keeps_to_the_import_table() -> None:
    assert wrong_imports(PROJECT_ROOT) == []


def test_every_part_was_looked_at() -> None:
    for part in MAY_IMPORT:
        assert _modules(PROJECT_ROOT / part), part


@pytest.mark.parametrize(
    ("part", "statement"),
    [
        ("aftercare", "import rasa"),
        ("aftercare", "from gateway.store import Store"),
        ("aftercare", "import fastapi.responses"),
        ("actions", "from console import app"),
        ("actions", "import gateway.bot as bot"),
        ("actions", "from sqlalchemy import select"),
        ("gateway", "from console.app import create_console"),
        ("console", "import actions"),
        ("web", "from actions.guard import GuardedAction"),
        ("web", "import bot"),
        ("bot", "from aftercare.settings import settings"),
        ("bot", "import tools"),
        ("tools", "import yaml"),
        ("tools", "from aftercare import errors"),
        ("aftercare", "from tests.factories import make_ticket"),
        ("aftercare", "import importlib; importlib.import_module('gateway.store')"),
        ("gateway", "def later():\n    from console import pages"),
        ("console", "from ..gateway import store"),
    ],
)
def test_forbidden_import_is_found(tmp_path: Path, part: str, statement: str) -> None:
    (tmp_path / part).mkdir()
    module = tmp_path / part / "module.py"
    module.write_text("from __future__ import annotations\nimport json\n", encoding="utf-8")
    assert wrong_imports(tmp_path) == []
    module.write_text(statement + "\n", encoding="utf-8")
    assert len(wrong_imports(tmp_path)) == 1
