"""Reads var/settings.env and puts the shared secret into it at the first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tools.problems import Problem

SECRET = "AFTERCARE_PRIVATE_SECRET"  # noqa: S105 (the name of a setting, not a secret)
HEAD = """\
# Settings of this installation, one NAME=value in a line. They are private: keep this file
# out of version control. Variables of the environment come before what is written here.
"""


def read_settings(path: Path) -> dict[str, str]:
    """The NAME=value lines of a settings file; a missing file holds none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror}).") from error
    found = {}
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("export "):
            line = line[len("export ") :].lstrip()
        name, equals, value = line.partition("=")
        if not equals or name.startswith("#"):
            continue
        found[name.strip().upper()] = _without_quotes(value.strip())
    return found


def _without_quotes(value: str) -> str:
    if value[:1] in ("'", '"'):
        closing = value.find(value[0], 1)
        if closing > 0:
            return value[1:closing]
    return value.split(" #", 1)[0].rstrip()


def ensure_secret(path: Path) -> None:
    """Make the file with a random secret, or add one; only its owner may read the file."""
    if read_settings(path).get(SECRET):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return
    before = path.read_text(encoding="utf-8") if path.exists() else HEAD
    if not before.endswith("\n"):
        before += "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    if draft.exists():
        draft.unlink()
    handle = os.open(str(draft), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(f"{before}{SECRET}={secrets.token_urlsafe(32)}\n")
    os.replace(str(draft), str(path))
