"""What complaints hold of a person: handed out with the ticket, and taken out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aftercare.complaints.cases import case_of
from aftercare.tables.complaints import ComplaintAction, ComplaintCase, ComplaintProposal
from aftercare.tables.tickets import Ticket


def complaint_told(session: Session, ticket: Ticket) -> dict[str, Any] | None:
    """The complaint of a ticket for the person it belongs to; None where it is none."""
    case = case_of(session, ticket)
    if case is None:
        return None
    return {
        "status": case.status,
        "severity": case.severity,
        "severity_decided_because": case.severity_why,
        "received_at": _time(case.received_at),
        "acknowledged_at": _time(case.acknowledged_at),
        "findings": case.findings,
        "cause": case.cause.name if case.cause else None,
        "proposals": [
            {
                "offer": one.offer,
                "words": one.words,
                "cost_in_minor_units": one.cost_minor,
                "currency": one.currency,
                "proposed_at": _time(one.proposed_at),
                "valid_until": one.valid_until.isoformat(),
                "answer": one.status,
                "answered_at": _time(one.answered_at),
                "why_not": one.reason,
            }
            for one in case.proposals
        ],
        "changes": [
            {"what": one.what, "due_on": one.due_on.isoformat(), "done_at": _time(one.done_at)}
            for one in case.actions
        ],
        "outcome": case.outcome,
        "told": case.told,
        "refund_in_minor_units": case.refund_minor,
        "goodwill_in_minor_units": case.goodwill_minor,
        "currency": case.currency,
        "closed_at": _time(case.closed_at),
    }


def forget_complaints(session: Session, tickets: Sequence[int]) -> None:
    """Take out all words; severity, cause, offers, outcome, times and costs are counted on."""
    cases = select(ComplaintCase.id).where(ComplaintCase.ticket_id.in_(tickets))
    for change in (
        update(ComplaintCase)
        .where(ComplaintCase.ticket_id.in_(tickets))
        .values(severity_why="", findings="", told=""),
        update(ComplaintProposal)
        .where(ComplaintProposal.case_id.in_(cases))
        .values(words="", reason=""),
        update(ComplaintAction).where(ComplaintAction.case_id.in_(cases)).values(what=""),
    ):
        session.execute(change.execution_options(synchronize_session="fetch"))


def blot_complaints(
    session: Session, tickets: Sequence[int], looks: re.Pattern[str], instead: str
) -> None:
    """Put something else in the place of a person's contact in others' complaints."""
    for case in session.scalars(select(ComplaintCase).where(ComplaintCase.ticket_id.in_(tickets))):
        case.severity_why = looks.sub(instead, case.severity_why)
        case.findings = looks.sub(instead, case.findings)
        case.told = looks.sub(instead, case.told)
        for proposal in case.proposals:
            proposal.words = looks.sub(instead, proposal.words)
            proposal.reason = looks.sub(instead, proposal.reason)
        for action in case.actions:
            action.what = looks.sub(instead, action.what)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
