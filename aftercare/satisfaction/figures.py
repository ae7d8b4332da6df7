"""What the answers come to: how many, the average, and how they spread.

All figures count the answers that fit the same conditions; the caller chooses those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from aftercare.satisfaction.reading import HIGHEST, LOWEST
from aftercare.satisfaction.surveys import UNHAPPY
from aftercare.tables.satisfaction import Survey, SurveyPerson

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Figures:
    """How many answers there are, of 1 to 5 each, among how many that were asked."""

    asked: int
    by_rating: dict[int, int]

    @property
    def answers(self) -> int:
        return sum(self.by_rating.values())

    @property
    def average(self) -> float | None:
        """Of 1 to 5; None without answers."""
        if not self.answers:
            return None
        return sum(rating * count for rating, count in self.by_rating.items()) / self.answers

    @property
    def response_rate(self) -> float | None:
        """The share of those who were asked that answered, 0 to 1; None where nobody was."""
        return self.answers / self.asked if self.asked else None


@dataclass(frozen=True)
class Slice:
    """The answers about one service, product, person or month."""

    key: str
    answers: int
    average: float
    unhappy: int


def figures(session: Session, of_asked: Conditions, of_answered: Conditions) -> Figures:
    """The whole; those who were asked and those who answered have conditions of their own."""
    asked = select(func.count()).select_from(Survey).join(Survey.ticket).where(*of_asked)
    counted = (
        select(Survey.rating, func.count())
        .join(Survey.ticket)
        .where(Survey.rating.is_not(None), *of_answered)
        .group_by(Survey.rating)
    )
    by_rating = dict.fromkeys(range(HIGHEST, LOWEST - 1, -1), 0)
    for rating, count in session.execute(counted):
        if rating is not None:
            by_rating[rating] = count
    return Figures(session.scalar(asked) or 0, by_rating)


def by_column(
    session: Session, where: Conditions, column: InstrumentedAttribute[Any]
) -> list[Slice]:
    """By a column of the ticket, the most answers first; tickets without a value are left out."""
    return _slices(
        session,
        _sums(column).join(Survey.ticket).where(column.is_not(None), *where).group_by(column),
    )


def by_person(session: Session, where: Conditions) -> list[Slice]:
    """By the members of staff who had worked on the tickets; an answer counts for each of them."""
    person = SurveyPerson.staff_id
    return _slices(
        session,
        _sums(person)
        .join(Survey.ticket)
        .join(SurveyPerson, SurveyPerson.survey_id == Survey.id)
        .where(*where)
        .group_by(person),
    )


def by_month(
    session: Session, where: Conditions, begins: Sequence[tuple[str, datetime]]
) -> list[Slice]:
    """By month, the newest first; `begins` has each month's name and first moment, newest first."""
    month = case(*((Survey.answered_at >= moment, name) for name, moment in begins), else_=None)
    found = _slices(
        session,
        _sums(month)
        .join(Survey.ticket)
        .where(Survey.answered_at >= begins[-1][1], *where)
        .group_by(month),
    )
    return sorted(found, key=lambda one: one.key, reverse=True)


def _sums(key: Any) -> Select[Any]:
    unhappy = func.sum(cast(Survey.rating <= UNHAPPY, Integer))
    return (
        select(key, func.count(), func.sum(Survey.rating), unhappy)
        .select_from(Survey)
        .where(Survey.rating.is_not(None))
    )


def _slices(session: Session, statement: Select[Any]) -> list[Slice]:
    found = [
        Slice(str(key), answers, total / answers, unhappy)
        for key, answers, total, unhappy in session.execute(statement)
    ]
    return sorted(found, key=lambda one: (-one.answers, one.key))
