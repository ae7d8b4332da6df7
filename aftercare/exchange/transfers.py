"""Takes a file of records in: first a dry run with every mistake, then all of it or nothing."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.catalogue.files import read_company
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound, StaleEdit, UnusableFile
from aftercare.exchange.customers import CUSTOMERS
from aftercare.exchange.plans import Kind, Plan, Setting, Tell, carry_out, silent
from aftercare.exchange.products import PRODUCTS
from aftercare.exchange.sales import SALES
from aftercare.exchange.sheets import Mistake, Sheet, read_sheet
from aftercare.settings import Settings
from aftercare.tables.exchange import DataTransfer, TransferKind, TransferState
from aftercare.tickets.history import Actor

_log = logging.getLogger(__name__)

KINDS: dict[TransferKind, Kind] = {
    TransferKind.PRODUCTS: PRODUCTS,
    TransferKind.CUSTOMERS: CUSTOMERS,
    TransferKind.SALES: SALES,
}
#: Where a checked file waits to be applied, and for how long.
FOLDER = "imports"
_WAITS = timedelta(hours=24)
#: How often a file is looked at anew where what is on file changes meanwhile.
_ATTEMPTS = 5


@dataclass(frozen=True)
class Checked:
    """A dry run: what it would do, and why lines cannot be taken."""

    transfer: DataTransfer
    mistakes: list[Mistake]


def company_setting(settings: Settings, by: Actor, now: datetime, tell: Tell = silent) -> Setting:
    """The company's day and language. Raises CatalogueError without a company file."""
    company = read_company(settings.catalogue_dir)
    zone = ZoneInfo(company.business_hours.time_zone)
    return Setting(now.astimezone(zone).date(), now, company.default_language, by, tell)


def check_file(
    sessions: SessionFactory,
    settings: Settings,
    kind: TransferKind,
    content: bytes,
    file_name: str,
    *,
    by: Actor,
    now: datetime,
    tell: Tell = silent,
) -> Checked:
    """Try a file out and note what came of it; without mistakes it waits to be applied.

    `tell` hears how many of its lines are read. Raises UnusableFile where nothing of it can be
    read, StorageUnavailable.
    """
    sheet = _sheet(settings, kind, content)
    with reading(sessions) as session:
        setting = company_setting(settings, by, now, tell)
        plan = KINDS[kind].plan(session, sheet.rows, setting)
    mistakes = _sorted(sheet, plan)
    transfer = DataTransfer(
        kind=kind,
        state=TransferState.REFUSED if mistakes else TransferState.CHECKED,
        file_name=Path(file_name).name[:200],
        digest=hashlib.sha256(content).hexdigest(),
        added=plan.added,
        changed=plan.changed,
        unchanged=plan.unchanged,
        mistakes=len(mistakes),
        staff_id=by.staff_id,
        actor=by.name,
        at=now,
    )
    with writing(sessions) as session:
        session.add(transfer)
        session.flush()
        if not mistakes:
            file = file_of(settings, transfer.id)
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
            file.write_bytes(content)
    return Checked(transfer, mistakes)


def apply_file(
    sessions: SessionFactory,
    settings: Settings,
    number: int,
    *,
    by: Actor,
    now: datetime,
    tell: Tell = silent,
) -> DataTransfer:
    """Write what the checked file holds, in one transaction, and remove the file.

    `tell` hears how many of its lines are read. Raises NotFound without such a file, StaleEdit
    where it was applied already or what is on file has changed so that it cannot be taken any more,
    StorageUnavailable. Nothing is written then.
    """
    file = file_of(settings, number)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotFound("no such file waits") from error
    with reading(sessions) as session:
        waiting = session.get(DataTransfer, number)
        if waiting is None or waiting.digest != hashlib.sha256(content).hexdigest():
            raise NotFound("no such file waits")
    kind = TransferKind(waiting.kind)
    sheet = _sheet(settings, kind, content)
    setting = company_setting(settings, by, now, tell)
    for _ in range(_ATTEMPTS):
        # Anew, because the dry run may be hours old; and before anything is locked.
        with reading(sessions) as session:
            plan = KINDS[kind].plan(session, sheet.rows, setting)
        _check_plan(sheet, plan)
        try:
            with writing(sessions) as session:
                transfer = _settle(session, number, plan, setting)
        except IntegrityError:
            # On PostgreSQL others may write between the last look and the commit.
            continue
        if transfer is not None:
            break
    else:
        raise StaleEdit("the records of the file are being changed by others all the time")
    file.unlink(missing_ok=True)
    _log.info("exchange.imported kind=%s added=%s changed=%s", kind, plan.added, plan.changed)
    return transfer


def _settle(session: Session, number: int, plan: Plan, setting: Setting) -> DataTransfer | None:
    """Write the plan; None, and nothing is written, where it no longer fits what is on file.

    Raises StaleEdit where the file was applied already.
    """
    transfer = session.get_one(DataTransfer, number, with_for_update=True)
    if transfer.state != TransferState.CHECKED:
        raise StaleEdit("the file was applied already")
    if not plan.stands(session):
        return None
    carry_out(session, plan)
    transfer.state, transfer.settled_at = TransferState.DONE, setting.now
    transfer.added, transfer.changed = plan.added, plan.changed
    transfer.unchanged = plan.unchanged
    transfer.staff_id, transfer.actor = setting.by.staff_id, setting.by.name
    return transfer


def _check_plan(sheet: Sheet, plan: Plan) -> None:
    """Raises StaleEdit where the file cannot be taken any more."""
    if mistakes := _sorted(sheet, plan):
        first = mistakes[0]
        raise StaleEdit(f"line {first.line}, {first.column}: {first.reason}")


def note_export(session: Session, file_name: str, *, by: Actor, now: datetime) -> None:
    """Keep that all records were handed out, and by whom."""
    session.add(
        DataTransfer(
            kind=TransferKind.EVERYTHING,
            state=TransferState.DONE,
            file_name=file_name,
            digest="",
            staff_id=by.staff_id,
            actor=by.name,
            at=now,
            settled_at=now,
        )
    )


def file_of(settings: Settings, number: int) -> Path:
    """Where a checked file waits; nothing of its name is used."""
    return settings.var_dir / FOLDER / f"{number}.csv"


def progress_file_of(settings: Settings, number: int) -> Path:
    """Where stands how far it is with that file (under_way.py)."""
    return file_of(settings, number).with_suffix(".json")


def remove_unapplied(settings: Settings, now: datetime) -> int:
    """Remove files that nobody applied in time, and what was said of them; how many."""
    removed = 0
    for file in (settings.var_dir / FOLDER).glob("*.*"):
        try:
            if file.stat().st_mtime < (now - _WAITS).timestamp():
                file.unlink()
                removed += file.suffix == ".csv"
        except FileNotFoundError:
            # Another process was quicker.
            continue
    return removed


def _sheet(settings: Settings, kind: TransferKind, content: bytes) -> Sheet:
    if len(content) > settings.max_import_bytes:
        raise UnusableFile(
            f"The file is larger than {settings.max_import_bytes} bytes. Divide it into several."
        )
    return read_sheet(content, KINDS[kind].columns, KINDS[kind].most_rows)


def _sorted(sheet: Sheet, plan: Plan) -> list[Mistake]:
    """Every mistake once; what the sheet told of a cell already is not told again."""
    told = {(one.line, one.column) for one in sheet.mistakes}
    rest = [one for one in plan.mistakes if (one.line, one.column) not in told]
    return sorted([*sheet.mistakes, *rest], key=lambda one: (one.line, one.column))
