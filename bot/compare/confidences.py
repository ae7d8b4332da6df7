"""Figures about a model's confidences: out-of-scope recall, calibration, what is confused.

Confidences are probabilities from 0 to 1. Nothing here knows Rasa's models or files.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Optional, Sequence

from bot.evaluate_nlu import FALLBACK, OUT_OF_SCOPE, served_intent

FALSE_ALARMS = 0.05
BINS = 10
_FOLDS = 5
#: Confidences of 0 and 1 have no logit.
_EDGE = 1e-6


@dataclass(frozen=True)
class Judgement:
    """What a model made of one message that has a label."""

    label: str
    #: What the bot acts on.
    served: str
    #: The model's own first choice, also where the bot is told not to act on it.
    likeliest: str
    confidence: float
    #: The confidence of the likeliest intent that is not `out_of_scope`.
    in_scope: float

    @property
    def is_right(self) -> bool:
        return self.likeliest == self.label


def judgement(label: str, parsed: Dict[str, Any]) -> Judgement:
    """A judgement from what Rasa's parser gives back.

    Rasa puts `nlu_fallback` before the intents that the model found; it is no choice of the model.
    """
    ranking = parsed.get("intent_ranking") or [parsed.get("intent") or {}]
    found = {
        intent["name"]: float(intent["confidence"])
        for intent in ranking
        if intent.get("name") not in (None, FALLBACK)
    }
    likeliest = max(found, key=found.__getitem__, default=OUT_OF_SCOPE)
    return Judgement(
        label=label,
        served=served_intent(parsed),
        likeliest=likeliest,
        confidence=found.get(likeliest, 0.0),
        in_scope=max((found[name] for name in found if name != OUT_OF_SCOPE), default=0.0),
    )


def out_of_scope_recall(
    judgements: Sequence[Judgement], false_alarms: float = FALSE_ALARMS
) -> Optional[float]:
    """The share of the messages out of scope that can be recognised at so many false alarms.

    A message is refused where no intent in scope is surer than a threshold. The threshold is the
    highest at which at most that share of the messages in scope is refused, so that models whose
    confidences run high or low are compared at the same cost. None where a file has only one kind.
    """
    inside = sorted(one.in_scope for one in judgements if one.label != OUT_OF_SCOPE)
    outside = [one.in_scope for one in judgements if one.label == OUT_OF_SCOPE]
    if not inside or not outside:
        return None
    # The first message in scope that must not be refused; those as sure as it pass with it.
    kept = inside[min(math.floor(false_alarms * len(inside)), len(inside) - 1)]
    return sum(confidence < kept for confidence in outside) / len(outside)


@dataclass(frozen=True)
class Bin:
    """Messages whose confidence lies between two bounds."""

    count: int
    #: Mean confidence, and the share that was right; both 0 in an empty bin.
    confidence: float
    accuracy: float


def reliability(judgements: Sequence[Judgement], bins: int = BINS) -> List[Bin]:
    """The messages in bins of equal width by the confidence of the likeliest intent."""
    sorted_in: List[List[Judgement]] = [[] for _ in range(bins)]
    for one in judgements:
        sorted_in[min(int(one.confidence * bins), bins - 1)].append(one)
    return [
        Bin(
            len(members),
            sum(one.confidence for one in members) / max(len(members), 1),
            sum(one.is_right for one in members) / max(len(members), 1),
        )
        for members in sorted_in
    ]


def calibration_error(judgements: Sequence[Judgement]) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, by message.

    0 is perfect: of the messages judged with a confidence of 0.7, 70 % are right.
    """
    return sum(
        one.count / len(judgements) * abs(one.accuracy - one.confidence)
        for one in reliability(judgements)
    )


def recalibrated(judgements: Sequence[Judgement]) -> Optional[List[Judgement]]:
    """The judgements with confidences as Platt scaling would have them, to see what it would bring.

    Each fold is scaled by what was fitted to the others, so that it shows what new messages would
    get. None where too few messages are right, or wrong, to fit anything.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    right = [one.is_right for one in judgements]
    if min(right.count(True), right.count(False)) < _FOLDS:
        return None
    confidences = [min(max(one.confidence, _EDGE), 1 - _EDGE) for one in judgements]
    logits = [[math.log(confidence / (1 - confidence))] for confidence in confidences]
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=1)
    found = cross_val_predict(LogisticRegression(), logits, right, cv=folds, method="predict_proba")
    return [
        replace(one, confidence=float(confidence))
        for one, (_, confidence) in zip(judgements, found, strict=True)
    ]


def confusions(
    judgements: Sequence[Judgement], labels: Sequence[str], served: Sequence[str]
) -> List[List[int]]:
    """How many messages of each label (rows) were served as each intent (columns)."""
    counted = Counter((one.label, one.served) for one in judgements)
    return [[counted[label, name] for name in served] for label in labels]
