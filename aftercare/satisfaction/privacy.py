"""Hands customers their answers and takes them out of these; ratings are counted on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from aftercare.tables.satisfaction import FollowUp, Survey
from aftercare.tables.tickets import Ticket


def answers_of(session: Session, tickets: Sequence[int]) -> list[dict[str, Any]]:
    """What the customer of these tickets was asked and answered, as JSON can hold it."""
    found = session.execute(
        select(Survey, Ticket.number)
        .join(Survey.ticket)
        .where(Survey.ticket_id.in_(tickets))
        .order_by(Survey.id)
    )
    return [
        {
            "ticket": number,
            "asked_at": _time(survey.asked_at),
            "rating_1_to_5": survey.rating,
            "answered_at": _time(survey.answered_at),
            "why": survey.reason,
            "followed_up_at": _time(survey.followed_up_at),
        }
        for survey, number in found
    ]


def count_answers(session: Session, tickets: Sequence[int]) -> int:
    """How many surveys of these tickets there are, answered or not."""
    counted = select(func.count()).select_from(Survey).where(Survey.ticket_id.in_(tickets))
    return session.scalar(counted) or 0


def forget_answers(session: Session, tickets: Sequence[int]) -> None:
    """Take out the words and the conversation; nobody can be got in touch with any more."""
    nobody_to_call = case(
        (Survey.follow_up == FollowUp.OPEN, FollowUp.NONE), else_=Survey.follow_up
    )
    session.execute(
        update(Survey)
        .where(Survey.ticket_id.in_(tickets))
        .values(reason="", conversation_id=None, follow_up=nobody_to_call)
        .execution_options(synchronize_session="fetch")
    )


def let_go_of(session: Session, conversations: Sequence[str]) -> None:
    """Conversations are deleted: their surveys stay with the tickets."""
    session.execute(
        update(Survey).where(Survey.conversation_id.in_(conversations)).values(conversation_id=None)
    )


def blot_reasons(
    session: Session, tickets: Sequence[int], looks: re.Pattern[str], instead: str
) -> None:
    """Put something else in the place of what looks like a person's contact in others' reasons."""
    for survey in session.scalars(select(Survey).where(Survey.ticket_id.in_(tickets))):
        survey.reason = looks.sub(instead, survey.reason)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
