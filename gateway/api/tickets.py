"""Tickets for other systems: list, read, open, move, note."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from aftercare.database import reading, writing
from aftercare.errors import NotAllowed, StaleEdit
from aftercare.intake.fields import Context
from aftercare.privacy.masking import mask_for_storing
from aftercare.safety import words_of_danger
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import EventKind, record
from aftercare.tickets.life import check_seen, move
from aftercare.tickets.opening import NewTicket, open_ticket
from aftercare.tickets.records import WrongValue, read_value
from gateway.api.access import COMMON, WITH_BODY, Caller, caller_with
from gateway.api.cursors import Cursor, Limit, in_range, read_cursor, write_cursor
from gateway.api.finding import KEY_PATTERN, find_ticket
from gateway.api.orders import Order, order_for
from gateway.api.shapes import TicketFull, TicketPage, ticket_full, ticket_shown
from gateway.api.wishes import (
    WRITING,
    NoteWish,
    Status,
    StatusWish,
    TicketWish,
    described_body,
)
from gateway.desk import Desk, desk_of
from gateway.trouble import ApiError, described

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

CHANNEL = "api"

_Key = Annotated[str | None, Query(pattern=KEY_PATTERN)]
_Reader = Annotated[Caller, Depends(caller_with("tickets:read"))]
_New = Annotated[Order[TicketWish], Depends(order_for(TicketWish, "tickets:write"))]
_Move = Annotated[Order[StatusWish], Depends(order_for(StatusWish, "tickets:write"))]
_Note = Annotated[Order[NoteWish], Depends(order_for(NoteWish, "tickets:write"))]


@router.get(
    "",
    summary="List tickets, the longest unchanged first",
    responses=described(*COMMON, (422, "invalid_parameter, invalid_cursor")),
)
def list_tickets(
    request: Request,
    caller: _Reader,
    cursor: Cursor = None,
    limit: Limit = 50,
    status: Annotated[list[Status] | None, Query()] = None,
    service: _Key = None,
    product: _Key = None,
    updated_since: Annotated[
        datetime | None, Query(description="With a zone, as 2026-11-21T12:00:00Z.")
    ] = None,
) -> TicketPage:
    """In the order of their last change, so whoever follows the pages misses none."""
    statement = select(Ticket).options(joinedload(Ticket.customer), selectinload(Ticket.records))
    if status:
        statement = statement.where(Ticket.status.in_(status))
    if service:
        statement = statement.where(Ticket.service_id == service)
    if product:
        statement = statement.where(Ticket.product_id == product)
    if updated_since:
        statement = statement.where(Ticket.updated_at >= _since(updated_since))
    with reading(desk_of(request).sessions) as session:
        found = list(session.scalars(_after(statement, cursor).limit(limit + 1)))
        rows, last = found[:limit], found[limit - 1] if len(found) > limit else None
        known = caller.knows_customers
        return TicketPage(
            tickets=[ticket_shown(one, with_customer=known) for one in rows],
            next=write_cursor(last.updated_at, last.id) if last else None,
        )


@router.get(
    "/{number}",
    summary="Read a ticket with its history",
    responses=described(*COMMON, (404, "ticket_unknown"), (422, "invalid_parameter")),
)
def read_ticket(request: Request, number: str, caller: _Reader) -> TicketFull:
    with reading(desk_of(request).sessions) as session:
        return _full(find_ticket(session, number), caller)


@router.post(
    "",
    status_code=201,
    summary="Open a ticket",
    responses=described(*WITH_BODY, (422, f"{WRITING}, service_unknown, product_unknown")),
    openapi_extra=described_body(TicketWish),
)
def post_ticket(request: Request, order: _New) -> TicketFull:
    """It is weighed at once. The records are those of the service (GET /api/v1/services)."""
    desk = order.desk
    new = _read_new(desk, request, order.wish, order.caller)
    with writing(desk.sessions) as session:
        number = order.once(session, lambda: open_ticket(session, new, desk.clock()).number)
        return _full(find_ticket(session, number), order.caller)


@router.post(
    "/{number}/status",
    summary="Move a ticket to another status",
    responses=described(
        *WITH_BODY,
        (404, "ticket_unknown"),
        (409, "status_changed, move_not_allowed"),
        (422, WRITING),
    ),
    openapi_extra=described_body(StatusWish),
)
def post_status(number: str, order: _Move) -> TicketFull:
    """`seen` is the status that the caller believes it to have; another one by now is a 409."""
    desk, wish = order.desk, order.wish
    note = _storable(desk, wish.note or "")

    def change(session: Session, ticket: Ticket) -> None:
        try:
            check_seen(ticket, TicketStatus(wish.seen))
            move(
                session,
                ticket,
                TicketStatus(wish.to),
                by=order.caller.actor,
                note=note,
                now=desk.clock(),
                reopen_days=desk.settings.reopen_days,
            )
        except StaleEdit:
            raise ApiError(
                409,
                "status_changed",
                f"The ticket is {ticket.status} by now. Read it again and decide anew.",
            ) from None
        except NotAllowed:
            raise ApiError(
                409,
                "move_not_allowed",
                f"The ticket cannot go from {ticket.status} to {wish.to} now: the rules of its "
                "service forbid it, or a required record or step is missing.",
            ) from None

    return _changed(number, order, change)


@router.post(
    "/{number}/notes",
    status_code=201,
    summary="Add a note for the staff",
    responses=described(*WITH_BODY, (404, "ticket_unknown"), (422, WRITING)),
    openapi_extra=described_body(NoteWish),
)
def post_note(number: str, order: _Note) -> TicketFull:
    """The customer does not see it."""
    desk, by = order.desk, order.caller.actor
    note = _storable(desk, order.wish.note)

    def change(session: Session, ticket: Ticket) -> None:
        record(session, ticket, EventKind.NOTE, by=by, now=desk.clock(), note=note)

    return _changed(number, order, change)


def _changed(
    number: str, order: Order[Any], change: Callable[[Session, Ticket], None]
) -> TicketFull:
    """Change the ticket once, and give it as it is now."""
    with writing(order.desk.sessions) as session:
        ticket = find_ticket(session, number, to_change=True)

        def work() -> str:
            change(session, ticket)
            return ticket.number

        order.once(session, work)
        return _full(ticket, order.caller)


def _full(ticket: Ticket, caller: Caller) -> TicketFull:
    return ticket_full(ticket, with_customer=caller.knows_customers)


def _after(statement: Select[Ticket], cursor: str | None) -> Select[Ticket]:
    if cursor is not None:
        at, key = read_cursor(cursor, timed=True)
        # The first condition alone lets the database enter its index at the right place.
        statement = statement.where(
            and_(Ticket.updated_at >= at, or_(Ticket.updated_at > at, Ticket.id > key))
        )
    return statement.order_by(Ticket.updated_at, Ticket.id)


def _since(moment: datetime) -> datetime:
    try:
        return in_range(moment)
    except (ValueError, OverflowError):
        raise ApiError(
            422, "invalid_parameter", "Write updated_since with a zone, as 2026-11-21T12:00:00Z."
        ) from None


def _read_new(desk: Desk, request: Request, wish: TicketWish, caller: Caller) -> NewTicket:
    """What is to be opened, checked against the catalogue. Raises ApiError (422)."""
    catalogue = request.app.state.catalogue.newest()
    zone = ZoneInfo(desk.company.business_hours.time_zone)
    about = Context(catalogue, wish.product, desk.clock().astimezone(zone).date(), wish.language)
    with reading(desk.sessions) as session:
        service = session.get(Service, wish.service)
        if service is None or not service.active or service.completion != "open_ticket":
            raise ApiError(
                422,
                "service_unknown",
                "There is no such service that opens tickets. GET /api/v1/services lists them.",
            )
        product = session.get(Product, wish.product) if wish.product else None
        if wish.product and (product is None or not product.active):
            raise ApiError(
                422, "product_unknown", "There is no such product. GET /api/v1/products lists them."
            )
        records = _read_records(service, wish.records, about)
    for field in service.records:
        if field.kind == "product" and wish.product:
            records.setdefault(field.field, wish.product)
        elif field.kind == "description":
            records.setdefault(field.field, wish.description)
    words = desk.company.safety_words
    said = " ".join((wish.description, *wish.records.values()))
    return NewTicket(
        intake_key=f"api:{uuid.uuid4().hex}",
        service_id=wish.service,
        conversation_id=None,
        channel=CHANNEL,
        language=wish.language,
        description=_storable(desk, wish.description),
        product_id=wish.product,
        name=wish.customer.name,
        email=wish.customer.email,
        phone=wish.customer.phone,
        records={name: _storable(desk, value) for name, value in records.items()},
        danger=bool(words_of_danger(said, words)),
        opened_by=caller.actor.name,
    )


def _read_records(service: Service, given: dict[str, str], about: Context) -> dict[str, str]:
    fields = {field.field: field for field in service.records}
    taken = {}
    for name, words in given.items():
        try:
            taken[name] = read_value(fields[name], words, about)
        except KeyError:
            raise ApiError(
                422,
                "invalid_field",
                f"The service has no such record: only {', '.join(fields)}.",
            ) from None
        except WrongValue:
            raise ApiError(
                422,
                "invalid_field",
                f"The field 'records.{name}' cannot be a record of kind {fields[name].kind}.",
            ) from None
    return taken


def _storable(desk: Desk, text: str) -> str:
    return mask_for_storing(desk.sessions, text) if desk.settings.mask_numbers else text
