"""The plan of the services: the list, a service as people read it, its versions, what is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from aftercare.catalogue.completeness import Gap, gaps_of, roles_held
from aftercare.catalogue.differences import differences
from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.services import view_of_plan
from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.catalogue.versions import (
    PlanVersion,
    all_versions,
    current_plan,
    draft_plan,
    drop_draft,
    mark_to_put,
    plan_of_version,
    put_again,
    put_in_force,
)
from aftercare.errors import StaleEdit
from aftercare.intake.questions import Questions
from aftercare.intake.state import IntakeState
from aftercare.replies import Reply
from aftercare.staff.roles import SERVICES
from aftercare.tables.catalogue import PlanStatus, Service
from console.access import Visit, open_change, open_visit
from console.forms import Form, query_value
from console.pages import go, show
from console.service_words import gap_form, gap_words, place_name

router = APIRouter()

_LONGEST_NOTE = 1000
_LARGEST_VERSION = 2**31 - 1


@dataclass(frozen=True)
class Line:
    """A service in the list."""

    version: PlanVersion
    gaps: list[Gap]
    draft: bool


@dataclass(frozen=True)
class Asked:
    """What the bot asks for a record, and what it offers to press."""

    reply: Reply
    required: bool
    label: str


@router.get("/services", name="services")
def show_services(request: Request) -> Response:
    with open_visit(request) as visit:
        roles = roles_held(visit.session)
        found = visit.session.scalars(
            select(Service).where(Service.active, Service.version > 0).order_by(Service.position)
        )
        current = [current_plan(visit.session, service.id) for service in found]
        lines = [
            Line(
                one, gaps_of(one.plan, roles), draft_plan(visit.session, one.service_id) is not None
            )
            for one in current
        ]
        return _show(request, "services.html", lines=lines)


@router.get("/services/{service_id}", name="service")
def show_service(request: Request, service_id: str) -> Response:
    with open_visit(request) as visit:
        return _service_page(request, visit, service_id, saved=query_value(request, "saved"))


@router.get("/services/{service_id}/preview", name="service_preview")
def show_preview(request: Request, service_id: str) -> Response:
    """What the bot asks, and of a draft what it would ask."""
    with open_visit(request) as visit:
        shown = draft_plan(visit.session, service_id) or current_plan(visit.session, service_id)
        asked = {language: _asked(visit, shown, language) for language in LANGUAGES}
    return _show(request, "services_preview.html", shown=shown, asked=asked)


@router.get("/services/{service_id}/versions/{version:int}", name="service_version")
def show_version(request: Request, service_id: str, version: int) -> Response:
    with open_visit(request) as visit:
        shown = plan_of_version(visit.session, service_id, min(version, _LARGEST_VERSION))
        current = current_plan(visit.session, service_id)
        before = shown.based_on and plan_of_version(visit.session, service_id, shown.based_on)
    return _show(
        request,
        "services_version.html",
        shown=shown,
        current=current,
        before=before,
        changed=differences(before.stored, shown.stored) if before else [],
        apart=differences(current.stored, shown.stored),
    )


@router.post("/services/{service_id}/draft/drop", name="drop_service_draft")
def drop_service_draft(request: Request, service_id: str, form: Form) -> Response:
    with open_change(request, form, SERVICES) as visit:
        drop_draft(visit.session, service_id)
    return go(request, "service", {"saved": "dropped"}, service_id=service_id)


@router.post("/services/{service_id}/draft/put-in-force", name="put_service_in_force")
def put_service_in_force(request: Request, service_id: str, form: Form) -> Response:
    note = form.get("note", "").strip()[:_LONGEST_NOTE]
    try:
        with open_change(request, form, SERVICES) as visit:
            put_in_force(
                visit.session,
                service_id,
                seen=form.get("seen", ""),
                note=note,
                staff=visit.staff,
                now=visit.now,
            )
    except StaleEdit:
        return _stale(request, service_id, note)
    return go(request, "service", {"saved": "in_force"}, service_id=service_id)


@router.post("/services/{service_id}/versions/{version:int}/again", name="put_service_again")
def put_service_again(request: Request, service_id: str, version: int, form: Form) -> Response:
    seen = form.get("seen", "")
    try:
        with open_change(request, form, SERVICES) as visit:
            put_again(
                visit.session,
                service_id,
                min(version, _LARGEST_VERSION),
                seen=int(seen) if seen.isascii() and seen.isdigit() else 0,
                staff=visit.staff,
                now=visit.now,
            )
    except StaleEdit:
        return _stale(request, service_id)
    return go(request, "service", {"saved": "in_force"}, service_id=service_id)


def _stale(request: Request, service_id: str, note: str = "") -> Response:
    with open_visit(request, SERVICES) as visit:
        return _service_page(request, visit, service_id, status=409, problem="stale", note=note)


def _service_page(
    request: Request,
    visit: Visit,
    service_id: str,
    *,
    status: int = 200,
    saved: str = "",
    problem: str = "",
    note: str = "",
) -> Response:
    current = current_plan(visit.session, service_id)
    draft = draft_plan(visit.session, service_id)
    shown = draft or current
    return _show(
        request,
        "services_service.html",
        status=status,
        current=current,
        draft=draft,
        shown=shown,
        seen=mark_to_put(draft, current) if draft else "",
        changed=differences(current.stored, draft.stored) if draft else [],
        gaps=gaps_of(shown.plan, roles_held(visit.session)),
        versions=[one for one in all_versions(visit.session, service_id) if one != draft],
        may_edit=visit.staff.role in SERVICES,
        saved=saved,
        problem=problem,
        note=note or (draft.note if draft else ""),
        longest_note=_LONGEST_NOTE,
    )


def _asked(visit: Visit, shown: PlanVersion, language: str) -> list[Asked]:
    """What the bot asks in an intake of the plan, in its own words."""
    catalogue = CatalogueReader(visit.desk.sessions).newest()
    view = view_of_plan(visit.session, shown.plan)
    catalogue = replace(catalogue, services={**catalogue.services, view.id: view})
    questions = Questions(catalogue, IntakeState(view.id), language)
    return [
        Asked(questions.of(record), record.required, record.label[language])
        for record in view.records
        if not record.noted
    ]


def _show(request: Request, template: str, **values: Any) -> Response:
    return show(
        request,
        template,
        area="services",
        gap_words=gap_words,
        gap_form=gap_form,
        place_name=place_name,
        past=PlanStatus.PAST,
        **values,
    )
