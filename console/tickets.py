"""The pages about tickets: the list, one ticket with its evaluation, the way to a number."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from aftercare.errors import NotAllowed, NotFound
from aftercare.evaluation.correcting import Correction, correct_facts
from aftercare.evaluation.rule import Band
from aftercare.returns.cases import find_by_rma
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.clocks import DueState
from aftercare.tables.conversations import Customer
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.ticket_numbers import read_number
from console.access import Visit, find_ticket, open_change, open_visit
from console.filters import WORDS, read_filters
from console.formats import english, language_name, plain_name, status_name
from console.forms import Form, query_value
from console.pages import go, show
from console.paging import read_place
from console.text_search import distinct_values, stops_short
from console.ticket_list import (
    DANGER,
    DUE_FIRST,
    MINE,
    MY_TEAMS,
    NAMES,
    NEWEST,
    NOBODYS,
    OPEN,
    PERSON,
    TEAM,
    by_due,
    by_priority,
    fetch_tickets,
)
from console.ticket_page import Draft, ticket_page

router = APIRouter()


@router.get("/tickets", name="tickets")
def list_tickets(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request) as visit:
        urgent_first, due_first = by_priority(filters), by_due(filters)
        place = read_place(request, int, int if urgent_first else datetime)
        page = fetch_tickets(visit, filters, place)
        choices = _choices(visit)
        cut = stops_short(visit.session, filters.get(WORDS), Ticket, Customer)
    return show(
        request,
        "tickets.html",
        cut=cut,
        area="tickets",
        page=page,
        filters=filters,
        choices=choices,
        urgent_first=urgent_first,
        due_first=due_first,
    )


@router.get("/tickets/{number}", name="ticket")
def show_ticket(request: Request, number: str) -> Response:
    return ticket_page(request, number, saved=query_value(request, "saved"))


@router.post("/tickets/{number}/evaluation", name="correct_evaluation")
def correct_evaluation(request: Request, number: str, form: Form) -> Response:
    """Put on file what the evaluation counts and the customer did not tell."""
    try:
        learnt = _read_correction(form)
        with open_change(request, form) as visit:
            ticket = find_ticket(visit, number, to_change=True)
            correct_facts(visit.session, ticket, learnt, staff=visit.staff, now=visit.now)
    except NotAllowed:
        return ticket_page(request, number, Draft(problem="facts"), status=422)
    return go(request, "ticket", {"saved": "evaluation"}, number=number)


@router.get("/search", name="search")
def search(request: Request) -> Response:
    """A number goes to its ticket or return, anything else to the conversations that mention it."""
    words = query_value(request, "find")
    with open_visit(request) as visit:
        if returned := find_by_rma(visit.session, words):
            return go(request, "ticket_return", number=returned.ticket.number)
        number = read_number(words)
        if number is None:
            return go(request, "conversations", {"q": words})
        try:
            found = find_ticket(visit, number).number
        except NotFound:
            return show(request, "number_unknown.html", status=404, find=words, number=number)
    return go(request, "ticket", number=found)


def _read_correction(form: dict[str, str]) -> Correction:
    """Raises NotAllowed for what is no day."""
    bought = form.get("bought", "").strip()
    unused = {"yes": True, "no": False}.get(form.get("unused", ""))
    try:
        day = date.fromisoformat(bought) if bought else None
    except ValueError as error:
        raise NotAllowed("the form names no day") from error
    return Correction(form.get("feature") or None, day, unused)


def _owners(visit: Visit) -> list[tuple[str, str]]:
    """Oneself, one's teams and nobody, then every team and every person."""
    teams = visit.session.scalars(select(Team).order_by(Team.name))
    people = visit.session.scalars(select(Staff).where(Staff.active).order_by(Staff.name, Staff.id))
    return [
        (MINE, "Mine"),
        (MY_TEAMS, "My teams'"),
        (NOBODYS, "Nobody's"),
        *((f"{TEAM}{team.id}", f"Team {team.name}") for team in teams),
        *((f"{PERSON}{person.id}", person.name) for person in people),
    ]


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and name."""
    services = visit.session.scalars(select(Service).order_by(Service.position, Service.id))
    products = visit.session.scalars(select(Product).order_by(Product.category_id, Product.id))
    return {
        "status": [(OPEN, "Open (all that need work)")]
        + [(status.value, status_name(status)) for status in TicketStatus],
        "whose": _owners(visit),
        "service": [(service.id, english(service.name)) for service in services],
        "product": [
            (product.id, f"{english(product.name)} ({product.model})") for product in products
        ],
        "language": [
            (code, language_name(code)) for code in distinct_values(visit.session, Ticket.language)
        ],
        "priority": [(band.value, plain_name(band)) for band in Band],
        "safety": [(DANGER, "Told of danger")],
        "clock": [(DueState.DUE_SOON, "Due soon"), (DueState.LATE, "Late")],
        "order": [(NEWEST, "Newest first"), (DUE_FIRST, "Due first")],
    }
