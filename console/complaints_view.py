"""The complaint of a ticket as staff read it, on its own page and in short on the ticket's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from aftercare.complaints.cases import case_of
from aftercare.complaints.closing import outcomes_of
from aftercare.complaints.investigating import proposed_severity
from aftercare.complaints.plan import Plan, causes_of, read_complaint_plan
from aftercare.complaints.proposing import currency_of, may_propose, open_proposal, proposers
from aftercare.solved import can_be_reached
from aftercare.tables.complaints import ComplaintCase, ComplaintProposal, ComplaintStatus
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import DONE_STATUSES, Ticket
from aftercare.tickets.completeness import held_values
from aftercare.tickets.plan import fields_of
from console.access import Visit
from console.complaints_words import (
    ANSWERS,
    MARKS,
    OFFERS,
    OUTCOMES,
    SEVERITIES,
    SEVERITY_MARKS,
    STATUSES,
    STEPS,
    reason_words,
)
from console.formats import english

#: The record in which customers tell what would put it right.
_WANTED = "wanted"
#: The step that is being done, by status; of a closed complaint there is none.
_CURRENT = {
    ComplaintStatus.RECEIVED: "acknowledged",
    ComplaintStatus.ACKNOWLEDGED: "assessed",
    ComplaintStatus.ASSESSED: "investigated",
    ComplaintStatus.INVESTIGATED: "proposed",
    ComplaintStatus.CONTESTED: "proposed",
    ComplaintStatus.PROPOSED: "answered",
    ComplaintStatus.ACCEPTED: "closed",
    ComplaintStatus.EXHAUSTED: "closed",
    ComplaintStatus.UNANSWERED: "closed",
}
_TO_PROPOSE = frozenset(
    {ComplaintStatus.INVESTIGATED, ComplaintStatus.CONTESTED, ComplaintStatus.UNANSWERED}
)


@dataclass(frozen=True)
class StepMark:
    """A step of the line; `state` is done, current or ahead."""

    name: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class ComplaintCard:
    """What the ticket's page tells, with the line of steps."""

    status: str
    mark: str
    severity: str
    severity_mark: str
    assessed: bool
    steps: tuple[StepMark, ...]
    due_at: datetime | None
    valid_until: date | None


@dataclass(frozen=True)
class ProposalLine:
    number: int
    offer: str
    words: str
    cost: int | None
    currency: str
    by: str
    proposed_at: datetime
    told: bool
    valid_until: date
    answer: str
    answered_at: datetime | None
    reason: str


@dataclass(frozen=True)
class ActionLine:
    id: int
    what: str
    by: str
    due_on: date
    done_at: datetime | None
    late: bool


@dataclass(frozen=True)
class ComplaintView:
    """All of a complaint; amounts in minor units."""

    card: ComplaintCard
    number: str
    product: str
    customer: str
    reachable: bool
    """Whether the assistant can tell the customer in the chat."""
    ticket_done: bool
    language: str
    description: str
    wanted: str
    closed: bool
    acts: frozenset[str]
    """acknowledge, assess, investigate, propose, answer, contest_late, close, reopen, change."""
    received_at: datetime
    seen: str
    """How it stood when the page was made, so that nobody writes over what is newer."""
    severity: str
    proposed: str
    """The severity that the rule proposes by what is known now."""
    reasons: tuple[str, ...]
    severity_why: str
    means: tuple[tuple[str, str], ...]
    level: int
    findings: str
    cause_id: str
    cause: str
    causes: tuple[tuple[str, str], ...]
    responsible_id: int | None
    responsible: str
    people: tuple[tuple[int, str], ...]
    proposals: tuple[ProposalLine, ...]
    open_one: ProposalLine | None
    may_propose: bool
    proposers: tuple[str, ...]
    """The names of who may, where this person may not."""
    valid_until: date
    currency: str
    limit: int
    actions: tuple[ActionLine, ...]
    outcome: str
    outcomes: tuple[tuple[str, str], ...]
    """With what it can be closed now."""
    told: str
    costs: tuple[tuple[str, str, int | None], ...]
    """Field, label and amount."""
    total: int


def read_complaint_card(visit: Visit, ticket: Ticket) -> ComplaintCard | None:
    """None for a ticket that is no complaint."""
    case = case_of(visit.session, ticket)
    return _card(case) if case else None


