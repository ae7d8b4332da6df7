from __future__ import annotations

from dataclasses import replace

import pytest

from aftercare.guidance.decision import Decision, Outcome, calibration, decide, features
from aftercare.guidance.index import Hit
from aftercare.guidance.signs import Signs

SURE = Signs(
    coverage=1,
    literal=1,
    heading=0.9,
    strength=1.8,
    elsewhere=0,
    unknown=0,
    shop=0,
    code=0,
    words=3,
)
LIKELY = Signs(
    coverage=0.8,
    literal=0.8,
    heading=0.2,
    strength=0.8,
    elsewhere=0,
    unknown=0,
    shop=0,
    code=0,
    words=3,
)
HOPELESS = Signs(
    coverage=0.2, literal=0.2, heading=0, strength=0.1, elsewhere=0.4, unknown=0.4, shop=0, code=0,
    words=4,
)  # fmt: skip


def _hits(signs: Signs, *scores: float) -> list[Hit]:
    return [Hit("p", str(at), score, signs) for at, score in enumerate(scores)]


def _anchors(decision: Decision) -> list[str]:
    return [hit.anchor for hit in decision.hits]


def test_nothing_found_is_admitted() -> None:
    assert decide([]) == Decision(Outcome.NONE)


def test_section_that_is_the_question_is_quoted() -> None:
    decision = decide(_hits(SURE, 10, 4, 3))
    assert (decision.outcome, _anchors(decision)) == (Outcome.ANSWER, ["0"])


def test_question_that_the_section_hardly_touches_is_not_told() -> None:
    decision = decide(_hits(HOPELESS, 1.0, 0.9, 0.8))
    assert (decision.outcome, decision.hits) == (Outcome.NONE, ())


def test_three_that_are_about_equally_good_are_offered() -> None:
    decision = decide(_hits(LIKELY, 5.0, 4.9, 4.8, 4.7))
    assert (decision.outcome, _anchors(decision)) == (Outcome.LIST, ["0", "1", "2"])


@pytest.mark.parametrize("scores", [(5.0, 4.9), (5.0, 4.9, 2.0, 1.9)])
def test_two_that_stand_out_are_asked_about(scores: tuple[float, ...]) -> None:
    decision = decide(_hits(LIKELY, *scores))
    assert (decision.outcome, _anchors(decision)) == (Outcome.NARROW, ["0", "1"])


@pytest.mark.parametrize(
    ("headings", "outcome", "offered"),
    [
        ((0.8, 0.2, 0.7), Outcome.NARROW, ["0", "2"]),
        ((0.8, 0.7, 0.5), Outcome.LIST, ["0", "1", "2"]),
        ((0.8, 0.2, 0.1), Outcome.LIST, ["0", "1", "2"]),  # one alone is no choice
        ((0.3, 0.1, 0.3), Outcome.LIST, ["0", "1", "2"]),  # no heading is the question
    ],
)
def test_headings_far_from_the_question_are_left_out(
    headings: tuple[float, ...], outcome: Outcome, offered: list[str]
) -> None:
    hits = [
        replace(hit, signs=hit.signs._replace(heading=heading))
        for hit, heading in zip(_hits(LIKELY, 5.0, 4.9, 4.8), headings, strict=True)
    ]
    decision = decide(hits)
    assert (decision.outcome, _anchors(decision)) == (outcome, offered)


def test_likelihoods_are_of_a_question_and_never_contradict_each_other() -> None:
    for signs in (SURE, LIKELY, HOPELESS):
        decision = decide(_hits(signs, 5.0, 4.0, 3.0))
        assert 0 < decision.first <= decision.among_three < 1


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (LIKELY, LIKELY._replace(shop=0.5)),
        (LIKELY, LIKELY._replace(code=-1)),
        (LIKELY._replace(code=1), LIKELY),
        (LIKELY, LIKELY._replace(elsewhere=0.4)),
        (LIKELY._replace(heading=0.8), LIKELY),
        (LIKELY._replace(strength=1.5), LIKELY),
    ],
)
def test_each_sign_points_where_it_should(better: Signs, worse: Signs) -> None:
    more, less = decide(_hits(better, 5.0, 4.0)), decide(_hits(worse, 5.0, 4.0))
    assert more.among_three > less.among_three


def test_calibration_has_a_weight_for_every_sign_and_no_other() -> None:
    names = {"constant", *features(_hits(SURE, 5.0, 4.0))}
    assert calibration().keys() == {"first", "among_three"}
    assert all(weights.keys() == names for weights in calibration().values())
