"""Customers for other systems."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import select

from aftercare.database import reading
from aftercare.tables.conversations import Customer
from gateway.api.access import COMMON, Caller, caller_with
from gateway.api.cursors import LARGEST_ID, Cursor, Limit, read_cursor, write_cursor
from gateway.api.shapes import CustomerPage, CustomerShown, customer_shown
from gateway.desk import desk_of
from gateway.trouble import ApiError, described

router = APIRouter(prefix="/api/v1/customers", tags=["customers"])

_Reader = Annotated[Caller, Depends(caller_with("customers:read"))]
# Nothing that no database can hold.
_Words = Annotated[str | None, Query(max_length=254, pattern=r"^[!-~]+$")]


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
    "/{number}",
    summary="Read a customer",
    responses=described(*COMMON, (404, "customer_unknown"), (422, "invalid_parameter")),
)
def read_customer(
    request: Request, number: Annotated[int, Path(ge=1, le=LARGEST_ID)], _caller: _Reader
) -> CustomerShown:
    with reading(desk_of(request).sessions) as session:
        found = session.get(Customer, number)
        if found is None:
            raise ApiError(404, "customer_unknown", "There is no customer with this id.")
        return customer_shown(found)
