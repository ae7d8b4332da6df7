"""A new password for a member of staff, run as the Makefile runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from aftercare.database import open_engine, open_sessions, reading
from aftercare.settings import PROJECT_ROOT
from aftercare.staff.passwords import is_password
from aftercare.staff.sessions import FIRST_EMAIL
from aftercare.tables.staff import Staff
from tests.conftest import settings_in

Command = subprocess.CompletedProcess[str]


class Installation:
    """A var folder of its own, and the commands run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, module: str, *arguments: str) -> Command:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT_ROOT,
            env={"AFTERCARE_VAR_DIR": str(self.folder), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def password_fits(self, password: str) -> bool:
        engine = open_engine(settings_in(self.folder))
        with reading(open_sessions(engine)) as session:
            staff = session.scalars(select(Staff)).one()
            fits = is_password(password, staff.password_hash)
        engine.dispose()
        return fits


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "var")


def test_lost_password_is_replaced(installation: Installation) -> None:
    first = installation.run("aftercare.prepare").stdout.split()
    assert first[0] == FIRST_EMAIL
    assert installation.password_fits(first[1])

    reset = installation.run("aftercare.staff.reset", f" {FIRST_EMAIL.upper()} ")
    assert reset.returncode == 0
    assert installation.password_fits(reset.stdout.split()[-1])
    assert not installation.password_fits(first[1])

    unknown = installation.run("aftercare.staff.reset", "nobody@aftercare.example")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "nobody@aftercare.example" in unknown.stderr
    assert installation.run("aftercare.staff.reset").returncode == 2
