"""A var folder of a test's own, and the staff commands run on it as the Makefile runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from aftercare.database import open_engine, open_sessions, reading
from aftercare.settings import PROJECT_ROOT
from aftercare.staff.passwords import is_password
from aftercare.tables.staff import Staff
from tests.conftest import settings_in

Command = subprocess.CompletedProcess[str]


class Installation:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = settings_in(folder)

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

    def staff(self, email: str) -> Staff:
        engine = open_engine(self.settings)
        with reading(open_sessions(engine)) as session:
            found = session.scalars(select(Staff).where(Staff.email == email)).one()
        engine.dispose()
        return found

    def password_fits(self, email: str, password: str) -> bool:
        return is_password(password, self.staff(email).password_hash)
