"""Fetches uv from the package index where the machine's Python has neither pip nor venv."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any, Mapping

from tools.problems import Problem
from tools.progress import Step

INDEX = "https://pypi.org/simple"
TIMEOUT = 60.0
CHUNK = 256 * 1024


def machine_tag() -> tuple[str, str]:
    """How the platform tag of a fitting wheel begins and ends."""
    machine = platform.machine().lower()
    if sys.platform == "darwin":
        return "macosx_", "_" + machine
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    glibc = platform.libc_ver()[0] == "glibc"
    return ("manylinux" if glibc else "musllinux"), "_" + machine


def choose_wheel(files: list[dict[str, Any]], version: str) -> dict[str, Any] | None:
    """The entry of an index whose wheel runs on this machine."""
    beginning, end = machine_tag()
    for entry in files:
        name = entry["filename"]
        if not (name.startswith(f"uv-{version}-") and name.endswith(".whl")):
            continue
        tags = name[: -len(".whl")].split("-")[-1].split(".")
        if any(tag.startswith(beginning) and tag.endswith(end) for tag in tags):
            return dict(entry)
    return None


def download_uv(version: str, program: Path, environ: Mapping[str, str], step: Step) -> None:
    """Put the uv program of that version at the path; its checksum is the index's."""
    index = environ.get("UV_DEFAULT_INDEX") or environ.get("PIP_INDEX_URL") or INDEX
    page = index.rstrip("/") + "/uv/"
    try:
        listing = json.loads(_read(page, step, "application/vnd.pypi.simple.v1+json"))
        wheel = choose_wheel(listing["files"], version)
        if wheel is None:
            raise Problem(f"{page} has no uv {version} for this machine.")
        content = _read(urllib.parse.urljoin(page, wheel["url"]), step, "*/*")
        if hashlib.sha256(content).hexdigest() != wheel["hashes"]["sha256"]:
            raise Problem(f"{wheel['filename']} does not have the checksum that {page} names.")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = f"uv-{version}.data/scripts/uv"
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_bytes(archive.read(inside))
        program.chmod(0o755)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise Problem(f"uv cannot be fetched from {page}: {error}") from error


def _read(address: str, step: Step, accept: str) -> bytes:
    if not address.startswith(("https://", "http://")):
        raise Problem(f"{address} is not an address on the web.")
    request = urllib.request.Request(address, headers={"Accept": accept})  # noqa: S310
    content = b""
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        while True:
            part = answer.read(CHUNK)
            if not part:
                return content
            content += part
            step.tick(f"downloading, {len(content) // 1024} KB")
