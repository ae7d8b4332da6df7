"""The figures about confidences, the limit of a training, and what is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

import pytest

from bot.compare.confidences import (
    Judgement,
    calibration_error,
    confusions,
    judgement,
    out_of_scope_recall,
    recalibrated,
    reliability,
)
from bot.compare.drawings import with_others
from bot.compare.stock_training import TimeLimit
from bot.compare.understanding import understanding
from bot.evaluate_nlu import OUT_OF_SCOPE
from bot.measurements import UnusableError


def judged(label: str, served: str, confidence: float = 0.5, in_scope: float = 0.5) -> Judgement:
    return Judgement(label, served, served, confidence, in_scope)


def parsed(served: str, ranking: Dict[str, float]) -> Dict[str, Any]:
    intents = [{"name": name, "confidence": value} for name, value in ranking.items()]
    return {"intent": {"name": served, "confidence": 0.3}, "intent_ranking": intents}


# Judgements ------------------------------------------------------------------


def test_a_fallback_is_served_as_out_of_scope_and_is_no_choice_of_the_model() -> None:
    ranking = {"nlu_fallback": 0.7, "request_repair": 0.4, OUT_OF_SCOPE: 0.3}
    assert judgement("request_repair", parsed("nlu_fallback", ranking)) == Judgement(
        "request_repair", OUT_OF_SCOPE, "request_repair", 0.4, 0.4
    )


def test_the_surest_intent_in_scope_is_kept_beside_a_likelier_out_of_scope() -> None:
    one = judgement("greet", parsed(OUT_OF_SCOPE, {OUT_OF_SCOPE: 0.6, "greet": 0.3, "deny": 0.1}))
    assert (one.likeliest, one.confidence, one.in_scope) == (OUT_OF_SCOPE, 0.6, 0.3)


def test_nothing_understood_has_no_confidence() -> None:
    one = judgement("greet", {"intent": {"name": None, "confidence": 0.0}})
    assert one == Judgement("greet", OUT_OF_SCOPE, OUT_OF_SCOPE, 0.0, 0.0)


# Out of scope ----------------------------------------------------------------


def test_as_many_in_scope_are_refused_as_may_be() -> None:
    inside = [judged("greet", "greet", in_scope=sure / 100) for sure in range(1, 101)]
    outside = [judged(OUT_OF_SCOPE, "greet", in_scope=sure) for sure in (0.02, 0.055, 0.06, 0.9)]
    # Five of a hundred, those up to 0.05: the threshold is 0.06, and what is as sure passes.
    assert out_of_scope_recall([*inside, *outside], 0.05) == 0.5
    assert out_of_scope_recall([*inside, *outside], 0.0) == 0.0
    assert out_of_scope_recall([*inside, *outside], 1.0) == 1.0


def test_there_is_no_recall_where_one_kind_is_missing() -> None:
    assert out_of_scope_recall([judged("greet", "greet")]) is None
    assert out_of_scope_recall([judged(OUT_OF_SCOPE, "greet")]) is None


# Calibration -----------------------------------------------------------------


def test_bins_hold_mean_confidence_and_share_that_is_right() -> None:
    found = reliability(
        [judged("a", "a", 0.72), judged("a", "b", 0.78), judged("a", "a", 1.0)], bins=10
    )
    assert [one.count for one in found] == [0, 0, 0, 0, 0, 0, 0, 2, 0, 1]
    assert (found[7].confidence, found[7].accuracy) == (pytest.approx(0.75), 0.5)
    assert (found[0].confidence, found[0].accuracy) == (0, 0)


def test_the_calibration_error_weighs_each_bin_by_its_messages() -> None:
    sure = [judged("a", "a", 0.95)] * 3
    wrong = [judged("a", "b", 0.55)]
    assert calibration_error([*sure, *wrong]) == pytest.approx(0.75 * 0.05 + 0.25 * 0.55)


def test_confidences_that_run_high_are_mended_and_good_ones_stay() -> None:
    def of_which(confidence: float, right: int) -> List[Judgement]:
        return [judged("a", "a" if at < right else "b", confidence) for at in range(100)]

    boastful = [*of_which(0.9, 65), *of_which(0.6, 45)]
    honest = [*of_which(0.9, 90), *of_which(0.6, 60)]
    mended, kept = recalibrated(boastful), recalibrated(honest)
    assert mended is not None and kept is not None
    assert calibration_error(mended) < 0.05 < calibration_error(boastful)
    assert calibration_error(kept) < 0.05


def test_nothing_is_fitted_to_hardly_any_mistakes() -> None:
    assert recalibrated([judged("a", "a", 0.9)] * 50 + [judged("a", "b", 0.6)] * 4) is None


def test_confidences_of_0_and_1_can_be_calibrated() -> None:
    edges = [judged("a", "a", 1.0)] * 10 + [judged("a", "b", 0.0)] * 10
    assert recalibrated(edges) is not None


# Confusion -------------------------------------------------------------------


def test_the_matrix_counts_what_was_served() -> None:
    three = [judged("a", "a"), judged("a", "b"), judged("b", "greet")]
    assert confusions(three, ["a", "b"], ["a", "b"]) == [[1, 1], [0, 0]]
    assert with_others(three, ["a", "b"]) == [[1, 1, 0], [0, 0, 1]]


# The limit of a training -----------------------------------------------------


@pytest.mark.parametrize(("seconds", "epochs"), [(0, 5), (100, 5), (99, 4), (35, 1), (1, 1)])
def test_no_epoch_is_begun_that_would_end_too_late(seconds: float, epochs: int) -> None:
    times = iter([1000.0, 1020.0, 1040.0, 1060.0, 1080.0, 1100.0])
    limit = TimeLimit(seconds, lambda: next(times))
    done = 1
    while not limit.is_over() and done < 5:
        done += 1
    assert done == epochs
    assert limit.elapsed == 20.0 * epochs


# Files -----------------------------------------------------------------------


def test_every_file_is_read_before_a_model_is_loaded(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text('{"text": "hi", "label": "greet"}')
    bad.write_text("{}")
    with pytest.raises(UnusableError, match=r"bad\.jsonl, line 1"):
        understanding(tmp_path / "no-model.tar.gz", [good, bad])
