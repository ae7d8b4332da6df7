"""Faults in customers' words, by the phrases of the sample catalogue."""

from __future__ import annotations

from typing import List

import pytest
import yaml

from bot.nlu.phrases import tokens_of
from bot.nlu.symptoms import Symptoms, words_near
from bot.nlu.vocabulary import read_vocabulary
from tests.bot.components import ROOT

PHRASES = read_vocabulary(ROOT / "catalogue").symptoms
SYMPTOMS = Symptoms(PHRASES, words_near(PHRASES, ["pedido", "dropped", "lavando"]))


def _labels(text: str) -> List[str]:
    return [found.label for found in SYMPTOMS.find(tokens_of(text))]


@pytest.mark.parametrize("symptom", PHRASES)
def test_symptom_is_found_by_each_of_its_phrases(symptom: str) -> None:
    missed = [phrase for phrase in PHRASES[symptom] if symptom not in _labels(f"A coisa: {phrase}")]
    assert missed == []


def test_no_phrase_stands_for_two_symptoms() -> None:
    listed = yaml.safe_load((ROOT / "catalogue" / "symptoms.yml").read_text(encoding="utf-8"))
    phrases = [phrase for one in listed for phrase in {*one["words"]["en"], *one["words"]["pt"]}]
    assert sorted({phrase for phrase in phrases if phrases.count(phrase) > 1}) == []


@pytest.mark.parametrize(
    "text",
    [
        "it doesn't leak any more",
        "it is not noisy",
        "no noise, no smell",
        "stopped leaking",
        "parou de vazar",
        "não vaza mais",
        "sem barulho nenhum",
        "without any noise",
        "meu pedido caiu",
        "she dropped it",
        "estou lavando roupa",
    ],
)
def test_what_is_denied_is_no_fault(text: str) -> None:
    assert _labels(text) == []


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("it does not stop leaking", "leak"),
        ("não para de vazar", "leak"),
        ("it works not, leaks", "leak"),
        ("ele presta atenção no barulho", "noise"),  # "no" is Portuguese here
        ("vasando por tudo", "leak"),
        ("it vibrats", "vibration"),
        ("doesnt conect", "no_connection"),
        ("O VISOR APAGOU", "no_response"),
    ],
)
def test_fault_is_found_in_other_words(text: str, symptom: str) -> None:
    assert symptom in _labels(text)


def test_smoke_that_comes_out_is_nothing_loose() -> None:
    assert _labels("a cafeteira está soltando fumaça") == ["burning"]


def test_usual_words_are_not_taken_for_misspelt_ones() -> None:
    assert words_near({"lost": ["perdido"]}, ["pedido", "perdido", "casa"]) == ["pedido"]
    assert words_near({}, ["pedido"]) == []
