"""What of a complaint keeps its ticket from being done or merged. It looks at the tables alone."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.tables.complaints import ComplaintCase, ComplaintProposal, ProposalStatus


class Need(StrEnum):
    CAUSE = "cause"
    ANSWER = "answer"
    """The customer was told no proposal yet."""
    OUTCOME = "outcome"
    """The case is not closed."""


def complaint_needs(session: Session, ticket_id: int) -> tuple[Need, ...]:
    """Empty for a complaint that is closed, and for a ticket that is none."""
    case = session.scalar(select(ComplaintCase).where(ComplaintCase.ticket_id == ticket_id))
    if case is None or case.closed_at is not None:
        return ()
    needs = [] if case.cause_id else [Need.CAUSE]
    told = select(ComplaintProposal.id).where(
        ComplaintProposal.case_id == case.id, ComplaintProposal.told_at.is_not(None)
    )
    if session.scalar(told.limit(1)) is None:
        needs.append(Need.ANSWER)
    return (*needs, Need.OUTCOME)


def awaits_answer(session: Session, ticket_id: int) -> bool:
    """Whether the customer is to answer a proposal."""
    open_one = (
        select(ComplaintProposal.id)
        .join(ComplaintProposal.case)
        .where(
            ComplaintCase.ticket_id == ticket_id, ComplaintProposal.status == ProposalStatus.OPEN
        )
    )
    return session.scalar(open_one) is not None
