"""How serious a complaint is found to be, what happened and why, and what is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from aftercare.complaints.cases import Deed, hold_case, hold_open_case, move_ticket, put, tell
from aftercare.complaints.order import put_in_order
from aftercare.complaints.plan import causes_of, read_complaint_plan
from aftercare.complaints.severity import Weighed, facts_of, weigh
from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.complaints import (
    ComplaintAction,
    ComplaintCase,
    ComplaintStatus,
    Severity,
)
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor

_NOT_YET = frozenset({ComplaintStatus.RECEIVED, ComplaintStatus.ACKNOWLEDGED})


class WhyNeeded(NotAllowed):
    """Who decides otherwise than the rule proposes says why."""


@dataclass(frozen=True)
class Findings:
    """What was found; without words the investigation goes on."""

    words: str = ""
    cause_id: str | None = None
    responsible_id: int | None = None


def proposed_severity(session: Session, ticket: Ticket) -> Weighed:
    """What the rule proposes by what is known now, with its reasons."""
    scale = read_complaint_plan(session).file.scale
    return weigh(facts_of(session, ticket, scale), scale)


def assess(
    session: Session, ticket: Ticket, severity: Severity, why: str, *, by: Actor, now: datetime
) -> ComplaintCase:
    """Decide how serious it is; doing it again corrects it.

    Raises NotFound, WhyNeeded, and NotAllowed before the receipt is acknowledged and at the end.
    """
    case = hold_open_case(session, ticket)
    if case.status == ComplaintStatus.RECEIVED:
        raise NotAllowed("the receipt of the complaint is acknowledged first")
    proposed = proposed_severity(session, ticket).severity
    if severity != proposed and not why.strip():
        raise WhyNeeded(f"the rule proposes {proposed}, and nothing says why it is {severity}")
    case.severity, case.severity_proposed = severity, proposed
    case.severity_why = why.strip() if severity != proposed else ""
    put_in_order(case)
    deed = Deed("complaint_assessed", case.severity_why, step="acknowledge", about=severity)
    if case.assessed_at is None:
        put(session, ticket, case, ComplaintStatus.ASSESSED, deed, by=by, now=now)
        case.assessed_at = now
    else:
        tell(session, ticket, deed, by=by, now=now)
    if ticket.status == TicketStatus.NEW:
        move_ticket(session, ticket, TicketStatus.IN_PROGRESS, by=by, now=now)
    return case


def investigate(
    session: Session, ticket: Ticket, found: Findings, *, by: Actor, now: datetime
) -> ComplaintCase:
    """Keep who is responsible, what was found and the root cause; doing it again corrects them.

    With findings and a cause the investigation is done. Raises NotFound, and NotAllowed before it
    was assessed, where only one of the two is told, or they are taken away again.
    """
    case = hold_open_case(session, ticket)
    if case.status in _NOT_YET:
        raise NotAllowed("the complaint is assessed first")
    words = found.words.strip()
    if bool(words) != bool(found.cause_id):
        raise NotAllowed("findings have a root cause, and a root cause has findings")
    if not words and case.investigated_at is not None:
        raise NotAllowed("what was found can be corrected and not taken away")
    _check_cause(session, case, found.cause_id)
    _check_person(session, found.responsible_id, case.responsible_id)
    case.responsible_id = found.responsible_id
    if words:
        case.findings, case.cause_id = words, found.cause_id
    session.flush()
    session.expire(case, ["responsible", "cause"])
    if not words:
        tell(session, ticket, Deed("complaint_responsible"), by=by, now=now)
        return case
    deed = Deed("complaint_investigated", words, step="investigate")
    if case.investigated_at is None:
        put(session, ticket, case, ComplaintStatus.INVESTIGATED, deed, by=by, now=now)
        case.investigated_at = now
    else:
        tell(session, ticket, deed, by=by, now=now)
    return case


def add_action(
    session: Session,
    ticket: Ticket,
    what: str,
    *,
    staff_id: int | None,
    due_on: date,
    today: date,
    by: Actor,
    now: datetime,
) -> ComplaintAction:
    """Note what is changed so that it does not happen again, also after the end of the case.

    Raises NotFound, and NotAllowed without words, a person, or a day that is still to come.
    """
    case = hold_case(session, ticket)
    if case.assessed_at is None:
        raise NotAllowed("the complaint is assessed first")
    if not what.strip() or staff_id is None or due_on < today:
        raise NotAllowed("a change says what, by whom, and by which day that is not over")
    _check_person(session, staff_id, None)
    action = ComplaintAction(
        case_id=case.id, what=what.strip(), staff_id=staff_id, due_on=due_on, added_at=now
    )
    session.add(action)
    session.flush()
    session.expire(case, ["actions"])
    tell(session, ticket, Deed("complaint_action", action.what), by=by, now=now)
    return action


def finish_action(
    session: Session, ticket: Ticket, action_id: int, *, by: Actor, now: datetime
) -> ComplaintAction:
    """Note that a change is made. Raises NotFound, and NotAllowed where it was noted before."""
    case = hold_case(session, ticket)
    action = next((one for one in case.actions if one.id == action_id), None)
    if action is None:
        raise NotFound("the complaint has no such action")
    if action.done_at is not None:
        raise NotAllowed("this is done already")
    action.done_at = now
    tell(session, ticket, Deed("complaint_action_done", action.what), by=by, now=now)
    return action


def _check_cause(session: Session, case: ComplaintCase, cause_id: str | None) -> None:
    if cause_id and cause_id not in {one.id for one in causes_of(session, also=case.cause_id)}:
        raise NotAllowed(f"there is no root cause {cause_id} to choose")


def _check_person(session: Session, staff_id: int | None, before: int | None) -> None:
    """Somebody who works here, or who was responsible before. Raises NotAllowed."""
    if staff_id is None or staff_id == before:
        return
    found = session.get(Staff, staff_id)
    if found is None or not found.active:
        raise NotAllowed("this person does not work here")
