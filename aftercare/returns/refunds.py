"""What may be paid back, and whether the customer still had the right to withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.exchange.cells import read_money
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import Ticket
from aftercare.tickets.completeness import held_values
from aftercare.tickets.plan import fields_of


class PaidSource(StrEnum):
    TOLD = "told"  # the record of the ticket
    LIST_PRICE = "list_price"


@dataclass(frozen=True)
class Paid:
    """What the customer paid, in minor units of the currency, and how it is known."""

    minor: int
    currency: str
    source: PaidSource


@dataclass(frozen=True)
class Withdrawal:
    """Whether a return was asked for in the days of withdrawal; `until` is the last of them."""

    within: bool
    until: date
    counted_from: date
    from_receipt: bool
    """False: from the purchase, because the day of receipt is not known."""


def paid_for(ticket: Ticket) -> Paid | None:
    """By the ticket's record of an amount, else the product's price; None where neither is known.

    An amount without a currency is in the product's.
    """
    product = ticket.product
    number, _, currency = record_of_kind(ticket, "amount").partition(" ")
    currency = currency or (product.currency if product else "")
    if number and currency:
        minor = read_money(number, currency)
        if minor is not None:
            return Paid(minor, currency, PaidSource.TOLD)
    if product is None:
        return None
    return Paid(product.price_minor, product.currency, PaidSource.LIST_PRICE)


def refund_of(paid: Paid, deduction: int, reason: str) -> int:
    """What is paid back, in minor units. Raises NotAllowed where the deduction cannot be."""
    if not 0 <= deduction <= paid.minor:
        raise NotAllowed("a deduction is between nothing and what was paid")
    if deduction and not reason.strip():
        raise NotAllowed("a deduction has a reason")
    return paid.minor - deduction


def withdrawal_of(session: Session, ticket: Ticket, asked_on: date, days: int) -> Withdrawal | None:
    """Whether it was asked for in time; None where the law gives no right or no day is known.

    The day of receipt itself does not count (art. 132 of the Brazilian civil code).
    """
    owned = session.get(OwnedProduct, ticket.owned_product_id) if ticket.owned_product_id else None
    delivered = owned.delivered_on if owned else None
    begin = delivered or (owned.bought_on if owned else None) or _bought(ticket)
    if not days or begin is None:
        return None
    until = begin + timedelta(days=days)
    return Withdrawal(asked_on <= until, until, begin, delivered is not None)


def serial_told(session: Session, ticket: Ticket) -> str:
    """The serial number that is on file for the goods; empty where none is."""
    told = record_of_kind(ticket, "serial")
    if told or not ticket.owned_product_id:
        return told
    owned = session.get(OwnedProduct, ticket.owned_product_id)
    return (owned.serial or "") if owned else ""


def record_of_kind(ticket: Ticket, kind: str) -> str:
    """The value of the first record of a kind; empty where none is on file."""
    held = held_values(ticket)
    found = (held.get(one.field) for one in fields_of(ticket) if one.kind == kind)
    return next((value for value in found if value), "")


def _bought(ticket: Ticket) -> date | None:
    try:
        return date.fromisoformat(record_of_kind(ticket, "past_date"))
    except ValueError:
        return None
