"""Importing does nothing: no file written, no socket, no database, no setting read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from aftercare.settings import PROJECT_ROOT

PARTS = ("aftercare", "gateway", "actions", "console", "web")

#: Runs in a process of its own: imports what it is told and prints what happened meanwhile.
WATCHER = """
import importlib, json, os, sys

sys.dont_write_bytecode = True
ours = tuple(sys.argv[2:])
seen = []

def by_us():
    # What a library does while it is imported itself is its own business.
    frame = sys._getframe(2)
    while frame:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return False
        if name.startswith(ours) and "/.venv/" not in name:
            return True
        frame = frame.f_back
    return False

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        wants = set(mode or "") & set("wax+") or (
            flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if (wants or str(path).endswith((".env", ".db"))) and by_us():
            seen.append(f"opens {path}")
    elif event.startswith(("socket.", "sqlite3.", "subprocess.")) or event in (
        "os.mkdir", "os.remove", "os.rename", "os.system", "shutil.rmtree"
    ):
        if by_us():
            seen.append(event)

class Environment(type(os.environ)):
    def __getitem__(self, name):
        if str(name).upper().startswith("AFTERCARE_") and by_us():
            seen.append(f"reads {name}")
        return super().__getitem__(name)

os.environ["AFTERCARE_PORT"] = os.environ["AFTERCARE_HOST"] = "1"
os.environ.__class__ = Environment
sys.addaudithook(watch)
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(seen))
"""


def _modules() -> list[str]:
    """Every module but migrations, which run when they are imported, and none is."""
    names = []
    for part in PARTS:
        for path in sorted((PROJECT_ROOT / part).rglob("*.py")):
            relative = path.relative_to(PROJECT_ROOT).with_suffix("")
            if "migrations" not in relative.parts:
                names.append(".".join(relative.parts).removesuffix(".__init__"))
    return names


def _watch(modules: list[str], path: Path) -> list[str]:
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            WATCHER,
            json.dumps(modules),
            str(PROJECT_ROOT),
            str(path),
        ],
        cwd=path,
        env={"PYTHONPATH": f"{path}:{PROJECT_ROOT}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_importing_every_module_does_nothing() -> None:
    modules = _modules()
    assert len(modules) > 50
    assert _watch(modules, PROJECT_ROOT) == []


def test_noisy_module_is_found(tmp_path: Path) -> None:
    noisy = {
        "opens": "open('left_behind.txt', 'w').close()",
        "sqlite3": "import sqlite3; sqlite3.connect(':memory:').close()",
        "reads": "import os; os.environ.get('AFTERCARE_PORT')",
        "socket": "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.close()",
        "os.mkdir": "import os; os.mkdir('folder')",
        "AFTERCARE_HOST": "from aftercare.settings import settings; settings()",
    }
    for number, (word, statement) in enumerate(noisy.items()):
        (tmp_path / f"noisy_{number}.py").write_text(statement + "\n", encoding="utf-8")
        seen = _watch([f"noisy_{number}"], tmp_path)
        assert any(word in line for line in seen), (word, seen)
