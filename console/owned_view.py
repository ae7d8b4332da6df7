"""Owned products and their warranty as staff read them: states, reasons and histories in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from aftercare.attachments.tying import of_ticket
from aftercare.ownership.cover import coverage_of, rules_of
from aftercare.ownership.recalls import recall_of
from aftercare.ownership.words import show_beginning, show_days, show_length, term_name
from aftercare.serials import made_in
from aftercare.tables.attachments import Attachment
from aftercare.tables.ownership import OwnedProduct, OwnedSource, Recall
from aftercare.tables.tickets import Ticket
from aftercare.warranty import Cover, Coverage, CoverState
from aftercare.wording import show_date
from console.access import Visit

SOURCES = {
    OwnedSource.INTAKE: "Told in a chat with this contact",
    OwnedSource.SIGNED_IN: "Told by the signed-in customer",
    OwnedSource.CONSOLE: "Entered by staff",
    OwnedSource.IMPORT: "Imported",
}
STATES = {
    CoverState.IN_FORCE: "In warranty",
    CoverState.OVER: "Warranty over",
    CoverState.NONE: "No warranty",
}
UNKNOWN = "Warranty unknown"
_DEEDS = {
    "registered": "registered it",
    "changed": "changed it",
    "retired": "noted that the customer has it no longer",
    "returned": "noted that the customer has it after all",
    "proved": "saw the proof of purchase",
}
_FIELDS = {
    "serial": "serial number",
    "bought_on": "day of purchase",
    "delivered_on": "day of delivery",
    "installed_on": "day of installation",
    "seller": "seller",
    "order_number": "order number",
    "proof": "proof of purchase",
}


@dataclass(frozen=True)
class OwnedHistory:
    at: datetime
    actor: str
    deed: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class OwnedView:
    """One piece; `state` and `reasons` tell its warranty today."""

    id: int
    name: Mapping[str, str]
    model: str
    owned: OwnedProduct
    """Only read: days, serial number, seller and order as they are on file."""
    source: str
    made: str
    state: str
    in_force: bool
    reasons: tuple[str, ...]
    recall: Recall | None
    proof: Attachment | None
    history: tuple[OwnedHistory, ...]


@dataclass(frozen=True)
class WarrantyCard:
    """What a ticket's page tells of its piece; `files` could be the proof of purchase."""

    piece: OwnedView | None
    customer_id: int | None
    recall: Recall | None
    files: tuple[tuple[str, str], ...]


def read_owned(visit: Visit, owned: OwnedProduct) -> OwnedView:
    """The piece with its warranty as it is today."""
    today = visit.desk.today().date()
    found = coverage_of(visit.session, owned, today)
    made = made_in(owned.serial or "", owned.product.serial_pattern)
    return OwnedView(
        id=owned.id,
        name=owned.product.name,
        model=owned.product.model,
        owned=owned,
        source=SOURCES[OwnedSource(owned.source)],
        made=f"week {made.week} of {made.year}" if made else "",
        state=STATES[found.state] if found else UNKNOWN,
        in_force=found is not None and found.in_force,
        reasons=tuple(_reasons(visit, owned, found, today)),
        recall=recall_of(visit.session, owned.product_id, owned.serial),
        proof=visit.session.get(Attachment, owned.proof_id) if owned.proof_id else None,
        history=tuple(
            OwnedHistory(
                event.at,
                event.actor,
                _DEEDS.get(event.kind, event.kind),
                tuple(
                    f"{_FIELDS.get(name, name)}: {before or 'none'} → {after or 'none'}"
                    for name, (before, after) in event.changes.items()
                ),
            )
            for event in owned.events
        ),
    )


def read_warranty_card(visit: Visit, ticket: Ticket) -> WarrantyCard | None:
    """None for a ticket without a product."""
    if ticket.product_id is None:
        return None
    owned = None
    if ticket.owned_product_id is not None:
        owned = visit.session.get(OwnedProduct, ticket.owned_product_id)
    return WarrantyCard(
        piece=read_owned(visit, owned) if owned else None,
        customer_id=ticket.customer_id,
        recall=visit.session.get(Recall, ticket.recall_id) if ticket.recall_id else None,
        files=tuple((file.id, file.name) for file in of_ticket(visit.session, ticket)),
    )


def owned_of(visit: Visit, customer_id: int) -> list[OwnedView]:
    """The customer's pieces, those that are gone last."""
    found = visit.session.scalars(
        select(OwnedProduct)
        .where(OwnedProduct.customer_id == customer_id)
        .order_by(OwnedProduct.retired_at.is_not(None), OwnedProduct.id)
    )
    return [read_owned(visit, owned) for owned in found]


def _reasons(visit: Visit, owned: OwnedProduct, found: Coverage | None, today: date) -> list[str]:
    if found is None:
        return ["Neither the day of purchase nor that of delivery is on file."]
    told = [_reason(cover, today) for cover in (found.cover, *found.others) if cover]
    rules = rules_of(owned.product)
    names = {feature.key: feature.name for feature in owned.product.features}
    names |= {part.key: part.name for part in owned.product.parts}
    for part in sorted({part for term in rules.terms for part in term.parts}):
        of_part = coverage_of(visit.session, owned, today, part)
        if of_part and of_part.cover and part in of_part.cover.term.parts:
            name = names.get(part, {}).get("en", part)
            told.append(f"{name}: {_reason(of_part.cover, today)}")
    if not owned.proved_at:
        told.append("No proof of purchase has been seen yet.")
    return told


def _reason(cover: Cover, today: date) -> str:
    verb = "lasts until" if today <= cover.until else "ended on"
    reason = (
        f"{term_name(cover.term, 'en').capitalize()}, {show_length(cover.term, 'en')} from the "
        f"{show_beginning(cover.begun_with, 'en')} on {show_date(cover.begun, 'en')}, "
        f"{verb} {show_date(cover.until, 'en')}"
    )
    if cover.extended_days:
        reason += f", {show_days(cover.extended_days, 'en')} for repair included"
    return f"{reason}."
