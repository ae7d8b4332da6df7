"""What came back, by product, reason and month, and how much of it was unfit for use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from aftercare.returns.cases import REASON
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.returns import Condition, ReturnCase
from aftercare.tables.tickets import Ticket, TicketRecord

#: The condition in which goods are unfit for use whether or not they have a fault.
_UNFIT = (Condition.DAMAGED, Condition.INCOMPLETE)


@dataclass(frozen=True)
class Cell:
    """What came back of one product for one reason in one month; what is not known is empty."""

    product: str
    reason: str
    month: str
    returned: int
    unfit: int


@dataclass(frozen=True)
class Total:
    """The sum of cells that have something in common."""

    key: str
    returned: int
    unfit: int


def cells(
    session: Session,
    months: Sequence[tuple[str, datetime, datetime]],
    where: Iterable[ColumnElement[bool]] = (),
) -> list[Cell]:
    """Goods by the moment of their receipt; `months` have a name, a begin and a first moment after.

    Unfit: a fault was found, or they came damaged or incomplete.
    """
    month = case(
        *((and_(ReturnCase.received_at >= begin, ReturnCase.received_at < end), name)
          for name, begin, end in months),
        else_="",
    )  # fmt: skip
    unfit = or_(ReturnCase.fault_found.is_(True), ReturnCase.condition.in_(_UNFIT))
    reason = TicketRecord.value
    found = session.execute(
        select(
            Ticket.product_id,
            reason,
            month,
            func.count(),
            func.sum(case((unfit, 1), else_=0)),
        )
        .select_from(ReturnCase)
        .join(ReturnCase.ticket)
        .outerjoin(
            TicketRecord,
            and_(TicketRecord.ticket_id == Ticket.id, TicketRecord.field == REASON),
        )
        .where(
            ReturnCase.received_at >= min(begin for _, begin, _ in months),
            ReturnCase.received_at < max(end for *_, end in months),
            *where,
        )
        .group_by(Ticket.product_id, reason, month)
    )
    return sorted(
        (
            Cell(product or "", why or "", name, returned, unfit_ones)
            for product, why, name, returned, unfit_ones in found
        ),
        key=lambda one: (one.month, one.product, one.reason),
    )


def totals(found: Iterable[Cell], by: Callable[[Cell], str]) -> list[Total]:
    """The cells summed by a part of them, the most returned first."""
    sums: dict[str, tuple[int, int]] = {}
    for one in found:
        returned, unfit = sums.get(by(one), (0, 0))
        sums[by(one)] = returned + one.returned, unfit + one.unfit
    return sorted(
        (Total(key, *counts) for key, counts in sums.items()),
        key=lambda one: (-one.returned, one.key),
    )


def sold(session: Session, first: date | None, last: date | None) -> dict[str, int]:
    """How many pieces are known to be sold, by product; bought on those days where they are given.

    Known are those that customers registered or that came with a file of past sales.
    """
    days: list[ColumnElement[bool]] = []
    if first:
        days.append(OwnedProduct.bought_on >= first)
    if last:
        days.append(OwnedProduct.bought_on <= last)
    counted = (
        select(OwnedProduct.product_id, func.count()).where(*days).group_by(OwnedProduct.product_id)
    )
    return {product: count for product, count in session.execute(counted)}
