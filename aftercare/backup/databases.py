"""Copies a database in use into a file, and such a file back into a database."""

from __future__ import annotations

import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from aftercare.errors import AftercareError


class BackupFailed(AftercareError):
    """A copy could not be made or brought back; the message is for the operator."""


def copy_sqlite(source: Path, target: Path, *, lock_seconds: float) -> None:
    """Copy a SQLite file as it was at one moment, while others read and write it.

    A target that exists gets the source's content in one transaction. Raises BackupFailed.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as taken,
            closing(sqlite3.connect(target, timeout=lock_seconds)) as given,
        ):
            taken.backup(given)
    except sqlite3.Error as error:
        raise BackupFailed(f"{source} could not be copied to {target}: {error}") from error


def check_sqlite(file: Path) -> None:
    """Make sure that a copy is sound and one plain file. Raises BackupFailed where it is not."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
            (answer,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupFailed(f"{file.name} is not a readable SQLite database: {error}") from error
    if answer != "ok":
        raise BackupFailed(f"{file.name} is damaged: {answer}")


def dump_postgresql(url: URL, target: Path) -> None:
    """Copy a PostgreSQL database as it was at one moment. Raises BackupFailed."""
    _run_on(url, ["pg_dump", "--format=custom", "--no-owner", f"--file={target}"])


def restore_postgresql(url: URL, source: Path) -> None:
    """Bring a dump back in one transaction, over what the database holds. Raises BackupFailed."""
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    _run_on(url, ["pg_restore", *options, str(source)])


def check_dump(file: Path) -> None:
    """Raises BackupFailed where the file is no dump that pg_restore can read."""
    _run(["pg_restore", "--list", str(file)])


def _run_on(url: URL, command: Sequence[str]) -> None:
    """Run a client program on the database; every user of the machine can read its arguments."""
    with tempfile.NamedTemporaryFile("w", suffix=".pgpass") as passwords:
        password = (url.password or "").replace("\\", "\\\\").replace(":", "\\:")
        passwords.write(f"*:*:*:*:{password}\n")
        passwords.flush()
        _run([*command, f"--dbname={_conninfo(url, passwords.name if password else None)}"])


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and the operator's own settings
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise BackupFailed(
            f"{command[0]} is not installed. Install PostgreSQL's client programs of the server's "
            "version or newer (Debian: postgresql-client), then run the same command again."
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise BackupFailed(f"{command[0]} failed (exit code {done.returncode}):\n{said}")


def _conninfo(url: URL, password_file: str | None) -> str:
    given = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "dbname": url.database,
        "passfile": password_file,
    }
    named = {name: str(value) for name, value in (given | dict(url.query)).items() if value}
    return make_conninfo("", **named)
