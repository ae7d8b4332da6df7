"""The pages about the rule that weighs tickets: read it, draft one, try it, switch it on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from aftercare.database import SessionFactory
from aftercare.errors import NotFound, StaleEdit, StorageUnavailable
from aftercare.evaluation.rule import BANDS_FROM, Band
from aftercare.evaluation.trial import TRIED, try_rule
from aftercare.evaluation.versions import (
    all_rules,
    current_rule,
    draft_rule,
    drop_draft,
    rule_of_version,
    save_draft,
    switch_on,
)
from aftercare.evaluation.weighing import count_left, weigh_left
from aftercare.log import log_failure
from aftercare.staff.roles import EVALUATION
from console.access import Visit, open_change, open_visit
from console.evaluation_form import PRICE_STEPS, RATINGS, RuleRefused, fields_of, read_rule
from console.evaluation_words import CRITERIA, PHASES
from console.forms import Form, query_value
from console.pages import go, show

router = APIRouter()

_LONGEST_COMMENT = 1000
#: Seconds between two looks of the browser while tickets are weighed.
_LOOK_AGAIN = 2
_LARGEST_VERSION = 2**31 - 1


@router.get("/evaluation", name="evaluation")
def show_rules(request: Request) -> Response:
    with open_visit(request, EVALUATION) as visit:
        return _rules_page(request, visit, saved=query_value(request, "saved"))


@router.get("/evaluation/versions/{version:int}", name="evaluation_version")
def show_version(request: Request, version: int) -> Response:
    with open_visit(request, EVALUATION) as visit:
        found = rule_of_version(visit.session, min(version, _LARGEST_VERSION))
    return _show(request, "evaluation_version.html", found=found)


@router.post("/evaluation/draft", name="save_rule_draft")
def save_rule_draft(request: Request, form: Form) -> Response:
    comment = form.get("comment", "").strip()[:_LONGEST_COMMENT]
    with open_change(request, form, EVALUATION) as visit:
        try:
            rule = read_rule(form)
        except RuleRefused as refused:
            return _rules_page(
                request, visit, status=422, problems=refused.problems, fields=form, comment=comment
            )
        save_draft(visit.session, rule, comment=comment, staff=visit.staff, now=visit.now)
    return go(request, "evaluation", {"saved": "draft"})


@router.post("/evaluation/draft/drop", name="drop_rule_draft")
def drop_rule_draft(request: Request, form: Form) -> Response:
    with open_change(request, form, EVALUATION) as visit:
        drop_draft(visit.session)
    return go(request, "evaluation", {"saved": "dropped"})


@router.get("/evaluation/trial", name="evaluation_trial")
def show_trial(request: Request) -> Response:
    with open_visit(request, EVALUATION) as visit:
        return _trial_page(request, visit)


@router.post("/evaluation/switch-on", name="switch_rule_on")
def switch_rule_on(request: Request, form: Form) -> Response:
    try:
        with open_change(request, form, EVALUATION) as visit:
            if form.get("sure") != "yes":
                return _trial_page(request, visit, status=422, problem="not_sure")
            seen = _read_moment(form.get("seen", ""))
            switch_on(visit.session, seen, staff=visit.staff, now=visit.now)
            sessions = visit.desk.sessions
    except StaleEdit:
        with open_visit(request, EVALUATION) as visit:
            return _rules_page(
                request,
                visit,
                status=409,
                problems=[
                    "The draft is not the one that you tried: somebody has changed it since. "
                    "Nothing was switched on; try it again."
                ],
            )
    return _weigh_after(go(request, "evaluation_progress"), sessions)


@router.get("/evaluation/progress", name="evaluation_progress")
def show_progress(request: Request) -> Response:
    with open_visit(request, EVALUATION) as visit:
        current, left = current_rule(visit.session), count_left(visit.session)
    page = _show(request, "evaluation_progress.html", current=current, left=left)
    if left:
        page.headers["Refresh"] = str(_LOOK_AGAIN)
    return page


@router.post("/evaluation/weigh", name="weigh_tickets")
def weigh_tickets(request: Request, form: Form) -> Response:
    """Go on where weighing stopped in the middle."""
    with open_change(request, form, EVALUATION) as visit:
        sessions = visit.desk.sessions
    return _weigh_after(go(request, "evaluation_progress"), sessions)


def _weigh_after(response: Response, sessions: SessionFactory) -> Response:
    """Weigh the tickets once the browser has its answer; the page of progress tells how far."""
    response.background = BackgroundTask(_weigh, sessions)
    return response


def _weigh(sessions: SessionFactory) -> None:
    try:
        weigh_left(sessions)
    except StorageUnavailable as error:
        # What was weighed stays; the page of progress offers to go on.
        log_failure("evaluation.not_all_weighed", error)


def _rules_page(
    request: Request,
    visit: Visit,
    *,
    status: int = 200,
    saved: str = "",
    problems: list[str] | None = None,
    fields: dict[str, str] | None = None,
    comment: str | None = None,
) -> Response:
    rules = all_rules(visit.session)
    draft = draft_rule(visit.session)
    shown = draft or current_rule(visit.session)
    written = draft.comment if draft else ""
    return _show(
        request,
        "evaluation.html",
        status=status,
        rules=rules,
        current=current_rule(visit.session),
        draft=draft,
        left=count_left(visit.session),
        saved=saved,
        problems=problems or [],
        fields=fields if fields is not None else fields_of(shown.rule),
        comment=written if comment is None else comment,
        longest_comment=_LONGEST_COMMENT,
        price_places=range(1, PRICE_STEPS),
    )


def _trial_page(
    request: Request, visit: Visit, *, status: int = 200, problem: str = ""
) -> Response:
    draft = draft_rule(visit.session)
    if draft is None:
        raise NotFound("there is no draft to try")
    current = current_rule(visit.session)
    return _show(
        request,
        "evaluation_trial.html",
        status=status,
        draft=draft,
        current=current,
        trial=try_rule(visit.session, current.rule, draft.rule),
        most=TRIED,
        problem=problem,
    )


def _show(request: Request, template: str, **values: Any) -> Response:
    return show(
        request,
        template,
        area="tickets",
        criteria=CRITERIA,
        phases=PHASES,
        all_bands=tuple(Band),
        bands_from=BANDS_FROM,
        ratings=RATINGS,
        **values,
    )


def _read_moment(text: str) -> datetime:
    """Raises StaleEdit for what is no moment: no page of this desk sends such a form."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise StaleEdit("the form names no draft") from error
    if moment.tzinfo is None:
        raise StaleEdit("the form names no draft")
    return moment
