"""`python -m aftercare.backup make [FILE]` and `... restore FILE`, as `make` calls them."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

from aftercare.backup.archive import make_backup, restore_backup
from aftercare.backup.databases import BackupFailed
from aftercare.settings import Settings, settings

USAGE = "usage: python -m aftercare.backup make [FILE] | restore FILE"
_ANSWER_SECONDS = 2.0


def main(arguments: list[str]) -> int:
    os.umask(0o077)
    try:
        match arguments:
            case ["make"]:
                print(_make(_new_file("aftercare")))
            case ["make", file]:
                print(_make(Path(file)))
            case ["restore", file]:
                _restore(Path(file))
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except BackupFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _make(file: Path) -> Path:
    if file.exists():
        raise BackupFailed(f"{file} exists already. Name another file.")
    make_backup(settings(), file, datetime.now(UTC))
    return file


def _restore(file: Path) -> None:
    if _website_answers(settings()):
        raise BackupFailed(
            "Aftercare is running. Stop it (Ctrl-C where `make up` runs), restore, start it again."
        )
    kept = restore_backup(settings(), file, lambda: _make(_new_file("before-restore")))
    print(f"Restored from {file}.")
    if kept:
        print(f"What was there before: {kept}")
    print("Start Aftercare with `make up`; the search index is built anew then.")


def _new_file(title: str) -> Path:
    return settings().var_dir / "backups" / f"{title}-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar.gz"


def _website_answers(chosen: Settings) -> bool:
    """Whether somebody serves the website of these settings on this machine."""
    host = urlsplit(f"//{chosen.host}").hostname or ""
    host = "127.0.0.1" if host in ("", "0.0.0.0") else host  # noqa: S104 - compared, not bound
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.get(f"http://{host}:{chosen.port}/health/live", timeout=_ANSWER_SECONDS)
    except requests.RequestException:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
