"""A new password for a member of staff, run as the Makefile runs it."""

from __future__ import annotations

from pathlib import Path

from aftercare.staff.sessions import FIRST_EMAIL
from tests.aftercare.staff.installation import Installation


def test_lost_password_is_replaced(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "var")
    first = installation.run("aftercare.prepare").stdout.split()
    assert first[0] == FIRST_EMAIL
    assert installation.password_fits(FIRST_EMAIL, first[1])

    reset = installation.run("aftercare.staff.reset", f" {FIRST_EMAIL.upper()} ")
    assert reset.returncode == 0
    assert installation.password_fits(FIRST_EMAIL, reset.stdout.split()[-1])
    assert not installation.password_fits(FIRST_EMAIL, first[1])

    unknown = installation.run("aftercare.staff.reset", "nobody@aftercare.example")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "nobody@aftercare.example" in unknown.stderr
    assert installation.run("aftercare.staff.reset").returncode == 2
