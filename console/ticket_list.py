"""Finds tickets by filters and words, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import OPEN_STATUSES, Ticket, TicketStatus, is_open
from aftercare.ticket_numbers import read_number
from console.access import Visit, seen_tickets
from console.filters import WORDS, Filters
from console.paging import PAGE_SIZE, Page, Place, fetch_page
from console.text_search import contains

#: The filters of the list, besides words and days.
NAMES = ("status", "service", "product", "language", "priority", "safety", "order")
#: A status filter that stands for several: whatever still needs work.
OPEN = "open"
#: The value of the order that is not the order of work.
NEWEST = "newest"
#: The value of the filter for tickets that tell of danger.
DANGER = "danger"


@dataclass(frozen=True)
class TicketRow:
    number: str
    status: str
    service: Mapping[str, str]
    product: Mapping[str, str] | None
    model: str | None
    customer: str | None
    language: str
    description: str
    created_at: datetime
    priority: str | None
    """The band; None: not weighed yet."""
    score: int | None
    danger: bool


def by_priority(filters: Filters) -> bool:
    """Whether the list is in the order of work: where only open tickets are asked for."""
    return filters.get("order") != NEWEST and filters.get("status") in (OPEN, *OPEN_STATUSES)


def fetch_tickets(visit: Visit, filters: Filters, place: Place) -> Page[TicketRow]:
    """Tickets, the newest first or, in the order of work, the most urgent and longest waiting."""
    found = _filtered(visit, filters)
    if by_priority(filters):
        page = fetch_page(visit.session, found, place, Ticket.precedence, Ticket.id, rising=True)
    else:
        page = fetch_page(visit.session, found, place, Ticket.created_at, Ticket.id)
    return Page([_row(ticket) for ticket in page.rows], page.older, page.newer)


def longest_new(visit: Visit, most: int = PAGE_SIZE) -> list[TicketRow]:
    """The new tickets that have waited longest for somebody to begin."""
    found = visit.session.scalars(
        _with_names(seen_tickets(visit))
        .where(Ticket.status == TicketStatus.NEW)
        .order_by(Ticket.created_at, Ticket.id)
        .limit(most)
    )
    return [_row(ticket) for ticket in found]


def _with_names(statement: Select[Ticket]) -> Select[Ticket]:
    return statement.options(
        joinedload(Ticket.service), joinedload(Ticket.product), joinedload(Ticket.customer)
    )


def _filtered(visit: Visit, filters: Filters) -> Select[Ticket]:
    statement = _with_names(seen_tickets(visit))
    if status := filters.get("status"):
        wanted = OPEN_STATUSES if status == OPEN else (status,)
        if by_priority(filters):
            # The others are named, so that SQLite walks the index in the order of work.
            others = [other for other in OPEN_STATUSES if other not in wanted]
            statement = statement.where(is_open(), Ticket.status.not_in(others))
        else:
            statement = statement.where(Ticket.status.in_(wanted))
    if band := filters.get("priority"):
        statement = statement.where(Ticket.band == band)
    if filters.get("safety") == DANGER:
        statement = statement.where(Ticket.danger)
    if service := filters.get("service"):
        statement = statement.where(Ticket.service_id == service)
    if product := filters.get("product"):
        statement = statement.where(Ticket.product_id == product)
    if language := filters.get("language"):
        statement = statement.where(Ticket.language == language)
    if begin := filters.begin(visit.desk.zone):
        statement = statement.where(Ticket.created_at >= begin)
    if end := filters.end(visit.desk.zone):
        statement = statement.where(Ticket.created_at < end)
    if words := filters.get(WORDS):
        statement = statement.where(_mentions(visit.session, words))
    return statement


def _mentions(session: Session, words: str) -> ColumnElement[bool]:
    of_customer = or_(
        *(
            contains(session, column, words)
            for column in (Customer.name, Customer.email, Customer.phone)
        )
    )
    number = read_number(words)
    return or_(
        Ticket.number == number if number else contains(session, Ticket.number, words),
        contains(session, Ticket.description, words),
        Ticket.customer_id.in_(select(Customer.id).where(of_customer)),
    )


def _row(ticket: Ticket) -> TicketRow:
    return TicketRow(
        number=ticket.number,
        status=ticket.status,
        service=ticket.service.name,
        product=ticket.product.name if ticket.product else None,
        model=ticket.product.model if ticket.product else None,
        customer=ticket.customer.name if ticket.customer else None,
        language=ticket.language,
        description=ticket.description,
        created_at=ticket.created_at,
        priority=ticket.band,
        score=ticket.score,
        danger=ticket.danger,
    )
