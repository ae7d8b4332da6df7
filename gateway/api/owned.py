"""Owned products for other systems: who has which piece, its warranty, and corrections of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from aftercare.database import reading, writing
from aftercare.errors import NotAllowed
from aftercare.ownership.registering import (
    Particulars,
    SerialTaken,
    correct,
    particulars_of,
    register,
    retire,
    take_back,
)
from aftercare.serials import is_verified, normalise
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from gateway.api.access import COMMON, WITH_BODY, Caller, caller_with
from gateway.api.cursors import LARGEST_ID, Cursor, Limit, read_cursor, write_cursor
from gateway.api.finding import KEY_PATTERN, LINE_PATTERN, Number, find
from gateway.api.orders import OF_VERSIONS, IfMatch, Order, check_version, order_for, with_etag
from gateway.api.owned_shapes import (
    OwnedFull,
    OwnedPage,
    WarrantyShown,
    owned_full,
    owned_shown,
    warranty_shown,
)
from gateway.api.wishes import WRITING, OwnedChange, OwnedWish, described_body
from gateway.desk import Desk, desk_of
from gateway.trouble import ApiError, described

router = APIRouter(prefix="/api/v1/owned-products", tags=["owned products"])

_SCOPES = ("owned:read", "owned:write")
_Reader = Annotated[Caller, Depends(caller_with("owned:read"))]
_New = Annotated[Order[OwnedWish], Depends(order_for(OwnedWish, *_SCOPES))]
_Change = Annotated[Order[OwnedChange], Depends(order_for(OwnedChange, *_SCOPES))]
_WHAT = "owned_product"
#: What the API calls a serial number, and the rest of a piece's particulars by their own names.
_NAMES = {"serial_number": "serial"} | {
    one.name: one.name for one in fields(Particulars) if one.name != "serial"
}


@router.get(
    "",
    summary="List owned products, or find one by its serial number",
    responses=described(*COMMON, (422, "invalid_parameter, invalid_cursor")),
)
def list_owned(
    request: Request,
    _caller: _Reader,
    cursor: Cursor = None,
    limit: Limit = 50,
    customer: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    product: Annotated[str | None, Query(pattern=KEY_PATTERN)] = None,
    serial_number: Annotated[str | None, Query(max_length=60, pattern=LINE_PATTERN)] = None,
) -> OwnedPage:
    """Those that customers have no longer as well; `retired_at` tells."""
    statement = select(OwnedProduct).order_by(OwnedProduct.id).limit(limit + 1)
    if customer is not None:
        statement = statement.where(OwnedProduct.customer_id == customer)
    if product:
        statement = statement.where(OwnedProduct.product_id == product)
    if serial_number:
        statement = statement.where(OwnedProduct.serial == normalise(serial_number))
    if cursor is not None:
        statement = statement.where(OwnedProduct.id > read_cursor(cursor, timed=False)[1])
    with reading(desk_of(request).sessions) as session:
        found = list(session.scalars(statement))
    last = found[limit - 1] if len(found) > limit else None
    return OwnedPage(
        owned_products=[owned_shown(one) for one in found[:limit]],
        next=write_cursor(None, last.id) if last else None,
    )


@router.get(
    "/{owned}",
    summary="Read an owned product with its warranty and history",
    responses=described(*COMMON, (404, "owned_product_unknown"), (422, "invalid_parameter")),
)
def read_owned(request: Request, owned: Number, _caller: _Reader, response: Response) -> OwnedFull:
    desk = desk_of(request)
    with reading(desk.sessions) as session:
        found = find(session, OwnedProduct, owned, _WHAT)
        return with_etag(owned_full(session, found, _today(desk)), response)


@router.get(
    "/{owned}/warranty",
    summary="Read how an owned product is covered today",
    responses=described(*COMMON, (404, "owned_product_unknown"), (422, "invalid_parameter")),
)
def read_warranty(request: Request, owned: Number, _caller: _Reader) -> WarrantyShown:
    """Today is the day where the company is. Time at repair is added where the terms say so."""
    desk = desk_of(request)
    with reading(desk.sessions) as session:
        return warranty_shown(session, find(session, OwnedProduct, owned, _WHAT), _today(desk))


@router.post(
    "",
    status_code=201,
    summary="Register a product that a customer owns",
    responses={
        200: {"model": OwnedFull, "description": "Registered already, and completed"},
        **described(
            *WITH_BODY,
            (404, "owned_product_unknown"),
            (422, f"{WRITING}, customer_unknown, product_unknown, serial_not_valid, days_wrong"),
        ),
    },
    openapi_extra=described_body(OwnedWish),
)
def post_owned(order: _New, response: Response) -> OwnedFull:
    """The same serial number, else the same day of purchase, is the same piece.

    What is on file of it stays, and what is missing is filled in, so the same call again changes
    nothing.
    """
    desk, wish = order.desk, order.wish
    told = Particulars(**_told(wish))
    added: list[int] = []
    with writing(desk.sessions) as session, _refusals():
        customer = find(session, Customer, wish.customer, "customer", status=422)
        product = find(session, Product, wish.product, "product", status=422)
        _check_serial(told.serial, product, keep=wish.keep_unverified)

        def work() -> str:
            before = set(
                session.scalars(
                    select(OwnedProduct.id).where(OwnedProduct.customer_id == customer.id)
                )
            )
            owned = register(
                session,
                customer,
                product,
                told,
                source=OwnedSource.IMPORT,
                by=order.caller.actor,
                now=desk.clock(),
            )
            added.extend({owned.id} - before)
            return str(owned.id)

        owned = find(session, OwnedProduct, int(order.once(session, work)), _WHAT)
        shown = with_etag(owned_full(session, owned, _today(desk)), response)
    response.status_code = 201 if added else 200
    return shown


@router.patch(
    "/{owned}",
    summary="Correct an owned product, or note that the customer has it no longer",
    responses=described(
        *WITH_BODY,
        *OF_VERSIONS,
        (404, "owned_product_unknown"),
        (409, "serial_taken"),
        (422, f"{WRITING}, serial_not_valid, days_wrong"),
    ),
    openapi_extra=described_body(OwnedChange),
)
def patch_owned(
    owned: Number, order: _Change, response: Response, if_match: IfMatch = None
) -> OwnedFull:
    """What is given takes the place of what is on file; null or an empty text takes it out."""
    desk, wish = order.desk, order.wish
    by, now = order.caller.actor, desk.clock()
    with writing(desk.sessions) as session, _refusals():
        found = find(session, OwnedProduct, owned, _WHAT, to_change=True)

        def work() -> str:
            check_version(if_match, owned_shown(found).version)
            changes = _told(wish)
            told = Particulars(**(particulars_of(found) | changes))
            if "serial" in changes:
                _check_serial(told.serial, found.product, keep=wish.keep_unverified)
            if changes:
                correct(session, found, told, by=by, now=now, source=OwnedSource.IMPORT)
            if "retired" in wish.model_fields_set:
                (retire if wish.retired else take_back)(session, found, by=by, now=now)
            return str(found.id)

        order.once(session, work)
        return with_etag(owned_full(session, found, _today(desk)), response)


def _told(wish: OwnedWish | OwnedChange) -> dict[str, Any]:
    """What the wish names of a piece, in the form of Particulars."""
    told: dict[str, Any] = {}
    for name in wish.model_fields_set & _NAMES.keys():
        value = getattr(wish, name)
        if name.endswith("_on"):
            told[name] = date.fromisoformat(value) if value else None
        else:
            told[_NAMES[name]] = value or ""
    return told


def _check_serial(serial: str, product: Product, *, keep: bool) -> None:
    """Raises ApiError (422) for a number that is not the product's, unless it is to be kept."""
    number = normalise(serial)
    if keep or not number:
        return
    if not is_verified(number, product.serial_pattern, product.serial_check):
        raise ApiError(
            422,
            "serial_not_valid",
            f"The serial number is not of the product's form, as {product.serial_example} is, or "
            "its check digits are wrong. With keep_unverified it is kept all the same.",
        )


def _today(desk: Desk) -> date:
    zone = ZoneInfo(desk.company.business_hours.time_zone)
    return desk.clock().astimezone(zone).date()


@contextmanager
def _refusals() -> Iterator[None]:
    """Why a piece cannot be written, as the API tells it."""
    try:
        yield
    except SerialTaken:
        raise ApiError(
            409, "serial_taken", "The customer has another piece with this serial number."
        ) from None
    except NotAllowed as error:
        raise ApiError(422, "days_wrong", f"The days cannot be: {error}.") from None
