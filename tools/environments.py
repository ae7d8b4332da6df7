"""Creates environments from their lock files, and knows when there is nothing to do."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from tools.commands import run_logged
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Step

#: These would make uv or pyenv choose another Python or folder than this project says.
#: pyenv's own `python3` sets PYENV_VERSION for everything that it starts.
MISLEADING = (
    "PYENV_VERSION",
    "PYENV_DIR",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "VIRTUAL_ENV",
)

NO_PYTHON = """\
uv could not find or download Python {version}, on which {title} must run.
Install Python {version} (e.g. with `pyenv install {version}`, from your distribution, or let uv
download it: `uv python install {version}`, which needs a network and no UV_PYTHON_DOWNLOADS=never)
and run the same command again. The last lines of {log}:
{lines}"""


@dataclass(frozen=True)
class Environment:
    """One uv project: the folder with pyproject.toml, uv.lock and .python-version."""

    name: str
    title: str
    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"

    @property
    def python_version(self) -> str:
        return (self.folder / ".python-version").read_text(encoding="ascii").strip()

    @property
    def stamp_file(self) -> Path:
        return self.folder / ".venv" / "aftercare.stamp"

    def stamp(self) -> str:
        """Changes with the lock, the wanted Python, the one in use, and when the folder moves."""
        digest = hashlib.sha256(str(self.folder).encode("utf-8"))
        for name in ("uv.lock", "pyproject.toml", ".python-version", ".venv/pyvenv.cfg"):
            path = self.folder / name
            digest.update(name.encode("ascii") + b"\0")
            digest.update(path.read_bytes() if path.exists() else b"missing")
        if self.python.exists():
            digest.update(str(self.python.resolve()).encode("utf-8"))
        return digest.hexdigest()

    def is_current(self) -> bool:
        if not (self.python.exists() and self.stamp_file.exists()):
            return False
        return self.stamp_file.read_text(encoding="ascii") == self.stamp()


def environments(layout: Layout) -> list[Environment]:
    """The environments that the desk runs in."""
    return [
        Environment("service", "the services", layout.root),
        Environment("bot", "the bot", layout.bot_folder),
    ]


def stock_environment(layout: Layout) -> Environment:
    """The whole Rasa with TensorFlow, 2.5 GB: made only where a comparison with it is wanted."""
    return Environment("stock", "the stock Rasa", layout.bot_folder / "compare" / "stock")


def plain_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The surroundings without what would lead uv astray."""
    kept = {name: value for name, value in environ.items() if name not in MISLEADING}
    kept.setdefault("UV_HTTP_TIMEOUT", "180")
    return kept


def quick_environ(layout: Layout, environ: Mapping[str, str]) -> dict[str, str]:
    """The plain surroundings of a program that keeps what Python compiles, whatever they say:
    where that is forbidden, as in many containers, compiling is more than half of every start.
    """
    kept = plain_environ(environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept["PYTHONPYCACHEPREFIX"] = str(layout.bytecode)
    return kept


def create_environment(
    environment: Environment, uv: str, layout: Layout, environ: Mapping[str, str], step: Step
) -> None:
    """Bring one environment in line with its lock file; quick when it already is."""
    if environment.is_current():
        step.skip("up to date")
        return
    folder = environment.folder
    home = folder / ".venv"
    if _was_made_elsewhere(environment):
        shutil.rmtree(str(home))
    log = layout.logs / f"setup-{environment.name}.log"
    surroundings = plain_environ(environ)
    failure = f"Installing the packages of {environment.title} failed"
    advice = "If the network was the reason, run the same command again: it goes on from there."
    try:
        run_logged([uv, "sync", "--frozen"], step, log, folder, surroundings, failure, advice)
    except Problem as problem:
        if _python_is_there(uv, folder, surroundings):
            raise
        lines = str(problem).split("\n")[1:-1]
        raise Problem(
            NO_PYTHON.format(
                version=environment.python_version,
                title=environment.title,
                log=layout.shown(log),
                lines="\n".join(lines),
            )
        ) from problem
    environment.stamp_file.write_text(environment.stamp(), encoding="ascii")


def _was_made_elsewhere(environment: Environment) -> bool:
    """Programs in an environment name its folder, so a moved or copied one is made anew."""
    activate = environment.folder / ".venv" / "bin" / "activate"
    if not activate.exists():
        return False
    home = str(environment.folder / ".venv")
    return home not in activate.read_text(encoding="utf-8", errors="replace")


def _python_is_there(uv: str, folder: Path, environ: Mapping[str, str]) -> bool:
    answer = subprocess.run(
        [uv, "python", "find"],
        cwd=str(folder),
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return answer.returncode == 0
