"""The pages about manuals: which versions there are, a file to import, and how far it is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy import func, select

from aftercare.catalogue.entries import LANGUAGES
from aftercare.errors import NotFound
from aftercare.languages import preferred_language
from aftercare.manuals.importing import FOLDER, fail_import, file_of, plan_import
from aftercare.manuals.reading_program import start_reading
from aftercare.manuals.versions import ManualIdentity, VersionRefused
from aftercare.staff.roles import MANUALS
from aftercare.tables.catalogue import Product
from aftercare.tables.manuals import ImportState, Manual, ManualImport, ManualSection
from console.access import Visit, open_change, open_visit, seen_manuals
from console.forms import query_value
from console.frame_words import FRAME_WORDS
from console.manual_words import WORDS
from console.pages import go, show
from console.uploads import FileForm, SentFile

router = APIRouter()

#: What a key of a table can be at most.
LARGEST_ID = 2**31 - 1
_RECENT_IMPORTS = 10
#: Seconds between two looks of the browser while a file is read.
_LOOK_AGAIN = 2
#: Seconds beyond the time that a file may take until nobody is believed to read it any more.
_GRACE_SECONDS = 60
_FIELDS = ("product", "language", "version", "published_on", "title", "models", "source", "licence")


@router.get("/manuals", name="manuals")
def show_manuals(request: Request) -> Response:
    with open_visit(request, MANUALS) as visit:
        return _page(request, visit)


@router.post("/manuals", name="import_manual")
def import_manual(request: Request, sent: SentFile) -> Response:
    filled = {name: sent.fields.get(name, "").strip() for name in _FIELDS}
    with open_change(request, sent.fields, MANUALS) as visit:
        desk = visit.desk
    # The copy comes before the change: while a large file is written, nobody else has to wait.
    copy = sent.save(desk.settings.var_dir / FOLDER) if sent.file else None
    try:
        with open_change(request, sent.fields, MANUALS) as visit:
            planned = _planned(visit, filled, sent)
            if isinstance(planned, str):
                return _page(request, visit, status=422, problem=planned, filled=filled)
            if copy:
                copy.rename(file_of(desk.settings.var_dir, planned.id, planned.file_name))
    finally:
        if copy:
            copy.unlink(missing_ok=True)
    start_reading(desk.settings, desk.sessions, planned.id, desk.clock)
    return go(request, "manual_import", kept(request), number=planned.id)


def _planned(visit: Visit, filled: dict[str, str], sent: FileForm) -> ManualImport | str:
    """The import as it is noted now, or the name of what is wrong with the form."""
    if sent.file is None:
        return "no_file"
    try:
        identity = ManualIdentity.model_validate(filled)
        if visit.session.get(Product, identity.product) is None:
            return "bad_product"
        name = sent.file.filename or ""
        return plan_import(visit.session, identity, name, visit.now, visit.staff.id)
    except ValidationError as error:
        return f"bad_{error.errors()[0]['loc'][0]}"
    except VersionRefused:
        return "version_refused"


@router.get("/manuals/imports/{number:int}", name="manual_import")
def show_import(request: Request, number: int) -> Response:
    with open_visit(request, MANUALS) as visit:
        row = visit.session.get(ManualImport, min(number, LARGEST_ID))
        if row is None:
            raise NotFound("no such import")
        if _is_stuck(row, visit):
            # Whoever looked after it is gone: the website was stopped in the middle.
            row = fail_import(visit.desk.sessions, row.id, WORDS["en"]["stuck"], visit.now)
        if row.state == ImportState.DONE and row.manual_id is not None:
            return go(request, "manual", kept(request), number=row.manual_id)
        page = show_page(request, "manual_import.html", row=row)
        if row.state in (ImportState.WAITING, ImportState.READING):
            page.headers["Refresh"] = str(_LOOK_AGAIN)
        return page


def _is_stuck(row: ManualImport, visit: Visit) -> bool:
    """Whether a file has been read for longer than any may be."""
    longest = timedelta(seconds=visit.desk.settings.manual_reading_timeout + _GRACE_SECONDS)
    return row.state in (ImportState.WAITING, ImportState.READING) and (
        row.created_at + longest < visit.now
    )


def _page(
    request: Request,
    visit: Visit,
    *,
    status: int = 200,
    problem: str = "",
    filled: dict[str, str] | None = None,
) -> Response:
    counted = visit.session.execute(
        select(ManualSection.manual_id, func.count()).group_by(ManualSection.manual_id)
    )
    counts = {manual: count for manual, count in counted}
    manuals = visit.session.scalars(
        seen_manuals(visit).order_by(
            Manual.product_id, Manual.language, Manual.published_on.desc(), Manual.version.desc()
        )
    ).all()
    products = visit.session.execute(
        select(Product.id, Product.name).where(Product.active).order_by(Product.id)
    ).all()
    recent = visit.session.scalars(
        select(ManualImport)
        .where(ManualImport.state != ImportState.DONE)
        .order_by(ManualImport.id.desc())
        .limit(_RECENT_IMPORTS)
    ).all()
    return show_page(
        request,
        "manuals.html",
        status=status,
        manuals=manuals,
        counts=counts,
        products=[(key, name) for key, name in products],
        languages=LANGUAGES,
        recent=recent,
        problem=problem,
        filled=filled or {"published_on": visit.desk.today().date().isoformat()},
    )


def show_page(request: Request, template: str, **values: Any) -> Response:
    """A page of this area, in the language that was chosen or that the browser asks for."""
    chosen = language_of(request)
    return show(
        request,
        template,
        area="manuals",
        language=chosen,
        words=WORDS[chosen],
        asked_language=_asked_language(request),
        **values,
    )


def kept(request: Request) -> dict[str, str]:
    return {"lang": _asked_language(request)}


def _asked_language(request: Request) -> str:
    asked = query_value(request, "lang", 5)
    return asked if asked in FRAME_WORDS else ""


def language_of(request: Request) -> str:
    return _asked_language(request) or preferred_language(
        request.headers.get("accept-language", ""), "en"
    )
