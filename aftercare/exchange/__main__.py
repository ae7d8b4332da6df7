"""The operator's commands: `make import-csv` and `make export-data`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.errors import CatalogueError, StaleEdit, StorageUnavailable, UnusableFile
from aftercare.exchange.everything import stream_everything
from aftercare.exchange.transfers import Checked, apply_file, check_file, file_of, note_export
from aftercare.progress import ProgressBar
from aftercare.settings import Settings, settings
from aftercare.tables.exchange import TransferKind
from aftercare.tickets.history import DESK

USAGE = """\
usage: python -m aftercare.exchange import products|customers|sales FILE [--dry-run]
       python -m aftercare.exchange export FOLDER"""
_MISTAKES_SHOWN = 100
_IMPORTS = [kind.value for kind in TransferKind if kind is not TransferKind.EVERYTHING]


def main(arguments: list[str]) -> int:
    # What is written belongs to its owner only.
    os.umask(0o077)
    work = _work(arguments)
    if work is None:
        print(USAGE, file=sys.stderr)
        return 2
    chosen = settings()
    engine = open_engine(chosen)
    try:
        return work(open_sessions(engine), chosen)
    except (UnusableFile, CatalogueError) as error:
        print(error, file=sys.stderr)
    except StaleEdit as error:
        print(f"What is on file has changed meanwhile ({error}). Try again.", file=sys.stderr)
    except StorageUnavailable:
        print("The database cannot be reached or is locked. Nothing was done.", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    finally:
        engine.dispose()
    return 1


def _work(arguments: list[str]) -> Callable[[SessionFactory, Settings], int] | None:
    match arguments:
        case ["import", kind, file] if kind in _IMPORTS:
            return lambda sessions, chosen: _import(sessions, chosen, kind, Path(file), dry=False)
        case ["import", kind, file, "--dry-run"] if kind in _IMPORTS:
            return lambda sessions, chosen: _import(sessions, chosen, kind, Path(file), dry=True)
        case ["export", folder]:
            return lambda sessions, _chosen: _export(sessions, Path(folder))
    return None


def _import(sessions: SessionFactory, chosen: Settings, kind: str, file: Path, *, dry: bool) -> int:
    content = file.read_bytes()
    with ProgressBar("Trying out", sys.stderr) as bar:
        checked = check_file(
            sessions, chosen, TransferKind(kind), content, file.name, by=DESK, now=_now(), tell=bar
        )
    if checked.mistakes:
        _tell_mistakes(checked)
        return 1
    if dry:
        file_of(chosen, checked.transfer.id).unlink(missing_ok=True)
        print(f"{_counted(checked.transfer)} Nothing was written: this was a dry run.")
        return 0
    with ProgressBar("Taking in", sys.stderr) as bar:
        done = apply_file(sessions, chosen, checked.transfer.id, by=DESK, now=_now(), tell=bar)
    print(f"{_counted(done)} It is done.")
    return 0


def _tell_mistakes(checked: Checked) -> None:
    for one in checked.mistakes[:_MISTAKES_SHOWN]:
        print(f"line {one.line}, {one.column or 'line'}: {one.reason}", file=sys.stderr)
    if len(checked.mistakes) > _MISTAKES_SHOWN:
        print(f"and {len(checked.mistakes) - _MISTAKES_SHOWN} more", file=sys.stderr)
    print("Nothing was written. Correct these lines and try again.", file=sys.stderr)


def _counted(transfer: object) -> str:
    told = {name: getattr(transfer, name) for name in ("added", "changed", "unchanged")}
    return ", ".join(f"{number} {name}" for name, number in told.items()) + "."


def _export(sessions: SessionFactory, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    now = _now()
    file = folder / f"aftercare-{now:%Y%m%d-%H%M%S}.zip"
    # Whoever finds the file finds all of it.
    begun = file.with_suffix(".part")
    try:
        with begun.open("xb") as written:
            for piece in stream_everything(sessions, now):
                written.write(piece)
        begun.rename(file)
    finally:
        begun.unlink(missing_ok=True)
    with writing(sessions) as session:
        note_export(session, file.name, by=DESK, now=now)
    print(f"Written to {file}. It holds personal data: keep it safe, and delete it after use.")
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
