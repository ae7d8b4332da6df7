"""What customers say of the services: figures and answers, and whom somebody should still call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from aftercare.errors import NotAllowed, NotFound
from aftercare.satisfaction.figures import Slice, by_column, by_month, by_person, figures
from aftercare.satisfaction.reading import HIGHEST, LOWEST
from aftercare.satisfaction.surveys import UNHAPPY, may_follow_up, settle_follow_up, survey_of
from aftercare.staff.roles import CONVERSATIONS, SATISFACTION
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.satisfaction import FollowUp, Survey, SurveyPerson
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from console.access import Visit, find_ticket, open_change, open_visit, seen_surveys
from console.filters import Filters, read_filters
from console.formats import english
from console.forms import Form, query_value
from console.pages import go, show
from console.paging import Page, fetch_page, read_place
from console.ticket_page import LONGEST_NOTE, read_note

router = APIRouter()

NAMES = ("service", "product", "person", "rating")
UNHAPPY_ONES = "unhappy"
_MONTHS = 12


@dataclass(frozen=True)
class AnswerRow:
    number: str
    service: Mapping[str, str]
    product: Mapping[str, str] | None
    language: str
    rating: int
    reason: str
    people: tuple[str, ...]
    follow_up: str
    answered_at: datetime
    mine: bool
    """Whether the person who looks may follow it up."""


@dataclass(frozen=True)
class Table:
    """Figures by one thing; rows have a name, and the value of the filter where there is one."""

    title: str
    filter: str
    rows: Sequence[tuple[str, Slice]]


@router.get("/satisfaction", name="satisfaction")
def show_satisfaction(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request, SATISFACTION) as visit:
        choices = _choices(visit)
        about, when = _about(filters), _answered(visit, filters)
        whole = figures(visit.session, [*about, *_asked(visit, filters)], [*about, *when])
        tables = _tables(visit, [*about, *when], choices)
        statement = seen_surveys(visit).join(Survey.ticket).where(*about, *when)
        place = read_place(request, int)
        found = fetch_page(visit.session, _read(statement), place, Survey.answered_at, Survey.id)
        page = Page([_row(visit, one) for one in found.rows], found.older, found.newer)
        open_ones = count_follow_ups(visit)
    return show(
        request,
        "satisfaction.html",
        area="satisfaction",
        filters=filters,
        choices=choices,
        whole=whole,
        tables=tables,
        page=page,
        open_ones=open_ones,
        highest=HIGHEST,
    )


@router.get("/follow-ups", name="follow_ups")
def show_follow_ups(request: Request) -> Response:
    return _follow_up_page(request, saved=query_value(request, "saved"))


@router.post("/follow-ups/{number}", name="settle_follow_up")
def settle(request: Request, number: str, form: Form) -> Response:
    """Somebody got in touch with the customer of that ticket."""
    note = read_note(request, form)
    try:
        with open_change(request, form, CONVERSATIONS) as visit:
            survey = survey_of(visit.session, find_ticket(visit, number, to_change=True))
            if survey is None:
                raise NotFound("no such answer")
            settle_follow_up(visit.session, survey, visit.staff, note, visit.now)
    except NotAllowed:
        return _follow_up_page(request, problem=number, note=note, status=409)
    return go(request, "follow_ups", {"saved": number})


def count_follow_ups(visit: Visit) -> int:
    """How many unhappy customers somebody should still get in touch with."""
    counted = select(func.count()).select_from(Survey).where(Survey.follow_up == FollowUp.OPEN)
    return visit.session.scalar(counted) or 0


def _follow_up_page(
    request: Request, *, saved: str = "", problem: str = "", note: str = "", status: int = 200
) -> Response:
    with open_visit(request, CONVERSATIONS) as visit:
        statement = _read(seen_surveys(visit).where(Survey.follow_up == FollowUp.OPEN))
        place = read_place(request, int)
        found = fetch_page(
            visit.session, statement, place, Survey.answered_at, Survey.id, rising=True
        )
        page = Page([_row(visit, one) for one in found.rows], found.older, found.newer)
    return show(
        request,
        "follow_ups.html",
        status=status,
        area="satisfaction",
        filters=Filters(),
        page=page,
        saved=saved,
        problem=problem,
        note=note,
        longest_note=LONGEST_NOTE,
        highest=HIGHEST,
    )


def _read(statement: Select[Survey]) -> Select[Survey]:
    return statement.options(
        joinedload(Survey.ticket).joinedload(Ticket.service),
        joinedload(Survey.ticket).joinedload(Ticket.product),
        selectinload(Survey.people).joinedload(SurveyPerson.staff),
    )


def _row(visit: Visit, survey: Survey) -> AnswerRow:
    if survey.rating is None or survey.answered_at is None:
        raise ValueError(f"survey {survey.id} has no answer")
    ticket = survey.ticket
    return AnswerRow(
        number=ticket.number,
        service=ticket.service.name,
        product=ticket.product.name if ticket.product else None,
        language=survey.language,
        rating=survey.rating,
        reason=survey.reason,
        people=tuple(one.staff.name for one in survey.people),
        follow_up=survey.follow_up,
        answered_at=survey.answered_at,
        mine=may_follow_up(visit.session, survey, visit.staff),
    )


def _about(filters: Filters) -> list[ColumnElement[bool]]:
    """What the answers are about, without the days."""
    conditions: list[ColumnElement[bool]] = []
    if service := filters.get("service"):
        conditions.append(Ticket.service_id == service)
    if product := filters.get("product"):
        conditions.append(Ticket.product_id == product)
    person = filters.get("person")
    if person.isascii() and person.isdigit() and len(person) < 10:
        conditions.append(Survey.people.any(SurveyPerson.staff_id == int(person)))
    rating = filters.get("rating")
    if rating == UNHAPPY_ONES:
        conditions.append(Survey.rating <= UNHAPPY)
    elif rating in _ratings():
        conditions.append(Survey.rating == int(rating))
    return conditions


def _answered(visit: Visit, filters: Filters) -> list[ColumnElement[bool]]:
    begin, end = filters.begin(visit.desk.zone), filters.end(visit.desk.zone)
    return [
        *([Survey.answered_at >= begin] if begin else []),
        *([Survey.answered_at < end] if end else []),
    ]


def _asked(visit: Visit, filters: Filters) -> list[ColumnElement[bool]]:
    begin, end = filters.begin(visit.desk.zone), filters.end(visit.desk.zone)
    return [
        *([Survey.asked_at >= begin] if begin else []),
        *([Survey.asked_at < end] if end else []),
    ]


def _tables(
    visit: Visit, where: list[ColumnElement[bool]], choices: Mapping[str, list[tuple[str, str]]]
) -> list[Table]:
    session = visit.session
    found = {
        "service": ("By service", by_column(session, where, Ticket.service_id)),
        "product": ("By product", by_column(session, where, Ticket.product_id)),
        "person": ("By person who worked on it", by_person(session, where)),
    }
    tables = [
        Table(title, name, [(dict(choices[name]).get(one.key, one.key), one) for one in slices])
        for name, (title, slices) in found.items()
    ]
    months = [(one.key, one) for one in by_month(session, where, _months(visit))]
    return [*tables, Table("By month of the answer, last twelve months", "", months)]


def _months(visit: Visit) -> list[tuple[str, datetime]]:
    """The last months by name, with their first moments at the company's place, newest first."""
    first = visit.desk.today().replace(day=1)
    months = []
    for _ in range(_MONTHS):
        months.append((f"{first:%Y-%m}", first))
        first = (first - timedelta(days=1)).replace(day=1)
    return months


def _ratings() -> list[str]:
    return [str(rating) for rating in range(HIGHEST, LOWEST - 1, -1)]


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and name."""
    services = visit.session.scalars(select(Service).order_by(Service.position, Service.id))
    products = visit.session.scalars(select(Product).order_by(Product.category_id, Product.id))
    people = visit.session.scalars(select(Staff).order_by(Staff.name, Staff.id))
    return {
        "service": [(service.id, english(service.name)) for service in services],
        "product": [
            (product.id, f"{english(product.name)} ({product.model})") for product in products
        ],
        "person": [(str(person.id), person.name) for person in people],
        "rating": [(UNHAPPY_ONES, f"Unhappy ({LOWEST} or {UNHAPPY})")]
        + [(rating, rating) for rating in _ratings()],
    }
