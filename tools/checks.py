"""`make check`: formatting, lint, types and syntax; changes no file of the project."""

from __future__ import annotations

import ast
from typing import Mapping

from tools.environments import plain_environ
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Progress
from tools.suites import run_shown

#: The oldest Python that has to run tools/.
OLDEST_PYTHON = (3, 8)


def check_commands(layout: Layout) -> list[tuple[str, list[str]]]:
    service, bot = str(layout.service_python), str(layout.bot_python)
    return [
        ("Formatting", [service, "-m", "ruff", "format", "--check", "."]),
        ("Lint", [service, "-m", "ruff", "check", "."]),
        ("Types", [service, "-m", "mypy"]),
        ("Bot on its Python", [bot, "-m", "compileall", "-q", "-x", r"\.venv", "bot"]),
        ("Shell syntax", ["bash", "-n", ".ci/run"]),
    ]


def tools_syntax_errors(layout: Layout) -> list[str]:
    """What in tools/ the oldest Python could not read."""
    found = []
    for path in sorted((layout.root / "tools").glob("*.py")):
        try:
            ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=OLDEST_PYTHON)
        except SyntaxError as error:
            found.append(f"{layout.shown(path)}:{error.lineno}: {error.msg}")
    return found


def run_checks(layout: Layout, environ: Mapping[str, str], progress: Progress) -> None:
    """Run every check, so that one look shows all that is to be mended."""
    failed = []
    for title, command in check_commands(layout):
        progress.say(f"{title}:")
        if run_shown(command, layout, plain_environ(environ)) != 0:
            failed.append(title)
    progress.say("Python 3.8 syntax of tools/:")
    errors = tools_syntax_errors(layout)
    progress.say("\n".join(errors) if errors else "all good")
    if errors:
        failed.append("Python 3.8 syntax of tools/")
    if failed:
        raise Problem(
            f"To be mended: {', '.join(failed)}. `make format` does what can be done by itself."
        )
    progress.say("All checks passed.")


def run_format(layout: Layout, environ: Mapping[str, str]) -> None:
    python = str(layout.service_python)
    for arguments in (["check", "--fix-only", "--quiet", "."], ["format", "."]):
        command = [python, "-m", "ruff", *arguments]
        if run_shown(command, layout, plain_environ(environ)) != 0:
            raise Problem("ruff could not format everything; what it says above comes first.")