def read_complaint(visit: Visit, ticket: Ticket, case: ComplaintCase) -> ComplaintView:
    session = visit.session
    plan, weighed = read_complaint_plan(session), proposed_severity(session, ticket)
    waiting, today = open_proposal(case), visit.desk.today().date()
    customer, mine = ticket.customer, may_propose(session, case, visit.staff)
    return ComplaintView(
        card=_card(case),
        number=ticket.number,
        product=f"{english(ticket.product.name)} ({ticket.product.model})"
        if ticket.product
        else "",
        customer=(customer.name or "") if customer else "",
        reachable=ticket.conversation_id is not None
        and can_be_reached(session, ticket.conversation_id, visit.now),
        ticket_done=ticket.status in DONE_STATUSES,
        language=ticket.language,
        description=ticket.description,
        wanted=_wanted(ticket),
        closed=case.closed_at is not None,
        acts=_acts(ticket, case),
        received_at=case.received_at,
        seen=ticket.updated_at.isoformat(),
        severity=case.severity,
        proposed=weighed.severity,
        reasons=tuple(map(reason_words, weighed.reasons)),
        severity_why=case.severity_why,
        means=_means(plan),
        level=case.level,
        findings=case.findings,
        cause_id=case.cause_id or "",
        cause=english(case.cause.name) if case.cause else "",
        causes=tuple((one.id, english(one.name)) for one in causes_of(session, also=case.cause_id)),
        responsible_id=case.responsible_id,
        responsible=case.responsible.name if case.responsible else "",
        people=_people(visit, case),
        proposals=tuple(map(_proposal, case.proposals)),
        open_one=_proposal(waiting) if waiting else None,
        may_propose=mine,
        proposers=() if mine else tuple(one.name for one in proposers(session, case)),
        valid_until=today + timedelta(days=plan.file.valid_days),
        currency=currency_of(session, ticket),
        limit=visit.desk.settings.refund_limit,
        actions=tuple(
            ActionLine(
                one.id,
                one.what,
                one.staff.name,
                one.due_on,
                one.done_at,
                not one.done_at and one.due_on < today,
            )
            for one in case.actions
        ),
        outcome=OUTCOMES.get(case.outcome or "", ""),
        outcomes=tuple((str(one), OUTCOMES[one]) for one in outcomes_of(case)),
        told=case.told,
        costs=_costs(case),
        total=sum(amount or 0 for _, _, amount in _costs(case)),
    )


def _card(case: ComplaintCase) -> ComplaintCard:
    waiting = open_proposal(case)
    return ComplaintCard(
        status=STATUSES[case.status],
        mark=MARKS[case.status],
        severity=SEVERITIES[case.severity],
        severity_mark=SEVERITY_MARKS[case.severity],
        assessed=case.assessed_at is not None,
        steps=_steps(case),
        due_at=case.due_at,
        valid_until=waiting.valid_until if waiting else None,
    )


def _steps(case: ComplaintCase) -> tuple[StepMark, ...]:
    """All steps; what is done anew after a contested proposal is ahead again."""
    current = _CURRENT.get(ComplaintStatus(case.status))
    order = list(STEPS)
    place = order.index(current) if current else len(order)
    marks = []
    for index, step in enumerate(order):
        state = "done" if index < place else "current" if index == place else "ahead"
        at = getattr(case, f"{step}_at") if state == "done" else None
        marks.append(StepMark(STEPS[step], state, at))
    return tuple(marks)


def _acts(ticket: Ticket, case: ComplaintCase) -> frozenset[str]:
    """What can be done with the complaint now, by somebody."""
    status, done = ComplaintStatus(case.status), ticket.status in DONE_STATUSES
    closed = status is ComplaintStatus.CLOSED
    works = not (closed or done)
    acts = {
        "acknowledge": works and status is ComplaintStatus.RECEIVED,
        "assess": works and status is not ComplaintStatus.RECEIVED,
        "investigate": works and case.assessed_at is not None,
        "propose": works and status in _TO_PROPOSE,
        "answer": works and status is ComplaintStatus.PROPOSED,
        "contest_late": works and status is ComplaintStatus.UNANSWERED,
        "close": works,
        "reopen": closed and not done,
        "change": case.assessed_at is not None,
    }
    return frozenset(act for act, may in acts.items() if may)


def _wanted(ticket: Ticket) -> str:
    """What would put it right for the customer, in words."""
    value = held_values(ticket).get(_WANTED, "")
    for field in fields_of(ticket):
        if field.field == _WANTED:
            return next((english(c["name"]) for c in field.choices if c["id"] == value), value)
    return value


def _means(plan: Plan) -> tuple[tuple[str, str], ...]:
    """The scale in words, the gravest first."""
    means = {str(key): text.en for key, text in plan.file.scale.means.items()}
    return tuple((name, means.get(str(key), "")) for key, name in SEVERITIES.items())


def _people(visit: Visit, case: ComplaintCase) -> tuple[tuple[int, str], ...]:
    """Who may be made responsible, and who is."""
    staff = visit.session.scalars(select(Staff).order_by(Staff.name, Staff.id))
    return tuple((one.id, one.name) for one in staff if one.active or one.id == case.responsible_id)


def _proposal(one: ComplaintProposal) -> ProposalLine:
    return ProposalLine(
        number=one.number,
        offer=OFFERS[one.offer],
        words=one.words,
        cost=one.cost_minor,
        currency=one.currency or "",
        by=one.staff.name,
        proposed_at=one.proposed_at,
        told=one.told_at is not None,
        valid_until=one.valid_until,
        answer=ANSWERS[one.status],
        answered_at=one.answered_at,
        reason=one.reason,
    )


def _costs(case: ComplaintCase) -> tuple[tuple[str, str, int | None], ...]:
    return (
        ("refund", "Refund", case.refund_minor),
        ("goodwill", "Goodwill", case.goodwill_minor),
        ("goods", "Goods and parts", case.goods_minor),
        ("hours", "Hours of work", case.hours_minor),
    )
