"""Finds uv, or puts it into the project's own folder; installs nothing outside of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Mapping

from tools.commands import run_logged
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Step
from tools.wheel_download import download_uv

PINNED = "0.13.8"
#: Older releases do not read everything that is in the lock files.
OLDEST = (0, 8)

HOW_TO_INSTALL = """\
Aftercare needs the program uv and could neither find nor fetch it.
Tried: {tried}.
What to do, one of these, then run the same command again:
  * check that this machine reaches the Python package index (a proxy may need setting up);
  * install uv yourself (https://docs.astral.sh/uv/getting-started/installation/);
  * if it is installed somewhere unusual, name it: UV=/path/to/uv make up
Details: {log}"""


def own_uv(layout: Layout) -> Path:
    return layout.tools_folder / "uv" / "bin" / "uv"


def uv_version(program: str) -> tuple[int, int] | None:
    """Major and minor number of a uv program; None where it does not run."""
    try:
        answer = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"uv (\d+)\.(\d+)", answer.stdout.decode("utf-8", "replace"))
    return (int(found.group(1)), int(found.group(2))) if found else None


def find_uv(layout: Layout, environ: Mapping[str, str]) -> str | None:
    """A uv that runs and is new enough: $UV, then PATH, then the project's own."""
    named = environ.get("UV")
    if named and uv_version(named) is None:
        raise Problem(f"UV={named} does not run as uv. Correct or unset the variable UV.")
    on_path = shutil.which("uv", path=environ.get("PATH", os.defpath))
    for program in (named, on_path, str(own_uv(layout))):
        if program and (uv_version(program) or (0, 0)) >= OLDEST:
            return program
    return None


def get_uv(layout: Layout, environ: Mapping[str, str], step: Step) -> str:
    """The uv to use; fetched with pip, or without it, when there is none."""
    found = find_uv(layout, environ)
    if found:
        step.skip(f"found ({found})")
        return found
    log = layout.logs / "uv.log"
    tried = ["$UV", "PATH", layout.shown(own_uv(layout))]
    target = str(layout.tools_folder / "uv")
    fetcher = layout.tools_folder / "fetcher"
    install = ["-m", "pip", "install", "--quiet", "--upgrade", "--target", target]
    wanted = "uv==" + PINNED
    attempts: list[tuple[str, list[list[str]]]] = [
        ("pip", [[sys.executable, *install, wanted]]),
        (
            "pip in an environment of its own",
            [
                [sys.executable, "-m", "venv", "--clear", str(fetcher)],
                [str(fetcher / "bin" / "python"), *install, wanted],
            ],
        ),
    ]
    for name, commands in attempts:
        tried.append(name)
        if _all_succeed(commands, layout, environ, step, log) and find_uv(layout, environ):
            shutil.rmtree(str(fetcher), ignore_errors=True)
            return str(own_uv(layout))
    shutil.rmtree(str(fetcher), ignore_errors=True)
    tried.append("a download from the package index")
    try:
        download_uv(PINNED, own_uv(layout), environ, step)
    except Problem as error:
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"\n{error}\n")
    if find_uv(layout, environ):
        return str(own_uv(layout))
    raise Problem(HOW_TO_INSTALL.format(tried=", ".join(tried), log=layout.shown(log)))


def _all_succeed(
    commands: list[list[str]], layout: Layout, environ: Mapping[str, str], step: Step, log: Path
) -> bool:
    try:
        for command in commands:
            run_logged(command, step, log, layout.root, environ, "getting uv failed")
    except Problem:
        return False
    return True
