"""The JSON of owned products and their warranty, as OpenAPI describes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from aftercare.ownership.cover import coverage_of, rules_of
from aftercare.ownership.recalls import recall_of
from aftercare.tables.ownership import OwnedProduct, OwnedProductEvent
from aftercare.tickets.history import DESK
from aftercare.warranty import Cover, CoverState
from gateway.api.access import BY_SYSTEM
from gateway.api.shapes import NEXT, Versioned, versioned


class OwnedShown(Versioned):
    id: int
    customer: int
    product: str
    serial_number: str | None
    serial_verified: bool = Field(description="Whether form and check digits are right.")
    bought_on: date | None
    delivered_on: date | None
    installed_on: date | None
    seller: str
    order_number: str
    source: str = Field(description="How it is known: intake, signed_in, console or import.")
    proof_seen_at: datetime | None
    registered_at: datetime
    retired_at: datetime | None = Field(description="Since when the customer has it no longer.")


class OwnedPage(BaseModel):
    owned_products: list[OwnedShown]
    next: str | None = Field(description=NEXT)


class TermShown(BaseModel):
    term: str
    kind: str = Field(description="statutory or commercial")
    part: str | None = Field(description="The part or feature that it is for; null: the product.")
    begins_on: date
    begins_with: str = Field(description="purchase, delivery or installation")
    until: date = Field(description="The last day; it still counts.")
    extended_days: int = Field(description="Of these for time at repair.")
    in_force: bool


class RecallShown(BaseModel):
    id: str
    published_on: date
    hazard: dict[str, str]
    instructions: dict[str, str]


class WarrantyShown(BaseModel):
    state: Literal["in_force", "over", "none", "unknown"] = Field(
        description="Of the product as a whole; unknown without a day of purchase or delivery."
    )
    until: date | None
    terms: list[TermShown] = Field(description="The longest one first, then those of parts.")
    recall: RecallShown | None


class OwnedEventShown(BaseModel):
    at: datetime
    kind: str
    by: str
    changes: dict[str, list[str | None]]


class OwnedFull(OwnedShown):
    warranty: WarrantyShown
    history: list[OwnedEventShown]


def owned_shown(owned: OwnedProduct) -> OwnedShown:
    told = OwnedShown(
        id=owned.id,
        customer=owned.customer_id,
        product=owned.product_id,
        serial_number=owned.serial,
        serial_verified=owned.serial_verified,
        bought_on=owned.bought_on,
        delivered_on=owned.delivered_on,
        installed_on=owned.installed_on,
        seller=owned.seller,
        order_number=owned.order_number,
        source=owned.source,
        proof_seen_at=owned.proved_at,
        registered_at=owned.registered_at,
        retired_at=owned.retired_at,
    )
    return versioned(told)


def owned_full(session: Session, owned: OwnedProduct, today: date) -> OwnedFull:
    """With the version that it has in lists too; the warranty changes by itself."""
    return OwnedFull(
        **owned_shown(owned).model_dump(),
        warranty=warranty_shown(session, owned, today),
        history=[_event(one) for one in owned.events],
    )


def warranty_shown(session: Session, owned: OwnedProduct, today: date) -> WarrantyShown:
    """How the piece is covered on the company's day, with the terms of single parts."""
    whole = coverage_of(session, owned, today)
    recall = recall_of(session, owned.product_id, owned.serial)
    covers: list[tuple[Cover, str | None]] = []
    if whole is not None:
        covers += [(one, None) for one in (whole.cover, *whole.others) if one]
        for part in sorted({part for term in rules_of(owned.product).terms for part in term.parts}):
            of_part = coverage_of(session, owned, today, part)
            found = (of_part.cover, *of_part.others) if of_part else ()
            covers += [(one, part) for one in found if one and part in one.term.parts]
    return WarrantyShown(
        state=_state(whole.state) if whole else "unknown",
        until=whole.cover.until if whole and whole.cover else None,
        terms=[_term(cover, part, today) for cover, part in covers],
        recall=RecallShown(
            id=recall.id,
            published_on=recall.published_on,
            hazard=recall.hazard,
            instructions=recall.instructions,
        )
        if recall
        else None,
    )


def _state(state: CoverState) -> Literal["in_force", "over", "none"]:
    if state is CoverState.IN_FORCE:
        return "in_force"
    return "over" if state is CoverState.OVER else "none"


def _term(cover: Cover, part: str | None, today: date) -> TermShown:
    return TermShown(
        term=cover.term.id,
        kind=cover.term.kind,
        part=part,
        begins_on=cover.begun,
        begins_with=cover.begun_with,
        until=cover.until,
        extended_days=cover.extended_days,
        in_force=today <= cover.until,
    )


def _event(event: OwnedProductEvent) -> OwnedEventShown:
    told = event.staff_id is not None or event.actor.startswith(BY_SYSTEM)
    # A customer's name is for those who may read customers.
    by = event.actor if told or event.actor == DESK.name else "customer"
    return OwnedEventShown(at=event.at, kind=event.kind, by=by, changes=event.changes)
