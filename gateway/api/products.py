"""Products and services for other systems: what the catalogue holds, and what they bring."""

from __future__ import annotations

from typing import Annotated, Any

from babel.numbers import is_currency
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from aftercare.database import reading, writing
from aftercare.errors import NotAllowed
from aftercare.exchange.products import ANY_EXAMPLE, ANY_SERIAL, put_product, wrong_serial_form
from aftercare.tables.catalogue import Category, Product, Service
from gateway.api.access import COMMON, WITH_BODY, Caller, caller_with
from gateway.api.finding import LINE_PATTERN, Key, find
from gateway.api.orders import IfMatch, Order, check_version, order_for, with_etag
from gateway.api.shapes import (
    ProductList,
    ProductShown,
    ServiceList,
    ServiceShown,
    product_shown,
    service_shown,
)
from gateway.api.wishes import WRITING, ProductWish, described_body
from gateway.desk import desk_of
from gateway.trouble import ApiError, described

router = APIRouter(prefix="/api/v1", tags=["products"])

_Reader = Annotated[Caller, Depends(caller_with("products:read"))]
_Put = Annotated[Order[ProductWish], Depends(order_for(ProductWish, "products:write"))]


@router.get(
    "/products",
    summary="List all products, or find one by its model",
    responses=described(*COMMON, (422, "invalid_parameter")),
)
def list_products(
    request: Request,
    _caller: _Reader,
    model: Annotated[str | None, Query(max_length=60, pattern=LINE_PATTERN)] = None,
) -> ProductList:
    """Those that are sold no more as well, for their tickets; `active` tells."""
    statement = select(Product).order_by(Product.id)
    if model:
        statement = statement.where(func.lower(Product.model) == model.lower())
    with reading(desk_of(request).sessions) as session:
        found = session.scalars(
            statement.options(selectinload(Product.features), selectinload(Product.parts))
        )
        return ProductList(products=[product_shown(one) for one in found])


@router.get(
    "/products/{product}",
    summary="Read a product",
    responses=described(*COMMON, (404, "product_unknown"), (422, "invalid_parameter")),
)
def read_product(
    request: Request, product: Key, _caller: _Reader, response: Response
) -> ProductShown:
    with reading(desk_of(request).sessions) as session:
        return with_etag(product_shown(find(session, Product, product, "product")), response)


@router.put(
    "/products/{product}",
    summary="Add a product, or put another state of it in place",
    responses={
        201: {"model": ProductShown, "description": "Added"},
        **described(
            *WITH_BODY,
            (404, "product_unknown"),
            (409, "product_not_yours"),
            (412, "changed_meanwhile"),
            (422, f"{WRITING}, category_unknown"),
        ),
    },
    openapi_extra=described_body(ProductWish),
)
def put_one_product(
    product: Key, order: _Put, response: Response, if_match: IfMatch = None
) -> ProductShown:
    """Products of the catalogue's files are changed there. If-Match is not needed."""
    wanted = _columns(product, order.wish)
    added: list[bool] = []
    with writing(order.desk.sessions) as session:
        find(session, Category, order.wish.category, "category", status=422)

        def work() -> str:
            if if_match is not None:
                check_version(
                    if_match, product_shown(find(session, Product, product, "product")).version
                )
            try:
                added.append(put_product(session, wanted)[1])
            except NotAllowed as error:
                words = str(error)
                raise ApiError(
                    409, "product_not_yours", f"{words[0].upper()}{words[1:]}. Nothing was written."
                ) from None
            # The key of the request has no room for a product's.
            return "put"

        order.once(session, work)
        shown = with_etag(product_shown(find(session, Product, product, "product")), response)
    response.status_code = 201 if any(added) else 200
    return shown


@router.get("/services", summary="List the services in force", responses=described(*COMMON))
def list_services(request: Request, _caller: _Reader) -> ServiceList:
    """With the records that a ticket of each may have."""
    with reading(desk_of(request).sessions) as session:
        found = session.scalars(
            select(Service)
            .where(Service.active)
            .order_by(Service.position)
            .options(selectinload(Service.records))
        )
        return ServiceList(services=[service_shown(one) for one in found])


@router.get(
    "/services/{service}",
    summary="Read a service",
    responses=described(*COMMON, (404, "service_unknown"), (422, "invalid_parameter")),
)
def read_service(request: Request, service: Key, _caller: _Reader) -> ServiceShown:
    with reading(desk_of(request).sessions) as session:
        return service_shown(find(session, Service, service, "service"))


def _columns(product: str, wish: ProductWish) -> dict[str, Any]:
    """The row that is meant. Raises ApiError (422)."""
    if not is_currency(wish.currency):
        raise ApiError(422, "invalid_field", "The field 'currency' is no currency, as BRL is.")
    pattern = wish.serial_pattern or ANY_SERIAL
    example = wish.serial_example or ("" if wish.serial_pattern else ANY_EXAMPLE)
    if wrong := wrong_serial_form(pattern, example):
        raise ApiError(422, "invalid_field", f"The field '{wrong[0]}' {wrong[1]}.")
    return {
        "id": product,
        "category_id": wish.category,
        "model": wish.model,
        "name": wish.name.model_dump(),
        "price_minor": wish.price_minor,
        "currency": wish.currency,
        "importance": wish.importance,
        "warranty_months": wish.warranty_months,
        "serial_pattern": pattern,
        "serial_example": example,
        "needs_installation": wish.needs_installation,
        "active": wish.active,
        "imported": True,
    }
