"""A copy of the sample company that a test may break."""

from __future__ import annotations

import shutil
from pathlib import Path

from aftercare.settings import PROJECT_ROOT

CATALOGUE = PROJECT_ROOT / "catalogue"


def copy_catalogue(folder: Path, *, manuals: bool = True) -> Path:
    target = folder / "catalogue"
    ignored = None if manuals else shutil.ignore_patterns("manuals")
    shutil.copytree(CATALOGUE, target, ignore=ignored)
    return target


def replace_in(path: Path, old: str, new: str) -> None:
    """Change the first place where a text stands; it must stand there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
