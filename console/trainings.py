"""The list of trainings: who was trained in what, when, with which manual, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.training import Training, TrainingStatus
from console.access import Visit, open_visit, seen_trainings
from console.filters import WORDS, Filters, read_filters
from console.formats import english, language_name
from console.pages import show
from console.paging import Page, Place, fetch_page, read_place
from console.text_search import distinct_values, mentions, stops_short

router = APIRouter()

NAMES = ("product", "status", "language")
STATUSES = {
    TrainingStatus.RUNNING: "Under way",
    TrainingStatus.PAUSED: "Paused",
    TrainingStatus.DONE: "Finished",
    TrainingStatus.LEFT: "Ended early",
}


@dataclass(frozen=True)
class TrainingRow:
    title: str
    language: str
    status: str
    product: Mapping[str, str]
    model: str
    customer: str | None
    """None where nobody is known; empty where no name was given."""
    conversation_id: str | None
    manual: str
    manual_version: str
    manual_language: str
    step: int
    steps: int
    stuck_at: tuple[int, ...]
    right_answers: int
    questions: int
    started_at: datetime
    finished_at: datetime | None


@router.get("/trainings", name="trainings")
def list_trainings(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request) as visit:
        page = fetch_trainings(visit, filters, read_place(request, int))
        choices = _choices(visit)
        cut = stops_short(visit.session, filters.get(WORDS), Training, Customer)
    return show(
        request,
        "trainings.html",
        area="trainings",
        page=page,
        filters=filters,
        choices=choices,
        cut=cut,
    )


def fetch_trainings(visit: Visit, filters: Filters, place: Place) -> Page[TrainingRow]:
    """Trainings, the newest first."""
    statement = _filtered(visit, filters)
    page = fetch_page(visit.session, statement, place, Training.started_at, Training.id)
    return Page([_row(training) for training in page.rows], page.older, page.newer)


def trainings_of(visit: Visit, conversation_id: str) -> list[TrainingRow]:
    """What was held last in a conversation, the oldest first."""
    found = visit.session.scalars(
        _with_names(seen_trainings(visit))
        .where(Training.conversation_id == conversation_id)
        .order_by(Training.id)
    )
    return [_row(training) for training in found]


def _with_names(statement: Select[Training]) -> Select[Training]:
    return statement.options(
        joinedload(Training.product),
        joinedload(Training.customer),
        joinedload(Training.conversation),
    )


def _filtered(visit: Visit, filters: Filters) -> Select[Training]:
    statement = _with_names(seen_trainings(visit))
    if product := filters.get("product"):
        statement = statement.where(Training.product_id == product)
    if status := filters.get("status"):
        statement = statement.where(Training.status == status)
    if language := filters.get("language"):
        statement = statement.where(Training.language == language)
    if begin := filters.begin(visit.desk.zone):
        statement = statement.where(Training.started_at >= begin)
    if end := filters.end(visit.desk.zone):
        statement = statement.where(Training.started_at < end)
    if words := filters.get(WORDS):
        of_customer = select(Customer.id).where(mentions(visit.session, Customer, words))
        statement = statement.where(
            or_(
                mentions(visit.session, Training, words),
                Training.customer_id.in_(of_customer),
            )
        )
    return statement


def _row(training: Training) -> TrainingRow:
    talk = training.conversation
    customer = training.customer or (talk.customer if talk else None)
    return TrainingRow(
        title=training.title,
        language=training.language,
        status=STATUSES[TrainingStatus(training.status)],
        product=training.product.name,
        model=training.product.model,
        customer=customer.name if customer else None,
        conversation_id=training.conversation_id,
        manual=training.manual_title,
        manual_version=training.manual_version,
        manual_language=training.manual_language,
        step=training.step,
        steps=training.steps,
        stuck_at=tuple(training.stuck_at),
        right_answers=training.right_answers,
        questions=training.questions,
        started_at=training.started_at,
        finished_at=training.finished_at,
    )


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and name."""
    products = visit.session.scalars(select(Product).order_by(Product.category_id, Product.id))
    return {
        "product": [
            (product.id, f"{english(product.name)} ({product.model})") for product in products
        ],
        "status": [(status.value, name) for status, name in STATUSES.items()],
        "language": [
            (code, language_name(code))
            for code in distinct_values(visit.session, Training.language)
        ],
    }
