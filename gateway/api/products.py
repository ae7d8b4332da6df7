"""Products and services for other systems: what the catalogue holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftercare.database import reading
from aftercare.tables.catalogue import Product, Service
from gateway.api.access import COMMON, Caller, caller_with
from gateway.api.shapes import (
    ProductList,
    ProductShown,
    ServiceList,
    ServiceShown,
    product_shown,
    service_shown,
)
from gateway.desk import desk_of
from gateway.trouble import ApiError, described

router = APIRouter(prefix="/api/v1", tags=["products"])

_Reader = Annotated[Caller, Depends(caller_with("products:read"))]
_Id = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]


@router.get("/products", summary="List all products", responses=described(*COMMON))
def list_products(request: Request, _caller: _Reader) -> ProductList:
    """Those that are sold no more as well, for their tickets; `active` tells."""
    with reading(desk_of(request).sessions) as session:
        found = session.scalars(select(Product).order_by(Product.id))
        return ProductList(products=[product_shown(one) for one in found])


@router.get(
    "/products/{product}",
    summary="Read a product",
    responses=described(*COMMON, (404, "product_unknown"), (422, "invalid_parameter")),
)
def read_product(request: Request, product: _Id, _caller: _Reader) -> ProductShown:
    with reading(desk_of(request).sessions) as session:
        found = session.get(Product, product)
        if found is None:
            raise ApiError(404, "product_unknown", "There is no product with this id.")
        return product_shown(found)


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
def read_service(request: Request, service: _Id, _caller: _Reader) -> ServiceShown:
    with reading(desk_of(request).sessions) as session:
        found = session.get(Service, service)
        if found is None:
            raise ApiError(404, "service_unknown", "There is no service with this id.")
        return service_shown(found)
