"""The customer's answer to a proposal: accepted, contested and so taken further, or none at all."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from sqlalchemy.orm import Session

from aftercare.clocks.plan import read_plan
from aftercare.complaints.cases import (
    LAST_LEVEL,
    Deed,
    hold_case,
    hold_open_case,
    move_ticket,
    next_due,
    put,
    set_due,
    tell,
)
from aftercare.complaints.plan import read_complaint_plan
from aftercare.complaints.proposing import complaint_data, open_proposal
from aftercare.errors import NotAllowed, StaleEdit
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintProposal,
    ComplaintStatus,
    Offer,
    ProposalStatus,
)
from aftercare.tables.teams import Team
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus, TicketStep
from aftercare.tickets.assignment import assign, give_to_team, team_of_role
from aftercare.tickets.history import DESK, Actor
from aftercare.webhooks.events import COMPLAINT_ACCEPTED, COMPLAINT_CONTESTED, note_event

#: Who carries out what was accepted.
_ROLE = "support"


def accept(
    session: Session, ticket: Ticket, number: int, *, by: Actor, now: datetime
) -> ComplaintProposal:
    """The customer accepts the proposal of that number; what follows becomes a step of the ticket.

    Raises NotFound, StaleEdit where it is not the one that is open, and NotAllowed at the end.
    """
    case = hold_open_case(session, ticket)
    proposal = _answered(case, number, ProposalStatus.ACCEPTED, now)
    deed = Deed("complaint_accepted", about=proposal.offer)
    put(session, ticket, case, ComplaintStatus.ACCEPTED, deed, by=by, now=now)
    set_due(case, next_due(session, ticket, now))
    move_ticket(session, ticket, TicketStatus.IN_PROGRESS, by=by, now=now)
    _add_step(session, ticket, proposal)
    note_event(session, COMPLAINT_ACCEPTED, complaint_data(ticket, case, proposal), now)
    return proposal


def contest(
    session: Session, ticket: Ticket, number: int, *, by: Actor, now: datetime, reason: str = ""
) -> ComplaintCase:
    """The customer does not agree: another person proposes, or it is over and others can help.

    An answer that comes after the last day counts as well. Raises as `accept`.
    """
    case = hold_open_case(session, ticket)
    if case.status == ComplaintStatus.UNANSWERED:
        proposal = _last(case, number)
        proposal.status, proposal.answered_at = ProposalStatus.CONTESTED, now
        case.answered_at = now
    else:
        proposal = _answered(case, number, ProposalStatus.CONTESTED, now)
    proposal.reason = reason.strip()
    over = proposal.level >= LAST_LEVEL
    to = ComplaintStatus.EXHAUSTED if over else ComplaintStatus.CONTESTED
    deed = Deed("complaint_contested", proposal.reason)
    put(session, ticket, case, to, deed, by=by, now=now)
    set_due(case, None if over else next_due(session, ticket, now))
    move_ticket(session, ticket, TicketStatus.IN_PROGRESS, by=by, now=now)
    note_event(session, COMPLAINT_CONTESTED, complaint_data(ticket, case, proposal), now)
    if not over:
        escalate(session, ticket, case, now)
    return case


def give_reason(session: Session, ticket: Ticket, number: int, words: str, *, by: Actor,
                now: datetime) -> bool:  # fmt: skip
    """Keep why the customer contested a proposal; False where they did not, or told it before."""
    case = hold_case(session, ticket)
    proposal = next((one for one in case.proposals if one.number == number), None)
    if proposal is None or proposal.status != ProposalStatus.CONTESTED or proposal.reason:
        return False
    proposal.reason = words.strip()
    tell(session, ticket, Deed("complaint_reason", proposal.reason), by=by, now=now)
    return True


def note_late_answer(session: Session, ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """The customer accepts what is not valid any more: staff see it and may propose it anew."""
    tell(session, ticket, Deed("complaint_late_answer"), by=by, now=now)


def expire(session: Session, ticket: Ticket, *, today: date, now: datetime) -> bool:
    """Note that a proposal's last day is over without an answer; False where it is not so.

    What the customer was never told of does not expire.
    """
    case = hold_case(session, ticket)
    proposal = open_proposal(case)
    if proposal is None or proposal.told_at is None or proposal.valid_until >= today:
        return False
    if ticket.status in DONE_STATUSES:
        return False
    proposal.status = ProposalStatus.EXPIRED
    deed = Deed("complaint_unanswered")
    put(session, ticket, case, ComplaintStatus.UNANSWERED, deed, by=DESK, now=now)
    move_ticket(session, ticket, TicketStatus.IN_PROGRESS, by=DESK, now=now)
    return True


def escalate(session: Session, ticket: Ticket, case: ComplaintCase, now: datetime) -> None:
    """Take a held case to the next level: a manager's, and the team's that steps in."""
    if case.level < LAST_LEVEL:
        case.level += 1
        tell(session, ticket, Deed("complaint_escalated", about=str(case.level)), by=DESK, now=now)
    before = {one.staff_id for one in case.proposals}
    clocks = read_plan(session)
    role = clocks.file.clocks.escalate_to if clocks else None
    team_id = team_of_role(session, role) if role else None
    # A closed ticket stays with whom it was.
    with suppress(NotAllowed):
        if ticket.assignee_id in before:
            assign(session, ticket, None, by=DESK, now=now)
        if team_id is not None:
            team = session.get_one(Team, team_id)
            give_to_team(session, ticket, team, by=DESK, now=now)


def _answered(
    case: ComplaintCase, number: int, to: ProposalStatus, now: datetime
) -> ComplaintProposal:
    """The open proposal, if it is that one, with the answer that it got. Raises StaleEdit."""
    proposal = open_proposal(case)
    if proposal is None or proposal.number != number:
        raise StaleEdit(f"proposal {number} is not open any more")
    proposal.status, proposal.answered_at = to, now
    proposal.told_at = proposal.told_at or now
    case.answered_at = now
    return proposal


def _last(case: ComplaintCase, number: int) -> ComplaintProposal:
    """The expired proposal, if it is the newest one. Raises StaleEdit."""
    newest = case.proposals[-1] if case.proposals else None
    if newest is None or newest.number != number or newest.status != ProposalStatus.EXPIRED:
        raise StaleEdit(f"proposal {number} cannot be answered any more")
    return newest


def _add_step(session: Session, ticket: Ticket, proposal: ComplaintProposal) -> None:
    """Put on the checklist what was agreed on; needed before the ticket is resolved."""
    text = read_complaint_plan(session).file.follow.get(Offer(proposal.offer))
    if text is None:
        return
    ticket.steps.append(
        TicketStep(
            position=max((step.position for step in ticket.steps), default=-1) + 1,
            key=f"complaint-{proposal.number}",
            text=text.model_dump(),
            role=_ROLE,
            hours=max((step.hours for step in ticket.steps), default=0),
            required=True,
        )
    )
    session.flush()
