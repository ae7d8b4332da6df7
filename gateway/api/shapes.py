"""The JSON that the API gives, as OpenAPI describes it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from aftercare.tables.catalogue import Product, Service
from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import Ticket, TicketEvent

NEXT = "Send it as `cursor` for what follows; null: that was all."
VERSION = "Another one as soon as anything changed; send it as If-Match to change this state only."


class Versioned(BaseModel):
    version: str = Field(default="", description=VERSION)


class CustomerShown(Versioned):
    id: int
    external_id: str | None = Field(description="What the website calls them.")
    name: str
    email: str | None
    phone: str | None
    language: str
    created_at: datetime


class CustomerPage(BaseModel):
    customers: list[CustomerShown]
    next: str | None = Field(description=NEXT)


class TicketShown(BaseModel):
    number: str
    service: str
    product: str | None
    status: str
    priority: str | None = Field(description="Null until it is weighed.")
    score: int | None = Field(description="In hundredths of a point.")
    danger: bool
    channel: str
    language: str
    description: str
    records: dict[str, str]
    customer: CustomerShown | None = Field(
        description="Null without the scope customers:read, or where nobody is known."
    )
    conversation: str | None
    opened_at: datetime
    updated_at: datetime


class EventShown(BaseModel):
    at: datetime
    kind: str
    by: str
    from_status: str | None
    to_status: str | None
    note: str


class TicketFull(TicketShown):
    history: list[EventShown]


class TicketPage(BaseModel):
    tickets: list[TicketShown]
    next: str | None = Field(description=NEXT)


class FeatureShown(BaseModel):
    id: str
    name: dict[str, str]
    rating: int = Field(description="From 1 to 5: what the product is worth without it.")


class PartShown(BaseModel):
    id: str
    name: dict[str, str]
    price_minor: int


class ProductShown(Versioned):
    id: str
    category: str
    model: str
    name: dict[str, str]
    price_minor: int = Field(description="In minor units of the currency.")
    currency: str
    importance: int
    warranty_months: int
    serial_pattern: str
    serial_example: str
    needs_installation: bool
    active: bool
    imported: bool = Field(description="Whether it came by a file of records or by this API.")
    features: list[FeatureShown]
    parts: list[PartShown]


class ProductList(BaseModel):
    products: list[ProductShown]


class RecordShown(BaseModel):
    field: str
    kind: str
    required: bool
    label: dict[str, str]
    choices: list[str] = Field(description="The values it may have; empty: not a list.")


class ServiceShown(BaseModel):
    id: str
    name: dict[str, str]
    opens_tickets: bool
    records: list[RecordShown]


class ServiceList(BaseModel):
    services: list[ServiceShown]


def versioned[Told: Versioned](told: Told) -> Told:
    """The same with its version: a short name of everything else that it tells."""
    whole = told.model_dump_json(exclude={"version"})
    version = hashlib.sha256(whole.encode()).hexdigest()[:16]
    return told.model_copy(update={"version": version})


def customer_shown(customer: Customer) -> CustomerShown:
    told = CustomerShown(
        id=customer.id,
        external_id=customer.external_id,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        language=customer.language,
        created_at=customer.created_at,
    )
    return versioned(told)


def ticket_shown(ticket: Ticket, *, with_customer: bool) -> TicketShown:
    return TicketShown.model_validate(_told(ticket, with_customer=with_customer))


def ticket_full(ticket: Ticket, *, with_customer: bool) -> TicketFull:
    told = _told(ticket, with_customer=with_customer)
    return TicketFull.model_validate({**told, "history": [_event(one) for one in ticket.events]})


def product_shown(product: Product) -> ProductShown:
    told = ProductShown(
        id=product.id,
        category=product.category_id,
        model=product.model,
        name=product.name,
        price_minor=product.price_minor,
        currency=product.currency,
        importance=product.importance,
        warranty_months=product.warranty_months,
        serial_pattern=product.serial_pattern,
        serial_example=product.serial_example,
        needs_installation=product.needs_installation,
        active=product.active,
        imported=product.imported,
        features=[
            FeatureShown(id=one.key, name=one.name, rating=one.rating) for one in product.features
        ],
        parts=[
            PartShown(id=one.key, name=one.name, price_minor=one.price_minor)
            for one in product.parts
        ],
    )
    return versioned(told)


def service_shown(service: Service) -> ServiceShown:
    return ServiceShown(
        id=service.id,
        name=service.name,
        opens_tickets=service.completion == "open_ticket",
        records=[
            RecordShown(
                field=record.field,
                kind=record.kind,
                required=record.required,
                label=record.label,
                choices=[choice["id"] for choice in record.choices],
            )
            for record in service.records
        ],
    )


def _told(ticket: Ticket, *, with_customer: bool) -> dict[str, Any]:
    known = ticket.customer if with_customer else None
    return {
        "number": ticket.number,
        "service": ticket.service_id,
        "product": ticket.product_id,
        "status": ticket.status,
        "priority": ticket.band,
        "score": ticket.score,
        "danger": ticket.danger,
        "channel": ticket.channel,
        "language": ticket.language,
        "description": ticket.description,
        "records": {record.field: record.value for record in ticket.records},
        "customer": customer_shown(known) if known else None,
        "conversation": ticket.conversation_id,
        "opened_at": ticket.created_at,
        "updated_at": ticket.updated_at,
    }


def _event(event: TicketEvent) -> EventShown:
    return EventShown(
        at=event.at,
        kind=event.kind,
        by=event.actor,
        from_status=event.from_status,
        to_status=event.to_status,
        note=event.note,
    )
