"""The pages about tickets: the list, one ticket, the change of its status, the way to a number."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.evaluation.correcting import Correction, correct_facts
from aftercare.evaluation.rule import Band
from aftercare.privacy.masking import mask_for_storing
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.ticket_numbers import read_number
from aftercare.tickets import change_status
from console.access import Visit, find_ticket, open_change, open_visit
from console.desk import desk_of
from console.filters import read_filters
from console.formats import english, language_name, plain_name, status_name
from console.forms import Form, query_value
from console.pages import go, show
from console.paging import read_place
from console.text_search import distinct_values
from console.ticket_list import DANGER, NAMES, NEWEST, OPEN, by_priority, fetch_tickets
from console.ticket_view import read_ticket

router = APIRouter()

_LONGEST_NOTE = 4000


@router.get("/tickets", name="tickets")
def list_tickets(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request) as visit:
        urgent_first = by_priority(filters)
        place = read_place(request, int, int if urgent_first else datetime)
        page = fetch_tickets(visit, filters, place)
        choices = _choices(visit)
    return show(
        request,
        "tickets.html",
        area="tickets",
        page=page,
        filters=filters,
        choices=choices,
        urgent_first=urgent_first,
    )


@router.get("/tickets/{number}", name="ticket")
def show_ticket(request: Request, number: str) -> Response:
    return _ticket_page(request, number, saved=query_value(request, "saved"))


@router.post("/tickets/{number}/status", name="change_ticket_status")
def change_ticket_status(request: Request, number: str, form: Form) -> Response:
    note = form.get("note", "").strip()[:_LONGEST_NOTE]
    desk = desk_of(request)
    if desk.settings.mask_numbers:
        note = mask_for_storing(desk.sessions, note)
    try:
        with open_change(request, form) as visit:
            change_status(
                visit.session,
                find_ticket(visit, number, to_change=True),
                _read_status(form, "to"),
                staff=visit.staff,
                note=note,
                seen=_read_status(form, "seen"),
                now=visit.now,
            )
    except StaleEdit:
        return _ticket_page(request, number, note=note, problem="stale", status=409)
    except NotAllowed:
        return _ticket_page(request, number, note=note, problem="not_allowed", status=409)
    return go(request, "ticket", {"saved": "status"}, number=number)


@router.post("/tickets/{number}/evaluation", name="correct_evaluation")
def correct_evaluation(request: Request, number: str, form: Form) -> Response:
    """Put on file what the evaluation counts and the customer did not tell."""
    try:
        learnt = _read_correction(form)
        with open_change(request, form) as visit:
            ticket = find_ticket(visit, number, to_change=True)
            correct_facts(visit.session, ticket, learnt, staff=visit.staff, now=visit.now)
    except NotAllowed:
        return _ticket_page(request, number, problem="facts", status=422)
    return go(request, "ticket", {"saved": "evaluation"}, number=number)


@router.get("/search", name="search")
def search(request: Request) -> Response:
    """A ticket number goes to its ticket, anything else to the conversations that mention it."""
    words = query_value(request, "find")
    with open_visit(request) as visit:
        number = read_number(words)
        if number is None:
            return go(request, "conversations", {"q": words})
        try:
            found = find_ticket(visit, number).number
        except NotFound:
            return show(request, "number_unknown.html", status=404, find=words, number=number)
    return go(request, "ticket", number=found)


def _ticket_page(
    request: Request,
    number: str,
    *,
    saved: str = "",
    note: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    with open_visit(request) as visit:
        ticket = read_ticket(visit.session, find_ticket(visit, number))
    return show(
        request,
        "ticket.html",
        status=status,
        area="tickets",
        ticket=ticket,
        saved=saved,
        note=note,
        longest_note=_LONGEST_NOTE,
        problem=problem,
    )


def _read_status(form: dict[str, str], name: str) -> TicketStatus:
    try:
        return TicketStatus(form.get(name, ""))
    except ValueError as error:
        raise NotAllowed(f"the form names no status in {name}") from error


def _read_correction(form: dict[str, str]) -> Correction:
    """Raises NotAllowed for what is no day."""
    bought = form.get("bought", "").strip()
    unused = {"yes": True, "no": False}.get(form.get("unused", ""))
    try:
        day = date.fromisoformat(bought) if bought else None
    except ValueError as error:
        raise NotAllowed("the form names no day") from error
    return Correction(form.get("feature") or None, day, unused)


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and name."""
    services = visit.session.scalars(select(Service).order_by(Service.position, Service.id))
    products = visit.session.scalars(select(Product).order_by(Product.category_id, Product.id))
    return {
        "status": [(OPEN, "Open (all that need work)")]
        + [(status.value, status_name(status)) for status in TicketStatus],
        "service": [(service.id, english(service.name)) for service in services],
        "product": [
            (product.id, f"{english(product.name)} ({product.model})") for product in products
        ],
        "language": [
            (code, language_name(code)) for code in distinct_values(visit.session, Ticket.language)
        ],
        "priority": [(band.value, plain_name(band)) for band in Band],
        "safety": [(DANGER, "Told of danger")],
        "order": [(NEWEST, "Newest first")],
    }
