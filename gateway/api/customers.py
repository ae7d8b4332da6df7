"""Customers for other systems: list, find, read, add, change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from aftercare.database import reading, writing
from aftercare.exchange.contacts import ContactTaken, Nameless, change_contact, take_contact
from aftercare.exchange.customers import Contact
from aftercare.tables.conversations import Customer
from gateway.api.access import COMMON, WITH_BODY, Caller, caller_with
from gateway.api.cursors import Cursor, Limit, read_cursor, write_cursor
from gateway.api.finding import LINE_PATTERN, Number, find
from gateway.api.orders import OF_VERSIONS, IfMatch, Order, check_version, order_for, with_etag
from gateway.api.shapes import CustomerPage, CustomerShown, customer_shown
from gateway.api.wishes import WRITING, CustomerChange, CustomerWish, described_body
from gateway.desk import desk_of
from gateway.trouble import ApiError, described

router = APIRouter(prefix="/api/v1/customers", tags=["customers"])

_SCOPES = ("customers:read", "customers:write")
_Reader = Annotated[Caller, Depends(caller_with("customers:read"))]
_New = Annotated[Order[CustomerWish], Depends(order_for(CustomerWish, *_SCOPES))]
_Change = Annotated[Order[CustomerChange], Depends(order_for(CustomerChange, *_SCOPES))]
_Words = Annotated[str | None, Query(max_length=254, pattern=LINE_PATTERN)]


@router.get(
    "",
    summary="List customers, or find one",
    responses=described(*COMMON, (422, "invalid_parameter, invalid_cursor")),
)
def list_customers(
    request: Request,
    _caller: _Reader,
    cursor: Cursor = None,
    limit: Limit = 50,
    email: _Words = None,
    external_id: _Words = None,
) -> CustomerPage:
    statement = select(Customer).order_by(Customer.id).limit(limit + 1)
    if email:
        statement = statement.where(Customer.email == email.lower())
    if external_id:
        statement = statement.where(Customer.external_id == external_id)
    if cursor is not None:
        statement = statement.where(Customer.id > read_cursor(cursor, timed=False)[1])
    with reading(desk_of(request).sessions) as session:
        found = list(session.scalars(statement))
    last = found[limit - 1] if len(found) > limit else None
    return CustomerPage(
        customers=[customer_shown(one) for one in found[:limit]],
        next=write_cursor(None, last.id) if last else None,
    )


@router.get(
    "/{customer}",
    summary="Read a customer",
    responses=described(*COMMON, (404, "customer_unknown"), (422, "invalid_parameter")),
)
def read_customer(
    request: Request, customer: Number, _caller: _Reader, response: Response
) -> CustomerShown:
    with reading(desk_of(request).sessions) as session:
        return with_etag(customer_shown(find(session, Customer, customer, "customer")), response)


@router.post(
    "",
    status_code=201,
    summary="Add a customer, or tell more of a known one",
    responses={
        200: {"model": CustomerShown, "description": "Known already"},
        **described(
            *WITH_BODY,
            (404, "customer_unknown"),
            (409, "customer_taken"),
            (422, f"{WRITING}, customer_nameless"),
        ),
    },
    openapi_extra=described_body(CustomerWish),
)
def post_customer(order: _New, response: Response) -> CustomerShown:
    """Known by `external_id`, else by `email`, else by `phone`; what is not given stays as it is.

    So the same call again changes nothing. A new customer needs a name and one of the three.
    """
    desk, wish = order.desk, order.wish
    told = Contact(0, wish.external_id, wish.name, wish.email, wish.phone, wish.language)
    added: list[int] = []

    with writing(desk.sessions) as session, _refusals():

        def work() -> str:
            customer, is_new = take_contact(
                session, told, language=desk.company.default_language, now=desk.clock()
            )
            added.extend([customer.id] * is_new)
            return str(customer.id)

        found = find(session, Customer, int(order.once(session, work)), "customer")
        shown = with_etag(customer_shown(found), response)
    response.status_code = 201 if added else 200
    return shown


@router.patch(
    "/{customer}",
    summary="Change a customer",
    responses=described(
        *WITH_BODY,
        *OF_VERSIONS,
        (404, "customer_unknown"),
        (409, "customer_taken"),
        (422, f"{WRITING}, customer_nameless"),
    ),
    openapi_extra=described_body(CustomerChange),
)
def patch_customer(
    customer: Number, order: _Change, response: Response, if_match: IfMatch = None
) -> CustomerShown:
    """What is given takes the place of what is on file; null takes it out."""
    wish = order.wish
    changes = {name: getattr(wish, name) for name in wish.model_fields_set}
    with writing(order.desk.sessions) as session, _refusals():
        found = find(session, Customer, customer, "customer", to_change=True)

        def work() -> str:
            check_version(if_match, customer_shown(found).version)
            change_contact(session, found, changes)
            return str(found.id)

        order.once(session, work)
        return with_etag(customer_shown(found), response)


@contextmanager
def _refusals() -> Iterator[None]:
    """Why a customer cannot be written, as the API tells it."""
    try:
        yield
    except ContactTaken as error:
        raise ApiError(409, "customer_taken", _sentence(error)) from None
    except Nameless as error:
        raise ApiError(422, "customer_nameless", _sentence(error)) from None


def _sentence(error: Exception) -> str:
    words = str(error)
    return f"{words[0].upper()}{words[1:]}. Nothing was written."
