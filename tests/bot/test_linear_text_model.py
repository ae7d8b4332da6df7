"""The linear model by itself; what it is good for is tested where it is used."""

from __future__ import annotations

import pytest

from bot.nlu import linear_text_model
from bot.nlu.linear_text_model import LinearTextModel
from bot.nlu.text import plain
from bot.nlu.text_features import by_characters, by_tokens

TEXTS = ["it leaks", "water leaks", "hello", "hello there", "money back", "my money"]
CLASSES = ["repair", "repair", "greet", "greet", "return", "return"]


def _model(by_ratio: bool) -> LinearTextModel:
    views = [by_tokens(str.split, ngrams=1), by_characters(4)]
    return LinearTextModel(plain, views, 10.0, 1, by_ratio).fit(TEXTS, CLASSES)


@pytest.mark.parametrize("by_ratio", [False, True])
def test_several_processes_learn_what_one_learns(
    monkeypatch: pytest.MonkeyPatch, by_ratio: bool
) -> None:
    alone = _model(by_ratio)
    monkeypatch.setattr(linear_text_model, "_WORTH_SHARING", 1)
    monkeypatch.setattr(linear_text_model.joblib, "cpu_count", lambda: 2)
    together = _model(by_ratio)
    for text in (*TEXTS, "hello, my money leaks"):
        assert (alone.probabilities(text) == together.probabilities(text)).all()
    assert alone.classes[alone.probabilities("leaks").argmax()] == "repair"
