"""A new member of staff: the command as the Makefile runs it, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aftercare.staff import add
from aftercare.staff.roles import Role
from tests.aftercare.staff.installation import Installation

EMAIL = "ann.lee@marulho.example"


@pytest.fixture
def installation(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """One without staff, for commands in this process and outside."""
    shutil.copy(migrated_file, tmp_path / "aftercare.db")
    installation = Installation(tmp_path)
    monkeypatch.setattr(add, "settings", lambda: installation.settings)
    return installation


def test_new_member_signs_in_with_the_password_that_is_shown(installation: Installation) -> None:
    added = installation.run("aftercare.staff.add", f" {EMAIL.title()} ", "Ann Lee", "manager")
    assert added.returncode == 0, added.stderr
    staff = installation.staff(EMAIL)
    assert (staff.name, staff.role, staff.active) == ("Ann Lee", Role.MANAGER, True)
    assert installation.password_fits(EMAIL, added.stdout.split()[-1])


def test_known_address_is_refused_and_keeps_its_password(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add.main([EMAIL, "Ann Lee", "agent"]) == 0
    password = capsys.readouterr().out.split()[-1]
    assert add.main([EMAIL.upper(), "Somebody Else", "admin"]) == 1
    assert "make staff-password" in capsys.readouterr().err
    assert installation.password_fits(EMAIL, password)
    assert installation.staff(EMAIL).role == Role.AGENT


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ann.lee", "Ann Lee", "agent"], 1, "no e-mail address"),
        ([EMAIL, " ", "agent"], 1, "A name"),
        ([EMAIL, "A" * 201, "agent"], 1, "A name"),
        ([EMAIL, "Ann Lee", "boss"], 2, "agent|manager|admin"),
        ([EMAIL], 2, "usage: make staff-add"),
    ],
)
@pytest.mark.usefixtures("installation")
def test_what_cannot_be_is_refused_with_the_reason(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert add.main(arguments) == code
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""
