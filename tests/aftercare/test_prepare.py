"""What `make up` runs before the programs start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aftercare.settings import PROJECT_ROOT


def prepare(var_dir: Path, catalogue: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE_")},
        "AFTERCARE_VAR_DIR": str(var_dir),
        "AFTERCARE_CATALOGUE_DIR": str(catalogue or PROJECT_ROOT / "catalogue"),
    }
    return subprocess.run(
        [sys.executable, "-m", "aftercare.prepare"],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.processes
def test_first_time_makes_everything_and_tells_the_login_once(tmp_path: Path) -> None:
    first = prepare(tmp_path)
    assert first.returncode == 0, first.stderr
    email, password = first.stdout.split()
    assert "@" in email
    assert len(password) >= 20
    assert (tmp_path / "aftercare.db").exists()
    assert (tmp_path / "guidance" / "en.db").exists()
    second = prepare(tmp_path)
    assert (second.returncode, second.stdout) == (0, "")


@pytest.mark.processes
def test_only_the_owner_may_read_the_databases(tmp_path: Path) -> None:
    (tmp_path / "rasa-tracker.db").touch(mode=0o644)
    assert prepare(tmp_path).returncode == 0
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("*.db*")}
    assert modes.keys() >= {"aftercare.db", "rasa-tracker.db"}
    assert set(modes.values()) == {0o600}


@pytest.mark.processes
def test_mistake_in_the_catalogue_is_told_with_its_place(tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue"
    shutil.copytree(PROJECT_ROOT / "catalogue", catalogue)
    broken = catalogue / "products" / "mare-w900.yml"
    broken.write_text(broken.read_text().replace("importance: 5", "importance: 9"))
    answer = prepare(tmp_path / "var", catalogue)
    assert answer.returncode == 1
    assert "mare-w900.yml" in answer.stderr
    assert "importance" in answer.stderr
    assert "Traceback" not in answer.stderr
