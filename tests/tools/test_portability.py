"""tools/ runs on whatever Python the machine has, before anything is installed."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.tools.stand_ins import ROOT
from tools.checks import OLDEST_PYTHON, tools_syntax_errors
from tools.layout import Layout

MODULES = sorted((ROOT / "tools").glob("*.py"))


def imported_names(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_the_standard_library_is_imported(path: Path) -> None:
    assert imported_names(path) <= {*sys.stdlib_module_names, "tools"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_oldest_python_can_read_it(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=OLDEST_PYTHON)
    # Without it, hints such as `str | None` would be evaluated, which Python 3.8 cannot do.
    if path.name != "__init__.py":
        assert "from __future__ import annotations" in path.read_text()


def test_newer_syntax_is_reported_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "new.py").write_text("x = 1\nmatch x:\n    case 1: pass\n")
    assert tools_syntax_errors(Layout(tmp_path))[0].startswith("tools/new.py:")
