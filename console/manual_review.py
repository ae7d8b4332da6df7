"""The pages on which a person looks through a manual, corrects it and lets it answer customers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import undefer

from aftercare.errors import NotFound
from aftercare.guidance.index import build_index
from aftercare.guidance.sections import Step, notices_of, read_blocks
from aftercare.manuals.corrections import correct_section, join_with_previous, remove_section
from aftercare.manuals.report import finding_text
from aftercare.manuals.versions import VersionRefused, publish, remove, sections_missed
from aftercare.staff.roles import MANUALS
from aftercare.tables.manuals import (
    Manual,
    ManualFigure,
    ManualOrigin,
    ManualSection,
    ManualStatus,
)
from console.access import Visit, open_change, open_visit, seen_manuals
from console.forms import Form
from console.manuals import LARGEST_ID, kept, language_of, show_page
from console.pages import go

router = APIRouter()


@router.get("/manuals/{number:int}", name="manual")
def show_manual(request: Request, number: int) -> Response:
    with open_visit(request, MANUALS) as visit:
        return _manual_page(request, visit, _find(visit, number))


@router.post("/manuals/{number:int}/publish", name="publish_manual")
def publish_manual(request: Request, form: Form, number: int) -> Response:
    with open_change(request, form, MANUALS) as visit:
        publish(visit.session, _find(visit, number), visit.now)
    build_index(visit.desk.sessions, visit.desk.settings.var_dir)
    return go(request, "manual", kept(request), number=number)


@router.post("/manuals/{number:int}/remove", name="remove_manual")
def remove_manual(request: Request, form: Form, number: int) -> Response:
    with open_change(request, form, MANUALS) as visit:
        manual = _find(visit, number)
        try:
            remove(visit.session, manual)
        except VersionRefused:
            return _manual_page(request, visit, manual, problem="not_removed", status=409)
    return go(request, "manuals", kept(request))


@router.get("/manuals/{number:int}/sections/{section_id:int}", name="manual_section")
def show_section(request: Request, number: int, section_id: int) -> Response:
    with open_visit(request, MANUALS) as visit:
        return _section_page(request, _find_section(visit, number, section_id))


@router.post("/manuals/{number:int}/sections/{section_id:int}", name="correct_section")
def change_section(request: Request, form: Form, number: int, section_id: int) -> Response:
    with open_change(request, form, MANUALS) as visit:
        section = _find_section(visit, number, section_id)
        current = section.manual.status == ManualStatus.CURRENT
        heading, text = form.get("heading", ""), form.get("text", "")
        goal: ManualSection | None = section
        try:
            match form.get("do", "save"):
                case "join":
                    goal = join_with_previous(visit.session, section)
                case "remove":
                    remove_section(visit.session, section)
                    goal = None
                case _:
                    correct_section(visit.session, section, heading, text)
        except VersionRefused:
            return _section_page(
                request, section, status=422, problem="not_corrected", typed=(heading, text)
            )
        goal_id = goal.id if goal else None
    if current:
        build_index(visit.desk.sessions, visit.desk.settings.var_dir)
    if goal_id is None:
        return go(request, "manual", kept(request), number=number)
    query = {**kept(request), "done": "1"}
    return go(request, "manual_section", query, number=number, section_id=goal_id)


@router.get("/manuals/{number:int}/figures/{figure:int}", name="manual_figure")
def show_figure(request: Request, number: int, figure: int) -> Response:
    with open_visit(request, MANUALS) as visit:
        manual = _find(visit, number)
        row = visit.session.scalars(
            select(ManualFigure)
            .where(
                ManualFigure.manual_id == manual.id,
                ManualFigure.number == min(figure, LARGEST_ID),
            )
            .options(undefer(ManualFigure.content))
        ).one_or_none()
        if row is None:
            raise NotFound("no such figure")
        return Response(row.content, media_type=row.media_type)


def _find(visit: Visit, number: int) -> Manual:
    """Raises NotFound."""
    found = None
    if number <= LARGEST_ID:
        found = visit.session.scalar(seen_manuals(visit).where(Manual.id == number))
    if found is None:
        raise NotFound("no such manual")
    return found


def _find_section(visit: Visit, number: int, section_id: int) -> ManualSection:
    """Raises NotFound."""
    manual = _find(visit, number)
    for section in manual.sections:
        if section.id == section_id:
            return section
    raise NotFound("no such section")


def _manual_page(
    request: Request, visit: Visit, manual: Manual, *, problem: str = "", status: int = 200
) -> Response:
    language = language_of(request)
    findings = [
        (finding.get("page"), finding_text(finding, language))
        for finding in manual.report.get("findings", ())
    ]
    sections = []
    for section in manual.sections:
        blocks = read_blocks(section.markdown)
        steps = sum(isinstance(block, Step) for block in blocks)
        sections.append((section, steps, len(notices_of(blocks))))
    return show_page(
        request,
        "manual.html",
        status=status,
        manual=manual,
        sections=sections,
        findings=findings,
        missed=sections_missed(visit.session, manual),
        imported=manual.origin == ManualOrigin.IMPORT,
        problem=problem,
    )


def _section_page(
    request: Request,
    section: ManualSection,
    *,
    status: int = 200,
    problem: str = "",
    typed: tuple[str, str] | None = None,
) -> Response:
    manual = section.manual
    place = manual.sections.index(section)
    heading, text = typed or (section.heading, section.markdown)
    return show_page(
        request,
        "manual_section.html",
        status=status,
        manual=manual,
        section=section,
        blocks=[(type(block).__name__, block) for block in read_blocks(section.markdown)],
        before=manual.sections[place - 1] if place else None,
        after=manual.sections[place + 1] if place + 1 < len(manual.sections) else None,
        imported=manual.origin == ManualOrigin.IMPORT,
        heading=heading,
        text=text,
        problem=problem,
        done=bool(request.query_params.get("done")),
    )
