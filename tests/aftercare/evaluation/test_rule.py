from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aftercare.evaluation.rule import (
    HIGHEST_SCORE,
    Band,
    Criterion,
    Facts,
    Phase,
    Rule,
    precedence,
    weigh,
)

CONTENT: dict[str, Any] = {
    "weights": {"feature": 40, "importance": 30, "time": 20, "price": 10},
    "feature": (10, 20, 30, 40, 50),
    "importance": (0, 25, 50, 75, 100),
    "phases": {
        "before_first_use": 100,
        "early_life": 80,
        "in_warranty": 60,
        "after_warranty": 20,
    },
    "early_life_days": 30,
    "currency": "EUR",
    "prices": (
        {"below": 10000, "points": 10},
        {"below": 50000, "points": 50},
        {"below": None, "points": 90},
    ),
    "unknown": {"feature": 1, "importance": 2, "time": 3, "price": 4},
    "bands": {"urgent": 75, "high": 50, "normal": 25},
}
RULE = Rule.model_validate(CONTENT)
FACTS = st.builds(
    Facts,
    feature_rating=st.none() | st.integers(1, 5),
    importance=st.none() | st.integers(1, 5),
    unused=st.booleans(),
    age_days=st.none() | st.integers(0, 5000),
    covered=st.none() | st.booleans(),
    price_minor=st.none() | st.integers(0, 10**9),
    currency=st.none() | st.sampled_from(["EUR", "BRL"]),
)


def added(facts: Facts) -> dict[Criterion, int]:
    return {share.criterion: share.added for share in weigh(facts, RULE).shares}


def test_score_is_the_sum_of_points_times_weights() -> None:
    found = weigh(
        Facts(
            feature_rating=5,
            importance=3,
            age_days=400,
            covered=True,
            price_minor=20000,
            currency="EUR",
        ),
        RULE,
    )
    assert [share.added for share in found.shares] == [40 * 50, 30 * 50, 20 * 60, 10 * 50]
    assert found.score == 5200
    assert found.band is Band.HIGH
    assert all(share.known for share in found.shares)


def test_what_is_unknown_counts_what_the_rule_says_and_is_told() -> None:
    found = weigh(Facts(), RULE)
    assert [share.points for share in found.shares] == [1, 2, 3, 4]
    assert not any(share.known for share in found.shares)


@pytest.mark.parametrize(
    ("facts", "phase"),
    [
        (Facts(), None),
        (Facts(unused=True), Phase.BEFORE_FIRST_USE),
        (Facts(unused=True, age_days=900, covered=False), Phase.BEFORE_FIRST_USE),
        (Facts(age_days=0, covered=True), Phase.EARLY_LIFE),
        (Facts(age_days=30), Phase.EARLY_LIFE),
        (Facts(age_days=31), None),
        (Facts(age_days=31, covered=True), Phase.IN_WARRANTY),
        (Facts(age_days=31, covered=False), Phase.AFTER_WARRANTY),
    ],
)
def test_phase_of_life(facts: Facts, phase: Phase | None) -> None:
    assert facts.phase(30) is phase
    assert added(facts)[Criterion.TIME] == 20 * (RULE.phases[phase] if phase else 3)


@pytest.mark.parametrize(
    ("price", "points"), [(0, 10), (9999, 10), (10000, 50), (49999, 50), (50000, 90)]
)
def test_price_bands_begin_where_the_one_before_ends(price: int, points: int) -> None:
    assert added(Facts(price_minor=price, currency="EUR"))[Criterion.PRICE] == 10 * points


def test_price_in_another_currency_is_unknown() -> None:
    assert added(Facts(price_minor=1, currency="BRL"))[Criterion.PRICE] == 10 * 4


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (10000, Band.URGENT),
        (7500, Band.URGENT),
        (7499, Band.HIGH),
        (2500, Band.NORMAL),
        (2499, Band.LOW),
        (0, Band.LOW),
    ],
)
def test_bands_begin_at_their_least_score(score: int, band: Band) -> None:
    assert RULE.band(score, danger=False) is band
    assert RULE.band(score, danger=True) is Band.URGENT


@given(FACTS, st.booleans())
def test_every_ticket_has_a_score_within_bounds_and_four_shares_that_explain_it(
    facts: Facts, danger: bool
) -> None:
    found = weigh(facts, RULE, danger=danger)
    assert 0 <= found.score <= HIGHEST_SCORE
    assert found.score == sum(share.added for share in found.shares)
    assert [share.criterion for share in found.shares] == list(Criterion)


@given(st.integers(0, HIGHEST_SCORE), st.integers(0, HIGHEST_SCORE))
def test_danger_goes_before_every_score_and_a_higher_score_before_a_lower(a: int, b: int) -> None:
    assert precedence(a, danger=True) < precedence(b, danger=False)
    if a > b:
        assert precedence(a, danger=False) < precedence(b, danger=False)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weights": {**CONTENT["weights"], "price": 11}}, "add up to 101 %, not to 100 %"),
        ({"weights": {"feature": 100}}, "needs exactly feature, importance, time, price"),
        ({"weights": {"feature": 120, "importance": -20, "time": 0, "price": 0}}, "less than"),
        ({"feature": (1, 2, 3, 4)}, "feature.4"),
        ({"importance": (1, 2, 3, 4, 101)}, "less than or equal to 100"),
        ({"phases": {"early_life": 1}}, "needs exactly before_first_use"),
        ({"bands": {"urgent": 50, "high": 50, "normal": 20}}, "urgent begins above high"),
        ({"bands": {"urgent": 50, "high": 20, "normal": 30}}, "high above normal"),
        ({"prices": ({"below": 5, "points": 1},)}, "without an end"),
        (
            {"prices": ({"below": None, "points": 1}, {"below": None, "points": 1})},
            "and no other",
        ),
        (
            {
                "prices": (
                    {"below": 5, "points": 1},
                    {"below": 5, "points": 1},
                    {"below": None, "points": 1},
                )
            },
            "ends above the one before",
        ),
        ({"currency": "euro"}, "currency"),
        ({"early_life_days": -1}, "early_life_days"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_rule_that_does_not_hold_together_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Rule.model_validate({**CONTENT, **change})
