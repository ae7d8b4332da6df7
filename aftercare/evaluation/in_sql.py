"""The rule as an expression of the database, for many tickets at once.

It gives the same score and band as `weigh` in aftercare/evaluation/rule.py; a test compares them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, literal, or_

from aftercare.evaluation.rule import (
    BANDS_FROM,
    HIGHEST_SCORE,
    HUNDREDTHS,
    Band,
    Criterion,
    Phase,
    Ratings,
    Rule,
)
from aftercare.tables.tickets import Ticket


def score_of(rule: Rule) -> ColumnElement[int]:
    """The score of each ticket, in hundredths of a point."""
    points = {
        Criterion.FEATURE: _rated(
            Ticket.feature_rating, rule.feature, rule.unknown[Criterion.FEATURE]
        ),
        Criterion.IMPORTANCE: _rated(
            Ticket.importance, rule.importance, rule.unknown[Criterion.IMPORTANCE]
        ),
        Criterion.TIME: _timed(rule),
        Criterion.PRICE: _priced(rule),
    }
    score: ColumnElement[int] = literal(0)
    for criterion, counted in points.items():
        score = score + counted * rule.weights[criterion]
    return score


def band_of(rule: Rule, score: ColumnElement[int]) -> ColumnElement[str]:
    """The band of each ticket with that score."""
    return case(
        (Ticket.danger, Band.URGENT.value),
        *((score >= rule.bands[band] * HUNDREDTHS, band.value) for band in BANDS_FROM),
        else_=Band.LOW.value,
    )


def precedence_of(score: ColumnElement[int]) -> ColumnElement[int]:
    return HIGHEST_SCORE - score + case((Ticket.danger, 0), else_=HIGHEST_SCORE + 1)


def _rated(column: Any, points: Ratings, unknown: int) -> ColumnElement[int]:
    return case(
        *((column == rating, counted) for rating, counted in enumerate(points, start=1)),
        else_=unknown,
    )


def _timed(rule: Rule) -> ColumnElement[int]:
    unknown = rule.unknown[Criterion.TIME]
    return case(
        (Ticket.unused, rule.phases[Phase.BEFORE_FIRST_USE]),
        (Ticket.age_days.is_(None), unknown),
        (Ticket.age_days <= rule.early_life_days, rule.phases[Phase.EARLY_LIFE]),
        (Ticket.covered.is_(None), unknown),
        (Ticket.covered.is_(True), rule.phases[Phase.IN_WARRANTY]),
        else_=rule.phases[Phase.AFTER_WARRANTY],
    )


def _priced(rule: Rule) -> ColumnElement[int]:
    elsewhere = or_(
        Ticket.price_minor.is_(None), Ticket.currency.is_(None), Ticket.currency != rule.currency
    )
    return case(
        (elsewhere, rule.unknown[Criterion.PRICE]),
        *((Ticket.price_minor < step.below, step.points) for step in rule.prices[:-1]),
        else_=rule.prices[-1].points,
    )
