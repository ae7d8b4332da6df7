"""The pages with the forms that change a service's plan; what they save is a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from aftercare.catalogue.checking import PlanRefused, read_plan
from aftercare.catalogue.versions import (
    PlanVersion,
    all_versions,
    current_plan,
    draft_plan,
    mark,
    save_draft,
)
from aftercare.errors import NotFound, StaleEdit
from aftercare.staff.roles import SERVICES
from console.access import Visit, open_change, open_visit
from console.forms import Form
from console.pages import go, show
from console.record_form import (
    NEW,
    RECORD_LIST,
    field_of_record,
    find_record,
    read_record,
    record_groups,
)
from console.service_fields import Group
from console.service_form import SECTIONS, Section, Stored, field_of
from console.service_words import place_name

router = APIRouter()

#: For each field of a form what is wrong with it, in words; under "" what is in no field.
Problems = dict[str, list[str]]
Place = tuple[str | int, ...]
#: What pydantic says in words for programmers, by its kind of error.
_SAID = {
    "string_pattern_mismatch": "Write it in small letters and digits, with _ instead of spaces.",
    "int_parsing": "Write a whole number, such as 8.",
    "float_parsing": "Write a number, such as 0.9.",
    "literal_error": "Choose one of the list.",
}
_SECTIONS: Mapping[str, Section] = {**SECTIONS, "records": RECORD_LIST}


@router.get("/services/{service_id}/edit/{part}", name="edit_service")
def edit_service(request: Request, service_id: str, part: str) -> Response:
    section = _section(part)
    with open_visit(request, SERVICES) as visit:
        shown = _newest(visit.session, service_id)
    return _form_page(request, shown, section, section.groups(_filled(shown.stored)), part=part)


@router.post("/services/{service_id}/edit/{part}", name="save_service")
def save_service(request: Request, service_id: str, part: str, form: Form) -> Response:
    section = _section(part)
    stored: dict[str, Any] = {}
    try:
        with open_change(request, form, SERVICES) as visit:
            shown = _newest(visit.session, service_id)
            stored = section.read(form, _filled(shown.stored))
            _save(visit, service_id, stored, form)
    except PlanRefused as error:
        groups = section.groups(stored)
        problems = _problems(error, lambda place: field_of(place, groups, section.listed))
        return _form_page(request, shown, section, groups, part=part, problems=problems, form=form)
    except StaleEdit:
        shown = _again(request, service_id)
        groups = section.groups(stored)
        return _form_page(request, shown, section, groups, part=part, stale=True, status=409)
    return go(request, "service", {"saved": "draft"}, service_id=service_id)


@router.get("/services/{service_id}/records/{field}", name="edit_service_record")
def edit_service_record(request: Request, service_id: str, field: str) -> Response:
    with open_visit(request, SERVICES) as visit:
        shown = _newest(visit.session, service_id)
    record = find_record(_filled(shown.stored), field)
    if record is None:
        raise NotFound("no such record")
    return _form_page(request, shown, _record_section(field), record_groups(record), record=field)


@router.post("/services/{service_id}/records/{field}", name="save_service_record")
def save_service_record(request: Request, service_id: str, field: str, form: Form) -> Response:
    section = _record_section(field)
    record: dict[str, Any] = {}
    at = 0
    try:
        with open_change(request, form, SERVICES) as visit:
            shown = _newest(visit.session, service_id)
            plan = _filled(shown.stored)
            if find_record(plan, field) is None:
                raise StaleEdit("the record was taken out")
            stored, record = read_record(form, plan, field, _names_ever(visit.session, service_id))
            at = stored["records"].index(record)
            _save(visit, service_id, stored, form)
    except PlanRefused as error:
        groups = record_groups(record)
        problems = _problems(error, lambda place: field_of_record(place, groups, at))
        return _form_page(
            request, shown, section, groups, record=field, problems=problems, form=form
        )
    except StaleEdit:
        shown = _again(request, service_id)
        if find_record(_filled(shown.stored), field) is None:
            return go(request, "service", {"saved": "record_gone"}, service_id=service_id)
        groups = record_groups(record)
        return _form_page(request, shown, section, groups, record=field, stale=True, status=409)
    return go(request, "edit_service", service_id=service_id, part="records")


def _section(part: str) -> Section:
    """Raises NotFound."""
    if part not in _SECTIONS:
        raise NotFound("no such part of a plan")
    return _SECTIONS[part]


def _record_section(field: str) -> Section:
    title = "Another record" if field == NEW else "Record"
    intro = "What the bot asks, how the answer is checked and who may see it."
    return Section(title, intro, lambda _: [], lambda _, plan: dict(plan))


def _newest(session: Session, service_id: str) -> PlanVersion:
    """The draft, or the version in force where there is none. Raises NotFound."""
    return draft_plan(session, service_id) or current_plan(session, service_id)


def _again(request: Request, service_id: str) -> PlanVersion:
    """The plan as it is by now, which the form in hand does not know yet."""
    with open_visit(request, SERVICES) as visit:
        return _newest(visit.session, service_id)


def _filled(stored: Stored) -> dict[str, Any]:
    """A stored plan with every part that this program has."""
    return {**read_plan(stored).model_dump(mode="json"), **stored}


def _names_ever(session: Session, service_id: str) -> set[str]:
    """The fields of the records of all versions."""
    return {
        record.field
        for version in all_versions(session, service_id)
        for record in version.plan.records
    }


def _save(visit: Visit, service_id: str, stored: Stored, form: Mapping[str, str]) -> None:
    save_draft(
        visit.session,
        service_id,
        stored,
        seen=form.get("seen", ""),
        staff=visit.staff,
        now=visit.now,
    )


def _problems(refused: PlanRefused, field_at: Callable[[Place], str]) -> Problems:
    """What the models say, each at its field; what no field of the form holds under ""."""
    problems: Problems = {}
    for one in refused.mistakes:
        place = one.place
        said = _SAID.get(one.kind) or one.said.removeprefix("Value error, ")
        name = field_at(place)
        told = said[:1].upper() + said[1:]
        if not name and place:
            told = f"{place_name(place)}: {said}"
        problems.setdefault(name, []).append(told)
    return problems


def _form_page(
    request: Request,
    shown: PlanVersion,
    section: Section,
    groups: list[Group],
    *,
    part: str = "",
    record: str = "",
    problems: Problems | None = None,
    form: Mapping[str, str] | None = None,
    stale: bool = False,
    status: int = 200,
) -> Response:
    """The form; `problems` are those of a `form` that was sent, which is shown as it was seen."""
    return show(
        request,
        "services_edit.html",
        status=status if form is None else 422,
        area="services",
        shown=shown,
        seen=(form or {}).get("seen") or mark(shown),
        section=section,
        parts=groups,
        part=part,
        record=record,
        new=NEW,
        problems=problems or {},
        stale=stale,
    )
