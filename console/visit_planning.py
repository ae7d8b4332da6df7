"""The visit of one ticket: where it goes, when, who comes, and the parts that are kept for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.announcements import Announcements
from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.stock import PartReservation, StockItem
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tables.visits import Technician, VisitSite, VisitStatus
from aftercare.tickets.life import Actor
from aftercare.visits import stock
from aftercare.visits.announcing import invite, tell_of_visit
from aftercare.visits.areas import active_areas
from aftercare.visits.booking import (
    Choice,
    NothingFree,
    address_on_file,
    book,
    booked_visit,
    cancel,
    is_visited,
    next_choices,
    settle_site,
)
from aftercare.visits.diary import visits_of_ticket
from aftercare.visits.stock import NotEnough
from aftercare.visits.words import show_visit
from console.access import Visit, find_ticket, open_change, open_visit
from console.formats import english
from console.forms import Form, query_value
from console.pages import go, show
from console.ticket_page import read_note
from console.visit_card import part_lines
from console.visits import DiaryLine, clock_times, diary_line

router = APIRouter()

#: So many times are shown to choose from.
_SHOWN = 12
_LONGEST_ADDRESS = 500
_LARGEST_ID = 2**31 - 1

#: Says what the customer is told of it, if anything.
_Deed = Callable[[Visit, Ticket, Announcements], None]


@dataclass(frozen=True)
class Offered:
    """A time that can be booked."""

    value: str
    day: date
    window: str
    times: str
    technician: str


@router.get("/tickets/{number}/visit", name="ticket_visit")
def show_planning(request: Request, number: str) -> Response:
    """The page of the ticket's visit and parts."""
    return _page(request, number, saved=query_value(request, "saved"))


@router.post("/tickets/{number}/visit/site", name="settle_visit_site")
def settle(request: Request, number: str, form: Form) -> Response:
    """Put the address and its area on file."""
    address = form.get("address", "").strip()[:_LONGEST_ADDRESS]

    def deed(visit: Visit, ticket: Ticket, _: Announcements) -> None:
        if not address:
            raise NotAllowed("no address")
        area = form.get("area", "")
        if settle_site(visit.session, ticket, address=address, area_id=area) is None:
            raise _Unplaced("the area is not known")

    return _carry_out(request, number, form, deed, "site", "no_address")


@router.post("/tickets/{number}/visit/book", name="book_visit")
def book_time(request: Request, number: str, form: Form) -> Response:
    """Book a time, or move the visit to it, and tell the customer in the chat."""
    note = read_note(request, form)

    def deed(visit: Visit, ticket: Ticket, announcements: Announcements) -> None:
        choice = _read_choice(form.get("time", ""))
        by = Actor.of(visit.staff)
        booked = book(visit.session, ticket, choice, by=by, now=visit.now, note=note)
        if form.get("tell") == "yes":
            tell_of_visit(visit.session, announcements, booked, visit.now)

    return _carry_out(request, number, form, deed, "booked", "not_booked")


@router.post("/tickets/{number}/visit/cancel", name="cancel_visit")
def cancel_booked(request: Request, number: str, form: Form) -> Response:
    """Cancel the visit that is booked and tell the customer."""
    note = read_note(request, form)

    def deed(visit: Visit, ticket: Ticket, announcements: Announcements) -> None:
        booked = booked_visit(visit.session, ticket)
        if booked is None or not note:
            raise NotAllowed("no visit is booked, or no reason is given")
        cancel(visit.session, booked, by=Actor.of(visit.staff), now=visit.now, note=note)
        if form.get("tell") == "yes":
            tell_of_visit(visit.session, announcements, booked, visit.now)

    return _carry_out(request, number, form, deed, "cancelled", "not_cancelled")


@router.post("/tickets/{number}/visit/invite", name="invite_to_visit")
def offer_in_chat(request: Request, number: str, form: Form) -> Response:
    """Let the bot offer times to the customer."""

    def deed(visit: Visit, ticket: Ticket, announcements: Announcements) -> None:
        if not is_visited(ticket) or not invite(visit.session, announcements, ticket, visit.now):
            raise NotAllowed("the customer cannot be asked in the chat")

    return _carry_out(request, number, form, deed, "invited", "not_invited")


@router.post("/tickets/{number}/parts", name="reserve_part")
def reserve(request: Request, number: str, form: Form) -> Response:
    """Keep parts for the ticket."""

    def deed(visit: Visit, ticket: Ticket, _: Announcements) -> None:
        item = visit.session.get(StockItem, _read_number(form, "item"))
        if item is None or item.product_id != ticket.product_id:
            raise NotAllowed("the product has no such part")
        quantity = _read_number(form, "quantity")
        stock.reserve(
            visit.session, ticket, item, quantity, by=Actor.of(visit.staff), now=visit.now
        )

    return _carry_out(request, number, form, deed, "reserved", "not_reserved")


