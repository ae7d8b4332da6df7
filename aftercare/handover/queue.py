"""Who waits for a person, in what place, and how long that takes by what it took lately."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.tables.handover import Handover, HandoverEvent, HandoverState, HandoverStep
from aftercare.tables.staff import Staff

#: An estimate rests on so many of the latest waits, none older than that, and not on fewer.
_WAITS = 20
_WAITS_OF = timedelta(days=14)
_FEWEST_WAITS = 3


@dataclass(frozen=True)
class Standing:
    """Where a conversation stands that is not with the bot alone.

    `place` (1 is next) and `expected` are known of those who wait, `name` and `staff_id` of those
    that a person has.
    """

    state: HandoverState
    since: datetime
    staff_id: int | None = None
    name: str | None = None
    place: int | None = None
    expected: timedelta | None = None


@dataclass(frozen=True)
class QueueFigures:
    waiting: int
    longest_wait: timedelta
    with_person: int


def open_handover(session: Session, conversation_id: str) -> Handover | None:
    """The handover that is not over; hold the conversation where it decides what is written."""
    return session.scalar(
        select(Handover)
        .where(Handover.conversation_id == conversation_id, Handover.state != HandoverState.OVER)
        .execution_options(populate_existing=True)
    )


def read_standing(session: Session, conversation_id: str, now: datetime) -> Standing | None:
    """None where the bot has the conversation and nobody is waited for."""
    row = session.execute(
        select(Handover.id, Handover.state, Handover.since, Handover.staff_id, Staff.name)
        .outerjoin(Staff, Staff.id == Handover.staff_id)
        .where(Handover.conversation_id == conversation_id, Handover.state != HandoverState.OVER)
    ).first()
    if row is None:
        return None
    number, state, since, staff_id, name = row
    if state == HandoverState.WITH_PERSON:
        return Standing(HandoverState.WITH_PERSON, since, staff_id, name)
    before = (Handover.since < since) | ((Handover.since == since) & (Handover.id <= number))
    place = session.scalar(
        select(func.count())
        .select_from(Handover)
        .where(Handover.state == HandoverState.WAITING, before)
    )
    return Standing(HandoverState.WAITING, since, place=place, expected=expected_wait(session, now))


def expected_wait(session: Session, now: datetime) -> timedelta | None:
    """The median of the latest waits; None where there were too few to tell."""
    waits = session.scalars(
        select(HandoverEvent.waited_seconds)
        .where(
            # Who gave up by choice waited shorter than it would have taken.
            HandoverEvent.step.in_((HandoverStep.TAKEN, HandoverStep.NOBODY_CAME)),
            HandoverEvent.waited_seconds.is_not(None),
            HandoverEvent.at > now - _WAITS_OF,
        )
        .order_by(HandoverEvent.at.desc(), HandoverEvent.id.desc())
        .limit(_WAITS)
    ).all()
    seconds = [wait for wait in waits if wait is not None]
    if len(seconds) < _FEWEST_WAITS:
        return None
    return timedelta(seconds=statistics.median(seconds))


def minutes_of(wait: timedelta) -> int:
    """Whole minutes as they are told: rather one too many, and never none."""
    return max(1, -(-int(wait.total_seconds()) // 60))


def count_waiting(session: Session) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Handover)
            .where(Handover.state == HandoverState.WAITING)
        )
        or 0
    )


def queue_figures(session: Session, now: datetime) -> QueueFigures:
    rows = {
        state: (count, first)
        for state, count, first in session.execute(
            select(Handover.state, func.count(), func.min(Handover.since))
            .where(Handover.state != HandoverState.OVER)
            .group_by(Handover.state)
        )
    }
    waiting, first = rows.get(HandoverState.WAITING, (0, None))
    return QueueFigures(
        waiting,
        max(timedelta(), now - first) if first else timedelta(),
        rows.get(HandoverState.WITH_PERSON, (0, None))[0],
    )
