"""Finds a Chromium for the browser tests, or installs Debian's where that is allowed."""

from __future__ import annotations

import os
import shutil
from typing import Mapping

from tools.commands import run_logged
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Step

SETTING = "AFTERCARE_TEST_BROWSER"
#: Searched besides PATH, which may be short on a build server.
SYSTEM_PATH = "/usr/bin"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "no Chromium was found. Install it (e.g. `sudo apt-get install chromium`) or name a "
    f"Chrome or Chromium program: {SETTING}=/path/to/chrome"
)


def find_browser(environ: Mapping[str, str]) -> str | None:
    """The path of a Chromium or Chrome; the one that the setting names comes first."""
    named = environ.get(SETTING)
    if named:
        if not os.access(named, os.X_OK):
            raise Problem(f"{SETTING}={named} is not a program that can be run.")
        return named
    path = environ.get("PATH", os.defpath) + os.pathsep + SYSTEM_PATH
    found = (shutil.which(name, path=path) for name in NAMES)
    return next((program for program in found if program), None)


def is_required(environ: Mapping[str, str]) -> bool:
    """Whether a missing browser is a failure (on a build server) and not just told."""
    return any(environ.get(name) not in (None, "", "0") for name in ("CI", "REQUIRE_SERVICES"))


def get_browser(layout: Layout, environ: Mapping[str, str], step: Step) -> str | None:
    """A browser, installed if need be; None when the tests in the browser must be skipped."""
    found = find_browser(environ)
    if found:
        step.skip(f"found ({found})")
        return found
    reason = MISSING
    apt = shutil.which("apt-get", path=environ.get("PATH", os.defpath))
    if apt and os.geteuid() == 0:
        try:
            _install(apt, layout, environ, step)
        except Problem as problem:
            reason = f"{problem}\n{MISSING}"
        found = find_browser(environ)
        if found:
            return found
    if is_required(environ):
        raise Problem(f"The browser tests cannot run: {reason}")
    step.skip(f"THE BROWSER TESTS ARE SKIPPED: {reason}")
    return None


def _install(apt: str, layout: Layout, environ: Mapping[str, str], step: Step) -> None:
    surroundings: dict[str, str] = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "--yes", "--no-install-recommends", "chromium"]
    for name, command in (("update", [apt, "update"]), ("install", install)):
        log = layout.logs / f"browser-{name}.log"
        failure = f"`{' '.join(command)}` failed"
        run_logged(command, step, log, layout.root, surroundings, failure)