@router.post("/tickets/{number}/parts/{reservation_id:int}", name="settle_part")
def settle_part(request: Request, number: str, reservation_id: int, form: Form) -> Response:
    """Use the parts that are kept, or give them back."""

    def deed(visit: Visit, ticket: Ticket, _: Announcements) -> None:
        found = visit.session.get(PartReservation, min(reservation_id, _LARGEST_ID))
        if found is None or found.ticket_id != ticket.id:
            raise NotFound("no such reservation")
        do = stock.use if form.get("deed") == "use" else stock.release
        do(visit.session, found, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "settled", "not_settled")


class _Unplaced(NotAllowed):
    """The address lies in no area that is known; the form has to name one."""


def _carry_out(
    request: Request, number: str, form: Form, deed: _Deed, saved: str, problem: str
) -> Response:
    try:
        with open_change(request, form) as visit:
            announcements = Announcements(visit.desk.engine)
            deed(visit, find_ticket(visit, number, to_change=True), announcements)
    except NothingFree:
        return _page(request, number, problem="taken", status=409)
    except NotEnough as error:
        return _page(request, number, problem="not_enough", free=error.free, status=409)
    except _Unplaced:
        return _page(request, number, problem="unplaced", form=form, status=422)
    except NotAllowed:
        return _page(request, number, problem=problem, form=form, status=409)
    announcements.send()
    return go(request, "ticket_visit", {"saved": saved}, number=number)


def _page(
    request: Request,
    number: str,
    *,
    saved: str = "",
    problem: str = "",
    free: int = 0,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    typed = form or {}
    with open_visit(request) as visit:
        session = visit.session
        ticket = find_ticket(visit, number)
        site = session.get(VisitSite, ticket.id)
        booked = booked_visit(session, ticket)
        items = stock.stock_of_product(session, ticket.product_id) if ticket.product_id else []
        names = stock.part_names(session, items)
        address = typed.get("address") or (site.address if site else address_on_file(ticket))
        area = typed.get("area") or (site.area_id if site else "")
        values: dict[str, Any] = {
            "number": ticket.number,
            "service": english(ticket.service.name),
            "visited": is_visited(ticket),
            "closed": ticket.status == TicketStatus.CLOSED,
            "chats": ticket.conversation_id is not None,
            "address": address,
            "area_id": area,
            "areas": [(one.id, one.name) for one in active_areas(session)],
            "settled": site is not None,
            "booked": diary_line(booked, site, visit.now) if booked else None,
            "when": show_visit(booked, "en") if booked else "",
            "past": _past(visit, ticket, site),
            "times": _times(visit, ticket),
            "items": [(item.id, english(names[item.id]), item.free) for item in items],
            "parts": part_lines(visit, ticket),
        }
    return show(
        request,
        "visit_planning.html",
        status=status,
        area="tickets",
        saved=saved,
        problem=problem,
        free=free,
        note=typed.get("note", ""),
        **values,
    )


def _past(visit: Visit, ticket: Ticket, site: VisitSite | None) -> list[tuple[DiaryLine, str]]:
    return [
        (diary_line(one, site, visit.now), show_visit(one, "en"))
        for one in visits_of_ticket(visit.session, ticket)
        if one.status != VisitStatus.BOOKED
    ]


def _times(visit: Visit, ticket: Ticket) -> list[Offered]:
    if not is_visited(ticket):
        return []
    offered = []
    for slot in next_choices(visit.session, ticket, visit.now, _SHOWN):
        technician = visit.session.get_one(Technician, slot.technician_id)
        zone = ZoneInfo(visit.session.get_one(VisitSite, ticket.id).area.time_zone)
        offered.append(
            Offered(
                value=f"{slot.day} {slot.window_id} {slot.technician_id}",
                day=slot.day,
                window=slot.window_id,
                times=clock_times(slot.starts_at, slot.ends_at, zone),
                technician=technician.name,
            )
        )
    return offered


def _read_choice(text: str) -> Choice:
    """Raises NotAllowed for what no button of ours says."""
    try:
        day, window_id, technician = text.split()
        return Choice(date.fromisoformat(day), window_id, int(technician))
    except ValueError as error:
        raise NotAllowed("the form names no time") from error


def _read_number(form: Form, name: str) -> int:
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotAllowed(f"{name} is no number")
    return int(text)
