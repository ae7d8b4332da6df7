"""The operator's command `make import-manual`, and what reads a file for the console."""

from __future__ import annotations

import argparse
import os
import resource
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import ValidationError

from aftercare.catalogue.entries import LANGUAGES
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.errors import GuidanceUnavailable, NotFound, StorageUnavailable
from aftercare.guidance.index import build_index
from aftercare.manuals.importing import file_of, plan_import, run_import
from aftercare.manuals.report import shown
from aftercare.manuals.versions import ManualIdentity, VersionRefused, publish, sections_missed
from aftercare.settings import Settings, settings
from aftercare.tables.manuals import ImportState, Manual, ManualImport

#: A file that makes the reader ask for more memory than this is hostile.
_MOST_MEMORY = 4 * 1024**3


def main(arguments: list[str]) -> int:
    # What is written belongs to its owner only.
    os.umask(0o077)
    asked = _parser().parse_args(arguments)
    # The console hands over its own settings.
    chosen = Settings.model_validate_json(sys.stdin.read()) if asked.what == "read" else settings()
    engine = open_engine(chosen)
    sessions = open_sessions(engine)
    try:
        if asked.what == "read":
            return _read_upload(sessions, chosen, asked.number)
        return _import(sessions, chosen, asked)
    except (VersionRefused, NotFound, GuidanceUnavailable) as error:
        print(error, file=sys.stderr)
    except ValidationError as error:
        for problem in error.errors():
            print(f"{problem['loc'][0]}: {problem['msg']}", file=sys.stderr)
    except StorageUnavailable:
        print("The database cannot be reached or is locked. Try again.", file=sys.stderr)
    finally:
        engine.dispose()
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m aftercare.manuals")
    kinds = parser.add_subparsers(dest="what", required=True)
    one = kinds.add_parser("import", help="read a file and store it as a draft")
    one.add_argument("file", type=Path)
    one.add_argument("product", help="the product's id in the catalogue")
    one.add_argument("language", choices=LANGUAGES)
    one.add_argument("--version", default="1.0")
    one.add_argument("--title", default="", help="without one, the file's own")
    one.add_argument("--date", default=date.today().isoformat(), help="of the manual: 2026-03-31")
    one.add_argument("--models", default="", help="the models that it is for")
    one.add_argument("--source", default="", help="where it is from")
    one.add_argument("--licence", default="")
    one.add_argument("--publish", action="store_true", help="let it answer customers at once")
    read = kinds.add_parser("read", help="read a file that was given in the console")
    read.add_argument("number", type=int)
    return parser


def _import(sessions: SessionFactory, chosen: Settings, asked: argparse.Namespace) -> int:
    identity = ManualIdentity.model_validate(
        {
            "product": asked.product,
            "language": asked.language,
            "version": asked.version,
            "published_on": asked.date,
            "title": asked.title,
            "models": asked.models,
            "source": asked.source,
            "licence": asked.licence,
        }
    )
    with writing(sessions) as session:
        planned = plan_import(session, identity, asked.file.name, _now())
    done = run_import(sessions, planned.id, asked.file, _now)
    if done.state != ImportState.DONE or done.manual_id is None:
        print(done.problem, file=sys.stderr)
        return 1
    _tell(sessions, done)
    if asked.publish:
        with writing(sessions) as session:
            publish(session, session.get_one(Manual, done.manual_id), _now())
        build_index(sessions, chosen.var_dir)
        print("It answers customers now.")
    else:
        print("It is a draft: look through it in the console under Manuals, then publish it there.")
    return 0


def _tell(sessions: SessionFactory, done: ManualImport) -> None:
    with reading(sessions) as session:
        manual = session.get_one(Manual, done.manual_id)
        print(f"{manual.title}, version {manual.version}: {done.file_name}")
        print(shown(manual.report))
        missed = sections_missed(session, manual)
    if missed:
        print(f"  the maintenance plan names sections that it has not: {', '.join(missed)}")


def _read_upload(sessions: SessionFactory, chosen: Settings, number: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    with reading(sessions) as session:
        row = session.get(ManualImport, number)
        if row is None:
            raise NotFound(f"There is no import {number}.")
        path = file_of(chosen.var_dir, row.id, row.file_name)
    try:
        return 0 if run_import(sessions, number, path, _now).state == ImportState.DONE else 1
    finally:
        # What was read of it is in the database; who wants to try again has the file.
        path.unlink(missing_ok=True)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
