"""What is proposed to the customer, and by whom: after a contested proposal by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.complaints.cases import (
    REOPENED,
    Deed,
    hold_case,
    hold_open_case,
    move_ticket,
    next_due,
    put,
    set_due,
    tell,
)
from aftercare.errors import NotAllowed, StaleEdit
from aftercare.returns.refunds import paid_for
from aftercare.staff.roles import COMPLAINTS, REFUNDS
from aftercare.tables.catalogue import Product
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintProposal,
    ComplaintStatus,
    Offer,
    ProposalStatus,
)
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.tickets.history import Actor
from aftercare.webhooks.events import COMPLAINT_PROPOSED, note_event

#: Offers of which the customer gets the amount.
MONEY = frozenset({Offer.REFUND, Offer.GOODWILL})
_LONGEST_VALID = timedelta(days=180)


class SomebodyElse(NotAllowed):
    """Another person is to make this proposal."""


class TooMuchMoney(NotAllowed):
    """Only a manager proposes to pay so much."""


class AmountNeeded(NotAllowed):
    """A refund or goodwill has an amount above nothing."""


@dataclass(frozen=True)
class Draft:
    """What is to be proposed; `cost` in minor units of the case's currency, None: not known."""

    offer: Offer
    words: str
    valid_until: date
    cost: int | None = None


def proposers(session: Session, case: ComplaintCase) -> list[Staff]:
    """Who may make the next proposal.

    At first everybody. After one was contested, the answer is late or the case was reopened, a
    manager who made neither it nor one before; where there is no such manager, anybody else; where
    there is nobody else at all, whoever is there.
    """
    staff = list(session.scalars(select(Staff).where(Staff.active).order_by(Staff.name)))
    if case.level == 1:
        return staff
    earlier = _before_reopening(session, case)
    before = {
        one.staff_id
        for one in case.proposals
        if one.level < case.level or one.status == ProposalStatus.CONTESTED or one in earlier
    }
    others = [one for one in staff if one.id not in before]
    return [one for one in others if one.role in COMPLAINTS] or others or staff


def may_propose(session: Session, case: ComplaintCase, staff: Staff) -> bool:
    """Whether this person may make the next proposal."""
    return any(one.id == staff.id for one in proposers(session, case))


def propose(
    session: Session,
    ticket: Ticket,
    draft: Draft,
    *,
    staff: Staff,
    limit: int,
    today: date,
    now: datetime,
) -> ComplaintProposal:
    """Propose it; the ticket waits for the customer's answer.

    `limit` is what an agent may pay without a manager, in minor units; `today` the company's.
    Raises NotFound, SomebodyElse, AmountNeeded, TooMuchMoney, and NotAllowed before the
    investigation is done, while another proposal is open, without words, or for a day that is over.
    """
    case = hold_open_case(session, ticket)
    currency = _check(session, ticket, case, draft, staff, limit, today)
    number = max((one.number for one in case.proposals), default=0) + 1
    proposal = ComplaintProposal(
        case_id=case.id,
        number=number,
        level=case.level,
        offer=draft.offer,
        words=draft.words.strip(),
        cost_minor=draft.cost,
        currency=currency if draft.cost is not None else None,
        valid_until=draft.valid_until,
        staff_id=staff.id,
        proposed_at=now,
        status=ProposalStatus.OPEN,
    )
    by = Actor.of(staff)
    deed = Deed("complaint_proposed", proposal.words, step="propose", about=draft.offer)
    put(session, ticket, case, ComplaintStatus.PROPOSED, deed, by=by, now=now)
    session.add(proposal)
    case.proposed_at = case.proposed_at or now
    set_due(case, None)
    session.flush()
    session.expire(case, ["proposals"])
    move_ticket(session, ticket, TicketStatus.WAITING, by=by, now=now)
    note_event(session, COMPLAINT_PROPOSED, complaint_data(ticket, case, proposal), now)
    return proposal


