"""The private settings of an installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.secrets_file import SECRET, ensure_secret, read_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "settings.env"


def test_the_first_start_makes_a_secret_that_only_the_owner_reads(path: Path) -> None:
    ensure_secret(path)
    assert len(read_settings(path)[SECRET]) >= 32
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_secret_stays_and_the_file_is_closed_to_others(path: Path) -> None:
    ensure_secret(path)
    before = path.read_text()
    path.chmod(0o644)
    ensure_secret(path)
    assert path.read_text() == before
    assert path.stat().st_mode & 0o777 == 0o600


def test_settings_written_by_hand_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("AFTERCARE_PORT=9000")
    ensure_secret(path)
    assert read_settings(path)["AFTERCARE_PORT"] == "9000"
    assert read_settings(path)[SECRET]


def test_every_way_of_writing_a_line_is_read(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(
        "# AFTERCARE_A=comment\n\nexport AFTERCARE_B = 'b # b'\naftercare_c=c=d # why\nnonsense\n"
    )
    assert read_settings(path) == {"AFTERCARE_B": "b # b", "AFTERCARE_C": "c=d"}


def test_no_file_holds_no_settings(path: Path) -> None:
    assert read_settings(path) == {}
