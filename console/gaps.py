"""The page with what customers ask and no manual tells: to be mended, and marked as done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from aftercare.errors import NotFound
from aftercare.staff.roles import MANUALS
from aftercare.tables.guidance import GapQuestion, GapState, ManualGap
from console.access import Visit, open_change, open_visit, seen_gaps
from console.answers import product_and_language
from console.filters import Filters, read_filters
from console.forms import Form
from console.manuals import LARGEST_ID
from console.pages import go, show

router = APIRouter()

NAMES = ("product", "language", "state")
STATES = {GapState.OPEN: "Open", GapState.DONE: "Done"}
_MOST_GAPS = 100
#: Questions of one gap that are shown, the newest.
_MOST_QUESTIONS = 5
_LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Question:
    text: str
    conversation_id: str
    asked_at: datetime


@dataclass(frozen=True)
class GapRow:
    id: int
    product: Mapping[str, str]
    language: str
    state: str
    note: str
    changed_at: datetime | None
    count: int
    questions: Sequence[Question]


@router.get("/gaps", name="gaps")
def list_gaps(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request) as visit:
        rows, count = _rows(visit, filters)
        choices = product_and_language(visit) | {
            "state": [(state.value, name) for state, name in STATES.items()]
        }
        may_change = visit.staff.role in MANUALS
    return show(
        request,
        "gaps.html",
        area="answers",
        rows=rows,
        count=count,
        filters=filters,
        choices=choices,
        may_change=may_change,
        longest_note=_LONGEST_NOTE,
    )


@router.post("/gaps/{number:int}", name="change_gap")
def change_gap(request: Request, number: int, form: Form) -> Response:
    state = GapState.DONE if form.get("state") == GapState.DONE else GapState.OPEN
    with open_change(request, form, MANUALS) as visit:
        gap = visit.session.scalar(
            seen_gaps(visit).where(ManualGap.id == min(number, LARGEST_ID)).with_for_update()
        )
        if gap is None:
            raise NotFound("no such gap")
        gap.state, gap.note = state, form.get("note", "").strip()[:_LONGEST_NOTE]
        gap.staff_id, gap.changed_at = visit.staff.id, visit.now
    return go(request, "gaps", {name: form.get(name, "") for name in ("product", "language")})


def _rows(visit: Visit, filters: Filters) -> tuple[list[GapRow], int]:
    """The gaps that were asked most, and how many there are."""
    statement = seen_gaps(visit).where(
        ManualGap.state == (filters.get("state") or GapState.OPEN.value)
    )
    for name, column in (("product", ManualGap.product_id), ("language", ManualGap.language)):
        if value := filters.get(name):
            statement = statement.where(column == value)
    if begin := filters.begin(visit.desk.zone):
        statement = statement.where(ManualGap.created_at >= begin)
    if end := filters.end(visit.desk.zone):
        statement = statement.where(ManualGap.created_at < end)
    times = (
        select(func.count())
        .where(GapQuestion.gap_id == ManualGap.id)
        .correlate(ManualGap)
        .scalar_subquery()
    )
    found = visit.session.scalars(
        statement.order_by(times.desc(), ManualGap.id.desc())
        .limit(_MOST_GAPS)
        .options(joinedload(ManualGap.product), selectinload(ManualGap.questions))
    )
    count = visit.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    return [_row(gap) for gap in found], count


def _row(gap: ManualGap) -> GapRow:
    newest = gap.questions[: -_MOST_QUESTIONS - 1 : -1]
    return GapRow(
        id=gap.id,
        product=gap.product.name,
        language=gap.language,
        state=gap.state,
        note=gap.note,
        changed_at=gap.changed_at,
        count=len(gap.questions),
        questions=[Question(one.question, one.conversation_id, one.asked_at) for one in newest],
    )
