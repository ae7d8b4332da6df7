"""Rasa's stock pipeline: trained once for the same data and domain, then kept, and served as it is.

It lives in the environment of bot/compare/stock/, with the whole Rasa and without code of this
project.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from aftercare.settings import PROJECT_ROOT
from tests.stack import SECRET, Program, free_port
from tools.commands import run_logged
from tools.progress import Step

STOCK = Path("bot") / "compare" / "stock"
STOCK_PYTHON = PROJECT_ROOT / STOCK / ".venv" / "bin" / "python"
_MODEL = "stock"
_NOTE = "training.json"
_CURVE = "curve.jsonl"


@dataclass(frozen=True)
class Training:
    """How the stock model came about."""

    seconds: float
    trained: str
    #: The machine's load when it began: other work makes training slower.
    load: float
    #: After each epoch its number, the seconds since the first began, and Keras' figures.
    curve: list[dict[str, float]]


def usual_epochs(root: Path) -> int:
    """How many epochs the stock configuration asks for."""
    config = yaml.safe_load((root / STOCK / "config.yml").read_text(encoding="utf-8"))
    return max(int(component.get("epochs", 0)) for component in config["pipeline"])


def training_key(root: Path, data: Path, minutes: int) -> str:
    """Changes with whatever the stock model is made from."""
    digest = hashlib.sha256(f"{minutes}\0".encode())
    names = ("domain.yml", *((STOCK / name).as_posix() for name in ("config.yml", "uv.lock")))
    inputs = {name: root / name for name in names}
    inputs |= {path.relative_to(data).as_posix(): path for path in data.rglob("*.yml")}
    for name, path in sorted(inputs.items()):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def trained_stock(kept: Path, data: Path, minutes: int, step: Step) -> tuple[Path, Training]:
    """The stock model for this data, from the folder `kept` or, for hours, trained now.

    Training ends with the last epoch that fits into the minutes; 0 is no limit. Raises Problem when
    it fails. An interrupted one counts as none.
    """
    home = kept / training_key(PROJECT_ROOT, data, minutes)
    model, curve = home / f"{_MODEL}.tar.gz", home / _CURVE
    if (home / _NOTE).exists():
        note = Training(**json.loads((home / _NOTE).read_text(encoding="utf-8")))
        step.skip(f"kept from {note.trained}, it took {note.seconds:.0f} s")
        return model, note
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    trained, load = f"{datetime.now(UTC):%Y-%m-%d}", round(os.getloadavg()[0], 1)
    run_logged(
        [
            *(str(STOCK_PYTHON), "-m", "bot.compare.stock_training", str(minutes), str(curve)),
            *("train", "--config", str(STOCK / "config.yml"), "--domain", "domain.yml"),
            *("--data", str(data), "--out", str(home), "--fixed-model-name", _MODEL),
        ],
        step,
        home / "training.log",
        PROJECT_ROOT,
        # Without Rasa's cache of earlier trainings, as ours is timed.
        {
            **os.environ,
            "RASA_CACHE_DIRECTORY": str(home / "cache"),
            "RASA_MAX_CACHE_SIZE": "0",
            "RASA_TELEMETRY_ENABLED": "false",
        },
        "Training the stock pipeline failed",
    )
    epochs = [json.loads(line) for line in curve.read_text(encoding="utf-8").splitlines()]
    done = Training(round(step.elapsed, 1), trained, load, epochs)
    (home / _NOTE).write_text(json.dumps(asdict(done)), encoding="utf-8")
    return model, done


def stock_program(ours: Program, model: Path, folder: Path) -> Program:
    """The stock bot: Rasa's own server, REST channel and tracker store, our action server."""
    address = f"http://127.0.0.1:{free_port()}"
    action_endpoint = {
        "url": f"{ours.environment['AFTERCARE_ACTIONS_URL']}/webhook",
        "headers": {"X-Aftercare-Secret": SECRET},
    }
    files = {"endpoints.yml": {"action_endpoint": action_endpoint}, "credentials.yml": {"rest": {}}}
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    return replace(
        ours,
        name="stock bot",
        command=[
            *(str(STOCK_PYTHON), "-m", "rasa", "run", "--model", str(model)),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
            *("--interface", "127.0.0.1", "--port", address.rsplit(":", 1)[1]),
        ],
        environment={**ours.environment, "RASA_TELEMETRY_ENABLED": "false"},
        health=f"{address}/webhooks/rest/",
        log=folder / "stock-bot.log",
        folder=folder,
        process=None,
    )
