"""The page about quoted sections of the manuals: which helped, which did not, repairs avoided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Select, case, func, select

from aftercare.tables.catalogue import Product
from aftercare.tables.guidance import Outcome, QuotedAnswer, QuotedFor
from console.access import Visit, open_visit, seen_answers
from console.filters import Filters, read_filters
from console.formats import english, language_name
from console.pages import show
from console.paging import PAGE_SIZE
from console.text_search import distinct_values

router = APIRouter()

NAMES = ("product", "language", "purpose", "section")
PURPOSES = {QuotedFor.QUESTION: "A question about use", QuotedFor.FAULT: "A fault, before a repair"}
OUTCOMES = {
    Outcome.HELPED: "Helped",
    Outcome.NOT_HELPED: "Did not help",
    Outcome.PERSON: "Asked for a person",
    Outcome.SKIPPED: "Went on without trying",
}
#: The list shows the sections that deserve a look first; no company mends more than these at once.
_MOST_SECTIONS = 200
#: Of the normal distribution: 95 of 100 such intervals hold the true share.
_Z = 1.96


@dataclass(frozen=True)
class SectionRow:
    product_id: str
    product: Mapping[str, str]
    language: str
    anchor: str
    heading: str
    quoted: int
    helped: int
    not_helped: int
    person: int
    skipped: int


@dataclass(frozen=True)
class Totals:
    quoted: int
    helped: int
    told: int
    """How many customers said whether it helped, or asked for a person instead."""
    repairs_avoided: int

    @property
    def share(self) -> float | None:
        return self.helped / self.told if self.told else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between what the share most likely is (Wilson); few answers make it wide."""
        return wilson(self.helped, self.told)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, also for few cases and shares near 0 or 1."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, _Z**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of**2)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


@router.get("/answers", name="answers")
def list_answers(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request) as visit:
        rows, totals = _sections(visit, filters), _totals(visit, filters)
        examples = _examples(visit, filters) if filters.get("section") else []
        choices = _choices(visit)
    return show(
        request,
        "answers.html",
        area="answers",
        rows=rows,
        totals=totals,
        examples=examples,
        choices=choices,
        filters=filters,
        outcomes=OUTCOMES,
    )


def _filtered[*Columns](
    statement: Select[*Columns], visit: Visit, filters: Filters
) -> Select[*Columns]:
    for name, column in (
        ("product", QuotedAnswer.product_id),
        ("language", QuotedAnswer.manual_language),
        ("purpose", QuotedAnswer.purpose),
        ("section", QuotedAnswer.anchor),
    ):
        if value := filters.get(name):
            statement = statement.where(column == value)
    if begin := filters.begin(visit.desk.zone):
        statement = statement.where(QuotedAnswer.quoted_at >= begin)
    if end := filters.end(visit.desk.zone):
        statement = statement.where(QuotedAnswer.quoted_at < end)
    return statement


def _sections(visit: Visit, filters: Filters) -> list[SectionRow]:
    """The sections, those first that helped the most customers least."""
    key = (QuotedAnswer.product_id, QuotedAnswer.manual_language, QuotedAnswer.anchor)
    helped, not_helped, person, skipped = (
        func.sum(case((QuotedAnswer.outcome == one, 1), else_=0)) for one in Outcome
    )
    statement = (
        seen_answers(visit)
        .with_only_columns(
            *key,
            func.max(QuotedAnswer.heading),
            func.count(),
            helped,
            not_helped,
            person,
            skipped,
        )
        .group_by(*key)
        .order_by((not_helped + person).desc(), func.count().desc(), *key)
        .limit(_MOST_SECTIONS)
    )
    names = {
        product: name for product, name in visit.session.execute(select(Product.id, Product.name))
    }
    return [
        SectionRow(product, names[product], *rest)
        for product, *rest in visit.session.execute(_filtered(statement, visit, filters))
    ]


def _totals(visit: Visit, filters: Filters) -> Totals:
    def counted(*outcomes: Outcome) -> Select[int]:
        statement = seen_answers(visit).with_only_columns(func.count(QuotedAnswer.id))
        if outcomes:
            statement = statement.where(QuotedAnswer.outcome.in_(outcomes))
        return _filtered(statement, visit, filters)

    def number(statement: Select[int]) -> int:
        return visit.session.scalar(statement) or 0

    return Totals(
        quoted=number(counted()),
        helped=number(counted(Outcome.HELPED)),
        told=number(counted(Outcome.HELPED, Outcome.NOT_HELPED, Outcome.PERSON)),
        repairs_avoided=number(
            counted(Outcome.HELPED).where(QuotedAnswer.purpose == QuotedFor.FAULT)
        ),
    )


@dataclass(frozen=True)
class Example:
    question: str
    language: str
    outcome: str | None
    conversation_id: str | None
    quoted_at: datetime


def _examples(visit: Visit, filters: Filters) -> list[Example]:
    """The newest questions to which the chosen section was quoted."""
    found = visit.session.scalars(
        _filtered(seen_answers(visit), visit, filters)
        .order_by(QuotedAnswer.quoted_at.desc(), QuotedAnswer.id.desc())
        .limit(PAGE_SIZE)
    )
    return [
        Example(one.question, one.language, one.outcome, one.conversation_id, one.quoted_at)
        for one in found
    ]


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    return product_and_language(visit) | {
        "purpose": [(purpose.value, name) for purpose, name in PURPOSES.items()]
    }


def product_and_language(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in the filters that both pages about the manuals' answers have."""
    products = visit.session.scalars(select(Product).order_by(Product.category_id, Product.id))
    return {
        "product": [
            (product.id, f"{english(product.name)} ({product.model})") for product in products
        ],
        "language": [
            (code, language_name(code))
            for code in distinct_values(visit.session, QuotedAnswer.manual_language)
        ],
    }
