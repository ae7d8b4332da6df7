"""Reads from a ticket's records and product what the evaluation counts."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import object_session

from aftercare.catalogue.snapshot import part_id
from aftercare.evaluation.rule import Facts
from aftercare.ownership.cover import dates_of, repairs_of, rules_of
from aftercare.tables.catalogue import Product
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import Ticket
from aftercare.warranty import Dates, Repair, coverage

#: Fields that staff can add to a ticket whose service does not ask for them.
PART, PURCHASE_DATE, UNUSED = "part", "purchase_date", "before_first_use"
YES, NO = "yes", "no"


def put_facts(ticket: Ticket) -> None:
    """Keep with the ticket what its records, and its product in the catalogue, tell now.

    Days are those of UTC.
    """
    values = {record.field: record.value for record in ticket.records}
    product = ticket.product
    bought = _day(values.get(field_of_kind(ticket, "past_date", PURCHASE_DATE), ""))
    opened = ticket.created_at.date()
    ticket.feature_rating = _rating(product, values.get(field_of_kind(ticket, "part", PART), ""))
    ticket.importance = product.importance if product else None
    ticket.unused = _is_unused(ticket, values)
    ticket.age_days = max(0, (opened - bought).days) if bought else None
    ticket.covered = _covered(ticket, bought, opened)
    ticket.price_minor = product.price_minor if product else None
    ticket.currency = product.currency if product else None


def _covered(ticket: Ticket, bought: date | None, opened: date) -> bool | None:
    """Whether the product was covered; a registered piece counts with what is on file of it."""
    if ticket.product is None:
        return None
    session = object_session(ticket)
    owned = None
    if session is not None and ticket.owned_product_id is not None:
        owned = session.get(OwnedProduct, ticket.owned_product_id)
    rules = rules_of(ticket.product)
    repairs: list[Repair] = []
    dates = Dates(bought) if bought else None
    if owned is not None and session is not None:
        # What staff correct on the ticket counts before the day that is registered.
        known = dates_of(owned)
        dates = known if known and bought in (None, known.bought) else dates
        repairs = repairs_of(session, owned, rules, without=(ticket.id,))
    return coverage(rules, dates, opened, repairs).in_force if dates else None


def facts_of(ticket: Ticket) -> Facts:
    """The facts that are kept with the ticket."""
    return Facts(
        feature_rating=ticket.feature_rating,
        importance=ticket.importance,
        unused=ticket.unused,
        age_days=ticket.age_days,
        covered=ticket.covered,
        price_minor=ticket.price_minor,
        currency=ticket.currency,
    )


def field_of_kind(ticket: Ticket, kind: str, otherwise: str) -> str:
    """The first field of that kind among the service's records."""
    return next((r.field for r in ticket.service.records if r.kind == kind), otherwise)


def _rating(product: Product | None, part: str) -> int | None:
    """The rating of the feature that the record names; parts that are no feature have none."""
    if product is None:
        return None
    return next((f.rating for f in product.features if part_id(product.id, f.key) == part), None)


def _is_unused(ticket: Ticket, values: dict[str, str]) -> bool:
    """What staff put on file counts before the choice of the customer."""
    if UNUSED in values:
        return values[UNUSED] == YES
    return any(
        choice.get("before_first_use", False) and values.get(record.field) == choice["id"]
        for record in ticket.service.records
        for choice in record.choices
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
