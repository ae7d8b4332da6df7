"""The pages about records as files: take some in, after a dry run, or hand out all of them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select
from starlette.background import BackgroundTask

from aftercare.errors import NotFound, StaleEdit, UnusableFile
from aftercare.exchange.everything import stream_everything
from aftercare.exchange.sheets import Mistake
from aftercare.exchange.transfers import KINDS, apply_file, check_file, file_of, note_export
from aftercare.exchange.under_way import UnderWay, how_far, note, take_in
from aftercare.settings import Settings
from aftercare.staff.roles import INTEGRATIONS
from aftercare.tables.exchange import DataTransfer, TransferKind, TransferState
from aftercare.tickets.history import Actor
from console.access import Visit, open_change, open_form_visit, open_visit
from console.forms import Form
from console.pages import go
from console.systems_pages import show_systems
from console.uploads import SentFile

router = APIRouter()

_log = logging.getLogger(__name__)

_LARGEST_ID = 2**31 - 1
_RECENT = 20
#: A larger file takes a second or more to be taken in.
_LARGE_BYTES = 200_000
#: Seconds after which a page about something under way looks again.
_LOOK_AGAIN = 2
_MISTAKES_SHOWN = 200
KIND_WORDS = {
    TransferKind.PRODUCTS: "Products",
    TransferKind.CUSTOMERS: "Customers",
    TransferKind.SALES: "Past sales",
    TransferKind.EVERYTHING: "All records, handed out",
}
STATE_WORDS = {
    TransferState.CHECKED: "Tried out",
    TransferState.DONE: "Done",
    TransferState.REFUSED: "Refused",
}


@router.get("/exchange", name="exchange")
def show_exchange(request: Request) -> Response:
    with open_visit(request, INTEGRATIONS) as visit:
        return _page(request, visit)


@router.post("/exchange/import", name="check_import")
def check_import(request: Request, sent: SentFile) -> Response:
    """A dry run: nothing of the file is taken yet."""
    with open_form_visit(request, sent.fields, INTEGRATIONS) as visit:
        desk, now, by = visit.desk, visit.now, Actor.of(visit.staff)
        kind = _kind(sent.fields.get("kind", ""))
        if sent.file is None or kind is None:
            return _page(request, visit, status=422, problem="Choose a file and what it holds.")
    if (sent.file.size or 0) > desk.settings.max_import_bytes:
        problem = f"The file is larger than {desk.settings.max_import_bytes} bytes. Divide it."
        return _refused(request, kind, problem)
    content = sent.file.file.read()
    name = sent.file.filename or ""
    try:
        checked = check_file(desk.sessions, desk.settings, kind, content, name, by=by, now=now)
    except UnusableFile as error:
        return _refused(request, kind, str(error))
    if checked.mistakes:
        return _refused(request, kind, "", checked.mistakes)
    return go(request, "transfer", number=checked.transfer.id)


@router.get("/exchange/{number:int}", name="transfer")
def show_transfer(request: Request, number: int) -> Response:
    with open_visit(request, INTEGRATIONS) as visit:
        return _transfer_page(request, visit, number)


@router.post("/exchange/{number:int}/apply", name="apply_import")
def apply_import(request: Request, number: int, form: Form) -> Response:
    """A small file is taken in at once, a large one while the page tells how far it is."""
    with open_form_visit(request, form, INTEGRATIONS) as visit:
        desk, now, by = visit.desk, visit.now, Actor.of(visit.staff)
        _find(visit, number)
    done = go(request, "transfer", {"saved": "yes"}, number=number)
    going = how_far(desk.settings, number, datetime.now(UTC))
    if going and not going.problem:
        return done
    if _is_large(desk.settings, number):
        note(desk.settings, number, UnderWay())
        done.background = BackgroundTask(
            take_in, desk.sessions, desk.settings, number, by=by, now=now
        )
        return done
    try:
        apply_file(desk.sessions, desk.settings, number, by=by, now=now)
    except (StaleEdit, NotFound, UnusableFile) as error:
        with open_visit(request, INTEGRATIONS) as visit:
            return _transfer_page(request, visit, number, status=409, problem=str(error))
    return done


def _is_large(settings: Settings, number: int) -> bool:
    try:
        return file_of(settings, number).stat().st_size > _LARGE_BYTES
    except FileNotFoundError:
        return False


@router.post("/exchange/everything", name="export_everything")
def export_everything(request: Request, form: Form) -> Response:
    with open_change(request, form, INTEGRATIONS) as visit:
        name = f"aftercare-{visit.now:%Y%m%d-%H%M%S}.zip"
        note_export(visit.session, name, by=Actor.of(visit.staff), now=visit.now)
        sessions, now = visit.desk.sessions, visit.now
    _log.info("console.everything_handed_out")
    return StreamingResponse(
        stream_everything(sessions, now),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _kind(name: str) -> TransferKind | None:
    return next((kind for kind in KINDS if kind == name), None)


def _find(visit: Visit, number: int) -> DataTransfer:
    found = visit.session.get(DataTransfer, min(number, _LARGEST_ID))
    if found is None:
        raise NotFound("no such transfer")
    return found


def _refused(
    request: Request, kind: TransferKind, problem: str, mistakes: list[Mistake] | None = None
) -> Response:
    with open_visit(request, INTEGRATIONS) as visit:
        return _page(
            request, visit, status=422, problem=problem, mistakes=mistakes or [], chosen=kind
        )


def _page(
    request: Request,
    visit: Visit,
    *,
    status: int = 200,
    problem: str = "",
    mistakes: list[Mistake] | None = None,
    chosen: str = "",
) -> Response:
    recent = visit.session.scalars(
        select(DataTransfer).order_by(DataTransfer.id.desc()).limit(_RECENT)
    ).all()
    found = mistakes or []
    return _show(
        request,
        "exchange.html",
        status=status,
        kinds=KINDS,
        recent=recent,
        problem=problem,
        mistakes=found[:_MISTAKES_SHOWN],
        more_mistakes=max(0, len(found) - _MISTAKES_SHOWN),
        chosen=chosen,
        most_megabytes=visit.desk.settings.max_import_bytes // 2**20,
    )


def _transfer_page(
    request: Request,
    visit: Visit,
    number: int,
    *,
    status: int = 200,
    problem: str = "",
) -> Response:
    transfer, settings = _find(visit, number), visit.desk.settings
    waits = transfer.state == TransferState.CHECKED
    going = how_far(settings, transfer.id, datetime.now(UTC)) if waits else None
    page = _show(
        request,
        "transfer.html",
        status=status,
        transfer=transfer,
        going=going if going and not going.problem else None,
        can_apply=waits and file_of(settings, transfer.id).exists(),
        problem=problem or (going.problem if going else ""),
    )
    if going and not going.problem:
        page.headers["Refresh"] = str(_LOOK_AGAIN)
    return page


def _show(request: Request, template: str, **values: Any) -> Response:
    return show_systems(request, template, kind_words=KIND_WORDS, state_words=STATE_WORDS, **values)
