"""What returns hold of a person: handed out with the ticket, and taken out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aftercare.returns.cases import case_of
from aftercare.tables.returns import ReturnCase
from aftercare.tables.tickets import Ticket


def return_told(session: Session, ticket: Ticket) -> dict[str, Any] | None:
    """The return of a ticket for the person it belongs to; None where it is none."""
    case = case_of(session, ticket)
    if case is None:
        return None
    return {
        "number": case.rma,
        "status": case.status,
        "requested_at": _time(case.requested_at),
        "send_by": case.send_by.isoformat() if case.send_by else None,
        "received_at": _time(case.received_at),
        "condition": case.condition,
        "serial_number": case.serial_found,
        "fault_found": case.fault_found,
        "findings": case.findings,
        "outcome": case.outcome,
        "goods": case.disposition,
        "refund_in_minor_units": case.refund_minor,
        "deducted_in_minor_units": case.deduction_minor,
        "deduction_reason": case.deduction_reason,
        "currency": case.currency,
        "told": case.told,
        "settled_at": _time(case.settled_at),
    }


def forget_words(session: Session, tickets: Sequence[int]) -> None:
    """Take out what was written of the goods and to the customer; what came of it is counted on."""
    session.execute(
        update(ReturnCase)
        .where(ReturnCase.ticket_id.in_(tickets))
        .values(serial_found="", findings="", deduction_reason="", told="")
        .execution_options(synchronize_session="fetch")
    )


def blot_words(
    session: Session, tickets: Sequence[int], looks: re.Pattern[str], instead: str
) -> None:
    """Put something else in the place of what looks like a person's contact in others' returns."""
    for case in session.scalars(select(ReturnCase).where(ReturnCase.ticket_id.in_(tickets))):
        case.findings = looks.sub(instead, case.findings)
        case.deduction_reason = looks.sub(instead, case.deduction_reason)
        case.told = looks.sub(instead, case.told)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
