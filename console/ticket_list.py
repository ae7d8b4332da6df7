"""Finds tickets by filters and words, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from aftercare.tables.clocks import DueState
from aftercare.tables.conversations import Customer
from aftercare.tables.teams import TeamMember
from aftercare.tables.tickets import OPEN_STATUSES, Ticket, TicketStatus, is_open
from aftercare.ticket_numbers import read_number
from console.access import Visit, seen_tickets
from console.filters import WORDS, Filters
from console.paging import PAGE_SIZE, Page, Place, fetch_page
from console.text_search import contains, holds, mentions

#: The filters of the list, besides words and days.
NAMES = (
    "status",
    "whose",
    "service",
    "product",
    "language",
    "priority",
    "safety",
    "clock",
    "order",
)
#: A status filter that stands for several: whatever still needs work.
OPEN = "open"
#: The value of the order that is not the order of work.
NEWEST = "newest"
#: The value of the order by when the next clock of a ticket is due.
DUE_FIRST = "due"
#: The value of the filter for tickets that tell of danger.
DANGER = "danger"
_RUNNING_OUT = (DueState.DUE_SOON, DueState.LATE)

#: The values of the filter by who works on a ticket; one team or person is TEAM or PERSON and id.
MINE, MY_TEAMS, NOBODYS = "mine", "my-teams", "nobodys"
TEAM, PERSON = "team-", "person-"


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
    due_at: datetime | None
    """When the next of its clocks is due; None: none runs."""
    due_state: str | None
    assignee: str | None
    team: str | None


def by_due(filters: Filters) -> bool:
    """Whether the list is in the order in which tickets are due; it then has no others."""
    return filters.get("order") == DUE_FIRST or filters.get("clock") in _RUNNING_OUT


def by_priority(filters: Filters) -> bool:
    """Whether the list is in the order of work: where only open tickets are asked for."""
    chosen = filters.get("order") == NEWEST or by_due(filters)
    return not chosen and filters.get("status") in (OPEN, *OPEN_STATUSES)


def fetch_tickets(visit: Visit, filters: Filters, place: Place) -> Page[TicketRow]:
    """Tickets, the newest first; in the order of work, the most urgent and longest waiting; or
    those first that are due first.
    """
    found = _filtered(visit, filters)
    # The index of each of these is in order, that of all of them together is not.
    alternatives: list[list[ColumnElement[bool]]] = []
    if filters.get("whose") == MY_TEAMS:
        alternatives.append([Ticket.team_id == team for team in _own_teams(visit)])
    if filters.get("status") == OPEN and not by_priority(filters) and not by_due(filters):
        alternatives.append([Ticket.status == status for status in OPEN_STATUSES])
    if words := filters.get(WORDS):
        alternatives.append(_mentions(visit.session, words))
    parts = [and_(*chosen) for chosen in product(*alternatives)] if alternatives else None
    rising = by_priority(filters) or by_due(filters)
    at: InstrumentedAttribute[Any] = Ticket.created_at
    if rising:
        at = Ticket.precedence if by_priority(filters) else Ticket.due_at
    looks = partial(_is_about, visit.session, words) if words and len(alternatives) == 1 else None
    page = fetch_page(
        visit.session, found, place, at, Ticket.id, rising=rising, parts=parts, looks=looks
    )
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
        joinedload(Ticket.service),
        joinedload(Ticket.product),
        joinedload(Ticket.customer),
        joinedload(Ticket.assignee),
        joinedload(Ticket.team),
    )


def _filtered(visit: Visit, filters: Filters) -> Select[Ticket]:
    statement = _with_names(seen_tickets(visit))
    if status := filters.get("status"):
        wanted = OPEN_STATUSES if status == OPEN else (status,)
        if by_priority(filters):
            # The others are named, so that SQLite walks the index in the order of work.
            others = [other for other in OPEN_STATUSES if other not in wanted]
            statement = statement.where(is_open(), Ticket.status.not_in(others))
        elif status != OPEN or by_due(filters):
            statement = statement.where(Ticket.status.in_(wanted))
    whose = filters.get("whose")
    if whose and whose != MY_TEAMS:
        statement = statement.where(_of_whom(visit, whose))
    if band := filters.get("priority"):
        statement = statement.where(Ticket.band == band)
    if by_due(filters):
        statement = statement.where(Ticket.due_at.is_not(None))
        if state := filters.get("clock"):
            statement = statement.where(Ticket.due_state == state)
    if filters.get("safety") == DANGER:
        statement = statement.where(Ticket.danger)
    if service := filters.get("service"):
        statement = statement.where(Ticket.service_id == service)
    if wanted_product := filters.get("product"):
        statement = statement.where(Ticket.product_id == wanted_product)
    if language := filters.get("language"):
        statement = statement.where(Ticket.language == language)
    if begin := filters.begin(visit.desk.zone):
        statement = statement.where(Ticket.created_at >= begin)
    if end := filters.end(visit.desk.zone):
        statement = statement.where(Ticket.created_at < end)
    return statement


def _of_whom(visit: Visit, whose: str) -> ColumnElement[bool]:
    """The condition of the filter by who works on a ticket; an unknown value finds none."""
    if whose == MINE:
        return Ticket.assignee_id == visit.staff.id
    if whose == NOBODYS:
        return Ticket.assignee_id.is_(None)
    for begin, column in ((TEAM, Ticket.team_id), (PERSON, Ticket.assignee_id)):
        key = whose.removeprefix(begin)
        if whose.startswith(begin) and key.isascii() and key.isdigit() and len(key) < 10:
            return column == int(key)
    return false()


def _own_teams(visit: Visit) -> list[int]:
    """The teams of the person, also retired ones: they may still have tickets."""
    own = select(TeamMember.team_id).where(TeamMember.staff_id == visit.staff.id)
    return list(visit.session.scalars(own))


def _mentions(session: Session, words: str) -> list[ColumnElement[bool]]:
    """The conditions of which one holds for a ticket that the words are about."""
    if number := read_number(words):
        return [Ticket.number == number]
    of_customer = select(Customer.id).where(mentions(session, Customer, words))
    return [mentions(session, Ticket, words), Ticket.customer_id.in_(of_customer)]


def _is_about(session: Session, words: str, row: type[Ticket]) -> ColumnElement[bool]:
    """Whether the words are about one ticket, looked up from there."""
    if number := read_number(words):
        return row.number == number
    of_customer = select(Customer.id).where(
        Customer.id == row.customer_id, holds(session, Customer, words)
    )
    fits = (contains(session, column, words) for column in (row.number, row.description))
    # The offset keeps PostgreSQL from turning the question around.
    return or_(*fits, of_customer.offset(0).exists())


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
        due_at=ticket.due_at,
        due_state=ticket.due_state,
        assignee=ticket.assignee.name if ticket.assignee else None,
        team=ticket.team.name if ticket.team else None,
    )
