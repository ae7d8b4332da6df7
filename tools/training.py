"""Trains the model when anything that goes into it has changed since the last training."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Iterator, Mapping

from tools.commands import run_logged
from tools.layout import Layout
from tools.progress import Step

MODEL = "aftercare"
#: Rasa's own cache does not notice a change in a module that a component imports, so a training
#: that is needed at all is a whole one.
NO_CACHE = {"RASA_MAX_CACHE_SIZE": "0"}
#: What Rasa also says while it checks the data, among which a mistake would not be seen.
NOISE = re.compile(r" INFO |DeprecationWarning|' is not used in any|More info at|^  \S")
SINGLE_FILES = (
    "domain.yml",
    "config.yml",
    "catalogue/categories.yml",
    "catalogue/symptoms.yml",
    "bot/uv.lock",
)


def training_inputs(root: Path) -> list[Path]:
    """Every file the model depends on, in a fixed order."""
    return sorted(set(_inputs(root)))


def _inputs(root: Path) -> Iterator[Path]:
    yield from (root / name for name in SINGLE_FILES if (root / name).is_file())
    yield from (path for path in (root / "data").rglob("*") if path.is_file())
    yield from (root / "catalogue" / "products").glob("*.yml")
    for folder, inner, names in os.walk(str(root / "bot")):
        # The environment holds tens of thousands of files and is not even looked into; compare/
        # measures models and is no part of one.
        inner[:] = [name for name in inner if name not in (".venv", "__pycache__", "compare")]
        yield from (Path(folder) / name for name in names if name.endswith((".py", ".yml")))


def training_stamp(root: Path) -> str:
    digest = hashlib.sha256()
    for path in training_inputs(root):
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def model_file(layout: Layout) -> Path:
    return layout.models / f"{MODEL}.tar.gz"


def stamp_file(layout: Layout) -> Path:
    return layout.models / f"{MODEL}.stamp"


def model_is_current(layout: Layout) -> bool:
    if not (model_file(layout).exists() and stamp_file(layout).exists()):
        return False
    return stamp_file(layout).read_text(encoding="ascii") == training_stamp(layout.root)


def train(layout: Layout, environ: Mapping[str, str], step: Step, force: bool = False) -> None:
    """Train unless the model fits; an interrupted training counts as none."""
    if not force and model_is_current(layout):
        step.skip("nothing has changed since the last training")
        return
    stamp = training_stamp(layout.root)
    layout.models.mkdir(exist_ok=True)
    if stamp_file(layout).exists():
        stamp_file(layout).unlink()
    command = [str(layout.bot_python), "-m", "bot", "train"]
    # Asked to, Rasa does not sum up all data first to see what it could take from its cache.
    command += ["--force", "--fixed-model-name", MODEL, "--out", layout.models.name]
    run_logged(
        command,
        step,
        layout.logs / "training.log",
        layout.root,
        {**environ, **NO_CACHE},
        "Training the model failed",
        "Usually a file below data/, domain.yml or config.yml has a mistake, named above.",
        NOISE,
    )
    stamp_file(layout).write_text(stamp, encoding="ascii")
