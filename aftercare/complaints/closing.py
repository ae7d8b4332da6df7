"""The end of a complaint: what came of it and what it cost; and the way back from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.complaints.cases import (
    LAST_LEVEL,
    REOPENED,
    Deed,
    hold_case,
    hold_open_case,
    next_due,
    put,
    set_due,
)
from aftercare.complaints.plan import causes_of
from aftercare.complaints.proposing import (
    SomebodyElse,
    complaint_data,
    currency_of,
    may_propose,
    open_proposal,
)
from aftercare.errors import NotAllowed
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintOutcome,
    ComplaintStatus,
    ProposalStatus,
)
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus
from aftercare.tickets.history import DESK, Actor
from aftercare.webhooks.events import COMPLAINT_CLOSED, note_event

#: What can have come of a complaint by where it stands; it can be withdrawn from everywhere.
OUTCOMES: Mapping[ComplaintStatus, ComplaintOutcome] = {
    ComplaintStatus.INVESTIGATED: ComplaintOutcome.UNFOUNDED,
    ComplaintStatus.ACCEPTED: ComplaintOutcome.ACCEPTED,
    ComplaintStatus.EXHAUSTED: ComplaintOutcome.CONTESTED_FINAL,
    ComplaintStatus.UNANSWERED: ComplaintOutcome.NO_ANSWER,
}
#: What a database keeps in a whole number.
_LARGEST = 2**31 - 1


class CauseNeeded(NotAllowed):
    """Nothing says what the root cause was."""


class ReasonNeeded(NotAllowed):
    """An unfounded complaint, or a withdrawn one, has a reason in words."""


@dataclass(frozen=True)
class Costs:
    """What a complaint cost, in minor units of its currency."""

    refund: int = 0
    goodwill: int = 0
    goods: int = 0
    hours: int = 0

    @property
    def total(self) -> int:
        return self.refund + self.goodwill + self.goods + self.hours


def outcomes_of(case: ComplaintCase) -> tuple[ComplaintOutcome, ...]:
    """With what a complaint can be closed now."""
    if case.status == ComplaintStatus.CLOSED:
        return ()
    found = OUTCOMES.get(ComplaintStatus(case.status))
    return (*([found] if found else []), ComplaintOutcome.WITHDRAWN)


def close(
    session: Session,
    ticket: Ticket,
    outcome: ComplaintOutcome,
    costs: Costs = Costs(),
    *,
    words: str = "",
    staff: Staff,
    now: datetime,
) -> ComplaintCase:
    """Close the case with what came of it; the ticket can be resolved then.

    `words` are for the customer where it was unfounded, and say why where it was withdrawn. Raises
    NotFound, CauseNeeded, ReasonNeeded, SomebodyElse, and NotAllowed where nothing of the kind has
    come of it.
    """
    case = hold_open_case(session, ticket)
    if outcome not in outcomes_of(case):
        raise NotAllowed(f"a complaint that is {case.status} does not end as {outcome}")
    unfounded = outcome is ComplaintOutcome.UNFOUNDED
    if unfounded and not may_propose(session, case, staff):
        raise SomebodyElse(f"{staff.name} may not give the next answer")
    withdrawn = outcome is ComplaintOutcome.WITHDRAWN
    if not withdrawn and case.cause_id is None and causes_of(session):
        raise CauseNeeded("the root cause is not known")
    if (unfounded or withdrawn) and not words.strip():
        raise ReasonNeeded("nothing says why")
    amounts = (costs.refund, costs.goodwill, costs.goods, costs.hours)
    if not all(0 <= amount <= _LARGEST for amount in amounts):
        raise NotAllowed("no complaint costs so much, or less than nothing")
    case.refund_minor, case.goodwill_minor, case.goods_minor, case.hours_minor = amounts
    case.currency = currency_of(session, ticket) or None
    case.told = words.strip()
    _end(session, ticket, case, outcome, by=Actor.of(staff), now=now)
    return case


def end_with_ticket(session: Session, ticket: Ticket, *, now: datetime) -> bool:
    """End the case of a ticket that was closed without a solution; False where it is not so."""
    case = hold_case(session, ticket)
    if case.status == ComplaintStatus.CLOSED or ticket.status != TicketStatus.CLOSED:
        return False
    _end(session, ticket, case, ComplaintOutcome.WITHDRAWN, by=DESK, now=now)
    return True


def reopen(
    session: Session, ticket: Ticket, note: str, *, by: Actor, now: datetime
) -> ComplaintCase:
    """Take a closed case up again; if something was proposed before, by another person.

    Raises NotFound, and NotAllowed without a reason, for one that is not closed, and while its
    ticket is done.
    """
    case = hold_case(session, ticket)
    if case.status != ComplaintStatus.CLOSED or not note.strip():
        raise NotAllowed("only a closed complaint is reopened, and for a reason")
    if ticket.status in DONE_STATUSES:
        raise NotAllowed(f"ticket {ticket.number} is {ticket.status}; reopen it first")
    if case.proposals:
        case.level = LAST_LEVEL
    deed = Deed(REOPENED, note.strip())
    put(session, ticket, case, _last_step(case), deed, by=by, now=now)
    case.outcome = case.closed_at = None
    set_due(case, next_due(session, ticket, now))
    session.flush()
    return case


def _end(
    session: Session,
    ticket: Ticket,
    case: ComplaintCase,
    outcome: ComplaintOutcome,
    *,
    by: Actor,
    now: datetime,
) -> None:
    proposal = open_proposal(case)
    if proposal is not None:
        proposal.status = ProposalStatus.TAKEN_BACK
    case.outcome, case.closed_at = outcome, now
    deed = Deed("complaint_closed", case.told, step="learn", about=outcome)
    put(session, ticket, case, ComplaintStatus.CLOSED, deed, by=by, now=now)
    set_due(case, None)
    session.flush()
    note_event(session, COMPLAINT_CLOSED, complaint_data(ticket, case), now)


def _last_step(case: ComplaintCase) -> ComplaintStatus:
    """Where the work goes on: after the last of the first steps that was done."""
    steps = (
        (case.investigated_at, ComplaintStatus.INVESTIGATED),
        (case.assessed_at, ComplaintStatus.ASSESSED),
        (case.acknowledged_at, ComplaintStatus.ACKNOWLEDGED),
    )
    return next((status for at, status in steps if at), ComplaintStatus.RECEIVED)