def take_back(
    session: Session, ticket: Ticket, number: int, note: str, *, by: Actor, now: datetime
) -> ComplaintCase:
    """Take the open proposal back before the customer answers; it may be made anew.

    `number` is the proposal that was seen. Raises NotFound, NotAllowed without a reason, and
    StaleEdit where the customer has answered, or another proposal is open by now.
    """
    case = hold_open_case(session, ticket)
    proposal = open_proposal(case)
    if proposal is None or proposal.number != number:
        raise StaleEdit("the proposal that was seen is not open any more")
    if not note.strip():
        raise NotAllowed("a proposal is taken back for a reason")
    proposal.status = ProposalStatus.TAKEN_BACK
    deed = Deed("complaint_taken_back", note.strip())
    put(session, ticket, case, ComplaintStatus.INVESTIGATED, deed, by=by, now=now)
    set_due(case, next_due(session, ticket, now))
    move_ticket(session, ticket, TicketStatus.IN_PROGRESS, by=by, now=now)
    return case


def note_told(session: Session, ticket: Ticket, *, by: Actor, now: datetime) -> ComplaintProposal:
    """Note that the customer knows of the open proposal.

    Raises NotFound, and NotAllowed where none is open or it was noted before.
    """
    case = hold_case(session, ticket)
    proposal = open_proposal(case)
    if proposal is None or proposal.told_at is not None:
        raise NotAllowed("no proposal waits to be told")
    proposal.told_at = now
    tell(session, ticket, Deed("complaint_told"), by=by, now=now)
    return proposal


def open_proposal(case: ComplaintCase) -> ComplaintProposal | None:
    """The proposal that the customer is to answer."""
    return next((one for one in case.proposals if one.status == ProposalStatus.OPEN), None)


def currency_of(session: Session, ticket: Ticket) -> str:
    """The currency in which a complaint's costs are counted: of what was paid, else the shop's."""
    paid = paid_for(ticket)
    if paid:
        return paid.currency
    return session.scalar(select(Product.currency).order_by(Product.id).limit(1)) or ""


def complaint_data(
    ticket: Ticket, case: ComplaintCase, proposal: ComplaintProposal | None = None
) -> dict[str, Any]:
    """What other systems are told of a complaint; no words of anybody."""
    data: dict[str, Any] = {
        "ticket": ticket.number,
        "severity": case.severity,
        "level": case.level,
        "status": case.status,
        "outcome": case.outcome,
    }
    if proposal is not None:
        data |= {"proposal": proposal.number, "offer": proposal.offer}
    return data


def _check(
    session: Session,
    ticket: Ticket,
    case: ComplaintCase,
    draft: Draft,
    staff: Staff,
    limit: int,
    today: date,
) -> str:
    """The currency of the costs. Raises NotAllowed and its kinds."""
    if not may_propose(session, case, staff):
        raise SomebodyElse(f"{staff.name} may not make the next proposal")
    if not draft.words.strip():
        raise NotAllowed("a proposal tells the customer what is offered")
    if not today < draft.valid_until <= today + _LONGEST_VALID:
        raise NotAllowed("a proposal is valid for some days, and half a year at most")
    if draft.cost is not None and draft.cost < 0:
        raise NotAllowed("nothing costs less than nothing")
    currency = currency_of(session, ticket)
    if draft.offer in MONEY:
        if not draft.cost or not currency:
            raise AmountNeeded(f"a {draft.offer} has an amount")
        if draft.cost > limit and staff.role not in REFUNDS:
            raise TooMuchMoney(f"an agent does not propose to pay {draft.cost}")
    return currency


def _before_reopening(session: Session, case: ComplaintCase) -> list[ComplaintProposal]:
    """What was proposed, and not taken back, before the case was reopened."""
    reopened = session.scalar(
        select(func.max(TicketEvent.at)).where(
            TicketEvent.ticket_id == case.ticket_id, TicketEvent.kind == REOPENED
        )
    )
    left_out = (ProposalStatus.OPEN, ProposalStatus.TAKEN_BACK)
    return [
        one
        for one in case.proposals
        if reopened and one.proposed_at <= reopened and one.status not in left_out
    ]
