from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.manuals import importing
from aftercare.manuals.importing import (
    fail_import,
    file_of,
    plan_import,
    remove_left_files,
    run_import,
)
from aftercare.manuals.reading_program import start_reading
from aftercare.manuals.versions import VersionRefused
from aftercare.settings import PROJECT_ROOT, Settings
from aftercare.tables.manuals import ImportState, Manual, ManualImport, ManualStatus
from tests.aftercare.manuals.test_versions import identity

MANUAL = "# Use\n\n1. Open the frobnicator.\n\n# Care\n\nKeep it dry.\n"
PRODUCT = "aroma-c200"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "manual.md"
    path.write_text(MANUAL, encoding="utf-8")
    return path


@pytest.fixture
def command(
    settings: Settings, stocked_sessions: SessionFactory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "aftercare.manuals", *arguments],
            cwd=PROJECT_ROOT,
            env={**os.environ, "AFTERCARE_VAR_DIR": str(settings.var_dir)},
            capture_output=True,
            text=True,
            timeout=100,
        )

    return run


@pytest.mark.processes
def test_command_imports_reports_and_publishes(
    command: Callable[..., subprocess.CompletedProcess[str]],
    stocked_sessions: SessionFactory,
    file: Path,
) -> None:
    done = command("import", str(file), PRODUCT, "en", "--version", "9", "--publish")
    assert done.returncode == 0, done.stderr
    assert "2 sections, 1 steps" in done.stdout
    assert "It answers customers now." in done.stdout
    with reading(stocked_sessions) as session:
        manual = session.scalars(select(Manual).where(Manual.version == "9")).one()
        assert manual.status == ManualStatus.CURRENT
        assert manual.source == "manual.md"
    again = command("import", str(file), PRODUCT, "en", "--version", "9")
    assert again.returncode == 1
    assert "another version" in again.stderr


def test_import_notes_its_progress_and_its_end(
    stocked_sessions: SessionFactory,
    file: Path,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[tuple[str, int]] = []
    read_file = importing.read_file

    def slow(path: Path, progress: Callable[[int, int], None]) -> object:
        progress(1, 3)
        with reading(stocked_sessions) as session:
            row = session.scalars(select(ManualImport)).one()
            heard.append((row.state, row.pages_done))
        return read_file(path)

    monkeypatch.setattr(importing, "read_file", slow)
    with writing(stocked_sessions) as session:
        planned = plan_import(session, identity(), "../../x.md", now)
    done = run_import(stocked_sessions, planned.id, file, lambda: now)
    assert heard == [(ImportState.READING, 1)]
    assert (done.state, done.file_name) == (ImportState.DONE, "x.md")
    fail_import(stocked_sessions, planned.id, "too late", now)
    with reading(stocked_sessions) as session:
        assert session.get_one(ManualImport, planned.id).state == ImportState.DONE


def test_file_that_cannot_be_read_fails_with_its_reason(
    stocked_sessions: SessionFactory, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4 nothing")
    with writing(stocked_sessions) as session:
        planned = plan_import(session, identity(), "x.pdf", now)
    done = run_import(stocked_sessions, planned.id, tmp_path / "x.pdf", lambda: now)
    assert done.state == ImportState.FAILED
    assert "no PDF file" in done.problem


def test_unknown_product_is_refused_before_anything_is_read(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session, pytest.raises(VersionRefused, match="no product"):
        plan_import(session, identity(product="nothing"), "x.pdf", now)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Manual.PDF", "7.pdf"), ("../../etc/passwd", "7"), ("x.p/df", "7"), ("a.é", "7")],
)
def test_name_of_an_upload_leads_nowhere(tmp_path: Path, name: str, kept: str) -> None:
    assert file_of(tmp_path, 7, name) == tmp_path / "manuals" / kept


@pytest.mark.processes
def test_program_of_its_own_reads_an_upload_and_its_death_is_noted(
    stocked_sessions: SessionFactory, settings: Settings, file: Path, now: datetime
) -> None:
    numbers = []
    for version in ("9.1", "9.2"):
        with writing(stocked_sessions) as session:
            planned = plan_import(session, identity(version=version), "x.md", now)
        numbers.append(planned.id)
    target = file_of(settings.var_dir, numbers[0], "x.md")
    target.parent.mkdir()
    target.write_bytes(file.read_bytes())
    for number in numbers:
        start_reading(settings, stocked_sessions, number, lambda: now).join(100)
    with reading(stocked_sessions) as session:
        first, second = (session.get_one(ManualImport, number) for number in numbers)
        assert first.state == ImportState.DONE
        assert second.state == ImportState.FAILED
        assert "cannot be read" in second.problem
    assert not target.exists()


def test_upload_that_nobody_reads_any_more_is_removed(settings: Settings, now: datetime) -> None:
    old, recent = (file_of(settings.var_dir, number, "x.pdf") for number in (1, 2))
    old.parent.mkdir()
    longest = timedelta(seconds=settings.manual_reading_timeout)
    for file, age in ((old, longest + timedelta(hours=1, minutes=1)), (recent, longest)):
        file.write_bytes(b"x")
        os.utime(file, times=((now - age).timestamp(),) * 2)
    assert remove_left_files(settings, now) == 1
    assert [file.exists() for file in (old, recent)] == [False, True]
    assert remove_left_files(settings, now) == 0
