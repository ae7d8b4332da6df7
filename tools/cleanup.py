"""`make clean`: removes what was made, after asking; the database goes with it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Mapping

from tools.environments import stock_environment
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Progress
from tools.startup import only_one

CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".rasa")


def leftovers(layout: Layout) -> list[tuple[Path, str]]:
    """What exists of all that can be removed, and what each is."""
    root = layout.root
    places = [
        (root / ".venv", "packages of the services"),
        (layout.bot_folder / ".venv", "packages of the bot"),
        (stock_environment(layout).folder / ".venv", "packages of the stock Rasa"),
        (layout.tools_folder, "programs fetched for this project"),
        (layout.models, "trained models"),
        (root / "var", "THE DATABASE with conversations and tickets, staff logins, logs, settings"),
    ]
    places += [(root / name, "cache") for name in CACHES]
    return [(path, what) for path, what in places if path.exists()]


def clean(layout: Layout, environ: Mapping[str, str], progress: Progress) -> None:
    """Ask once for everything; without a terminal only FORCE=1 removes anything."""
    found = leftovers(layout)
    if not found:
        progress.say("There is nothing to remove.")
        return
    if (layout.root / "var").exists():
        with only_one(layout):
            _remove(found, layout, environ, progress)
    else:
        _remove(found, layout, environ, progress)


def _remove(
    found: list[tuple[Path, str]], layout: Layout, environ: Mapping[str, str], progress: Progress
) -> None:
    progress.say("This removes:")
    for path, what in found:
        progress.say(f"  {layout.shown(path) + '/':<16} {what}")
    if environ.get("FORCE") != "1":
        if not sys.stdin.isatty():
            raise Problem("Nothing was removed: nobody can be asked here. FORCE=1 removes it.")
        progress.say("Type yes to remove all of it: ")
        if sys.stdin.readline().strip().lower() != "yes":
            progress.say("Nothing was removed.")
            return
    for path, _ in found:
        shutil.rmtree(str(path))
    progress.say("Removed.")
