"""The pages about records as files: take some in, after a dry run, or hand out all of them."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select

from aftercare.errors import NotFound, StaleEdit, UnusableFile
from aftercare.exchange.everything import stream_everything
from aftercare.exchange.sheets import MOST_ROWS, Mistake
from aftercare.exchange.transfers import KINDS, apply_file, check_file, file_of, note_export
from aftercare.staff.roles import INTEGRATIONS
from aftercare.tables.exchange import DataTransfer, TransferKind, TransferState
from aftercare.tickets.history import Actor
from console.access import Visit, open_change, open_form_visit, open_visit
from console.forms import Form, query_value
from console.pages import go, show
from console.uploads import SentFile

router = APIRouter()

_log = logging.getLogger(__name__)

_LARGEST_ID = 2**31 - 1
_RECENT = 20
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
        return _transfer_page(request, visit, number, saved=query_value(request, "saved"))


@router.post("/exchange/{number:int}/apply", name="apply_import")
def apply_import(request: Request, number: int, form: Form) -> Response:
    with open_form_visit(request, form, INTEGRATIONS) as visit:
        desk, now, by = visit.desk, visit.now, Actor.of(visit.staff)
        _find(visit, number)
    try:
        apply_file(desk.sessions, desk.settings, number, by=by, now=now)
    except (StaleEdit, NotFound, UnusableFile) as error:
        with open_visit(request, INTEGRATIONS) as visit:
            return _transfer_page(request, visit, number, status=409, problem=str(error))
    return go(request, "transfer", {"saved": "yes"}, number=number)


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
        most_rows=MOST_ROWS,
        most_megabytes=visit.desk.settings.max_import_bytes // 2**20,
    )


def _transfer_page(
    request: Request,
    visit: Visit,
    number: int,
    *,
    status: int = 200,
    saved: str = "",
    problem: str = "",
) -> Response:
    transfer = _find(visit, number)
    waits = transfer.state == TransferState.CHECKED
    return _show(
        request,
        "transfer.html",
        status=status,
        transfer=transfer,
        can_apply=waits and file_of(visit.desk.settings, transfer.id).exists(),
        saved=saved,
        problem=problem,
    )


def _show(request: Request, template: str, **values: Any) -> Response:
    return show(
        request,
        template,
        area="integrations",
        kind_words=KIND_WORDS,
        state_words=STATE_WORDS,
        **values,
    )
