"""What an inspection found, what the customer gets, and what becomes of the goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.returns.cases import check_move, hold_case, put
from aftercare.returns.refunds import paid_for, refund_of
from aftercare.returns.words import show_money
from aftercare.serials import normalise
from aftercare.staff.roles import REFUNDS
from aftercare.tables.returns import Condition, Disposition, Outcome, ReturnCase, ReturnStatus
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import Actor, record

#: Kind of the line in a history that says what a manager is to approve.
PROPOSED = "return_proposed"

_OURS = frozenset(Disposition) - {Disposition.BACK_TO_CUSTOMER}
#: What may become of the goods by what the customer gets: who is refused gets them back.
DISPOSITIONS: Mapping[Outcome, frozenset[Disposition]] = {
    Outcome.REPAIR: frozenset({Disposition.BACK_TO_CUSTOMER}),
    Outcome.REPLACE: _OURS,
    Outcome.REFUND: _OURS,
    Outcome.REFUSE: frozenset({Disposition.BACK_TO_CUSTOMER}),
    Outcome.SCRAP: frozenset({Disposition.SCRAP, Disposition.SPARE_PARTS}),
}
#: Goods that can be sold as new.
_SELLABLE = frozenset({Condition.UNOPENED, Condition.AS_NEW})
_LONGEST_SERIAL = 60


class NotForRestock(NotAllowed):
    """Goods with a fault, or used ones, are not sold as new."""


class NothingToRefund(NotAllowed):
    """Neither the amount that was paid nor a price is known."""


@dataclass(frozen=True)
class Findings:
    """What the inspection found; an empty serial number was not read."""

    condition: Condition
    fault_found: bool
    serial: str = ""
    words: str = ""


@dataclass(frozen=True)
class Decision:
    """What is decided; the deduction in minor units counts for refunds only."""

    outcome: Outcome
    disposition: Disposition
    deduction: int = 0
    deduction_reason: str = ""
    told: str = ""
    """To the customer."""


def inspect(
    session: Session, ticket: Ticket, findings: Findings, *, by: Actor, now: datetime
) -> ReturnCase:
    """Write down what was found; doing it again corrects it and takes a proposed decision back.

    Raises NotFound, and NotAllowed where the goods are not here or it is settled, or a fault was
    found and nothing says which.
    """
    case = hold_case(session, ticket)
    check_move(case, ReturnStatus.INSPECTED)
    serial = normalise(findings.serial)
    if len(serial) > _LONGEST_SERIAL:
        raise NotAllowed("no serial number is as long")
    if findings.fault_found and not findings.words.strip():
        raise NotAllowed("a fault that was found is described")
    case.condition = findings.condition
    case.fault_found = findings.fault_found
    case.serial_found = serial
    case.findings = findings.words.strip()
    _clear_decision(case)
    put(session, ticket, case, ReturnStatus.INSPECTED, by=by, now=now, note=case.findings)
    return case


def decide(
    session: Session,
    ticket: Ticket,
    decision: Decision,
    *,
    staff: Staff,
    limit: int,
    now: datetime,
) -> ReturnCase:
    """Settle the return, or where it pays back more than `limit`, propose it to a manager.

    `limit` is in minor units. Raises NotFound, NotForRestock, NothingToRefund, and NotAllowed where
    it is not inspected, is settled, or the parts of the decision do not fit together.
    """
    case = hold_case(session, ticket)
    check_move(case, ReturnStatus.SETTLED)
    _check(case, decision)
    _clear_decision(case)
    if decision.outcome is Outcome.REFUND:
        _put_refund(ticket, case, decision)
    case.outcome, case.disposition = decision.outcome, decision.disposition
    case.told = decision.told.strip()
    if case.refund_minor is not None and case.refund_minor > limit and not may_refund(staff):
        by = Actor.of(staff)
        record(session, ticket, PROPOSED, by=by, now=now, about=case.rma, note=in_short(case))
        return case
    _settle(session, ticket, case, staff, now)
    return case


def approve(session: Session, ticket: Ticket, *, staff: Staff, now: datetime) -> ReturnCase:
    """Settle the return as it was proposed.

    Raises NotFound, and NotAllowed where nothing is proposed or it is not for this person.
    """
    case = hold_case(session, ticket)
    if not is_proposed(case) or not may_refund(staff):
        raise NotAllowed("nothing waits for this person's approval")
    _settle(session, ticket, case, staff, now)
    return case


def may_refund(staff: Staff) -> bool:
    """Whether this person approves refunds above the limit."""
    return staff.role in REFUNDS


def is_proposed(case: ReturnCase) -> bool:
    """Whether a decision waits for a manager."""
    return case.status == ReturnStatus.INSPECTED and case.outcome is not None


def in_short(case: ReturnCase) -> str:
    """The decision in a few words, for the history."""
    words = f"{case.outcome}, goods: {case.disposition}".replace("_", " ")
    if case.refund_minor is not None:
        words += f", {show_money(case.refund_minor, case.currency or '', 'en')}"
        if case.deduction_reason:
            words += f" after a deduction: {case.deduction_reason}"
    return f"{words}. {case.told}".strip()


def _check(case: ReturnCase, decision: Decision) -> None:
    if decision.disposition not in DISPOSITIONS[decision.outcome]:
        raise NotAllowed(f"after {decision.outcome} goods do not go to {decision.disposition}")
    if decision.outcome is Outcome.REFUSE and not decision.told.strip():
        raise NotAllowed("a refusal tells the customer why")
    if decision.disposition is Disposition.RESTOCK and (
        case.fault_found or case.condition not in _SELLABLE
    ):
        raise NotForRestock(f"goods that are {case.condition} are not sold as new")


def _put_refund(ticket: Ticket, case: ReturnCase, decision: Decision) -> None:
    paid = paid_for(ticket)
    if paid is None:
        raise NothingToRefund(f"ticket {ticket.number} tells neither amount nor product")
    case.refund_minor = refund_of(paid, decision.deduction, decision.deduction_reason)
    case.paid_minor, case.currency = paid.minor, paid.currency
    case.deduction_minor = decision.deduction
    case.deduction_reason = decision.deduction_reason.strip() if decision.deduction else ""


def _clear_decision(case: ReturnCase) -> None:
    case.outcome = case.disposition = case.currency = None
    case.paid_minor = case.deduction_minor = case.refund_minor = None
    case.deduction_reason = case.told = ""


def _settle(
    session: Session, ticket: Ticket, case: ReturnCase, staff: Staff, now: datetime
) -> None:
    case.settled_at = now
    by = Actor.of(staff)
    put(session, ticket, case, ReturnStatus.SETTLED, by=by, now=now, note=in_short(case))
