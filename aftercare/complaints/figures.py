"""What complaints were about, what came of them, how long they took, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintProposal,
    ProposalStatus,
)
from aftercare.tables.tickets import Ticket

#: The steps in their order, by the column that says when each was done.
STEPS = ("acknowledged", "assessed", "investigated", "proposed", "answered", "closed")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Counted:
    """One complaint; what is not known is empty or None. Days are counted from its receipt."""

    product: str
    cause: str
    outcome: str
    severity: str
    first: str
    """What the customer said to the first proposal: a ProposalStatus."""
    days: dict[str, float] = field(default_factory=dict)
    cost: int = 0
    currency: str = ""


@dataclass(frozen=True)
class Total:
    """The sum of complaints that have something in common; costs in minor units by currency."""

    key: str
    count: int
    costs: dict[str, int]


@dataclass(frozen=True)
class FirstProposals:
    """The plan's measure: how many first proposals were answered, and accepted.

    One that was taken back before the answer counts for nothing; one that expired is not accepted.
    """

    answered: int
    accepted: int

    @property
    def share(self) -> float | None:
        """0 to 1; None where none was answered."""
        return self.accepted / self.answered if self.answered else None


def counted(session: Session, where: Iterable[ColumnElement[bool]] = ()) -> list[Counted]:
    """The complaints for which the conditions hold, each with its product and first proposal."""
    first = and_(ComplaintProposal.case_id == ComplaintCase.id, ComplaintProposal.number == 1)
    rows = session.execute(
        select(
            Ticket.product_id,
            ComplaintCase.cause_id,
            ComplaintCase.outcome,
            ComplaintCase.severity,
            ComplaintProposal.status,
            ComplaintCase.received_at,
            *(getattr(ComplaintCase, f"{step}_at") for step in STEPS),
            ComplaintCase.refund_minor,
            ComplaintCase.goodwill_minor,
            ComplaintCase.goods_minor,
            ComplaintCase.hours_minor,
            ComplaintCase.currency,
        )
        .select_from(ComplaintCase)
        .join(ComplaintCase.ticket)
        .outerjoin(ComplaintProposal, first)
        # A double is counted with the ticket that took it in.
        .where(Ticket.merged_into_id.is_(None), *where)
    )
    return [_counted(*row) for row in rows]


def totals(found: Iterable[Counted], by: Callable[[Counted], str]) -> list[Total]:
    """The complaints summed by a part of them, the most frequent first."""
    counts: dict[str, int] = {}
    costs: dict[str, dict[str, int]] = {}
    for one in found:
        key = by(one)
        counts[key] = counts.get(key, 0) + 1
        if one.currency:
            of_key = costs.setdefault(key, {})
            of_key[one.currency] = of_key.get(one.currency, 0) + one.cost
    return sorted(
        (Total(key, count, costs.get(key, {})) for key, count in counts.items()),
        key=lambda one: (-one.count, one.key),
    )


def first_proposals(found: Iterable[Counted]) -> FirstProposals:
    """How many first proposals the customers answered, and how many of them they accepted."""
    statuses = [one.first for one in found]
    accepted = statuses.count(ProposalStatus.ACCEPTED)
    missed = (ProposalStatus.CONTESTED, ProposalStatus.EXPIRED)
    return FirstProposals(accepted + sum(map(statuses.count, missed)), accepted)


def median_days(found: Iterable[Counted]) -> dict[str, float | None]:
    """For each step the days that half of the complaints took to it; None where none got there."""
    days: dict[str, list[float]] = {step: [] for step in STEPS}
    for one in found:
        for step, taken in one.days.items():
            days[step].append(taken)
    return {step: median(taken) if taken else None for step, taken in days.items()}


def _counted(
    product: str | None,
    cause: str | None,
    outcome: str | None,
    severity: str,
    first: str | None,
    received: datetime,
    *rest: object,
) -> Counted:
    times, (refund, goodwill, goods, hours, currency) = rest[: len(STEPS)], rest[len(STEPS) :]
    costs = (refund, goodwill, goods, hours)
    return Counted(
        product=product or "",
        cause=cause or "",
        outcome=outcome or "",
        severity=severity,
        first=first or "",
        days={
            step: (at - received) / _DAY
            for step, at in zip(STEPS, times, strict=True)
            if isinstance(at, datetime)
        },
        cost=sum(one for one in costs if isinstance(one, int)),
        currency=currency if isinstance(currency, str) else "",
    )
