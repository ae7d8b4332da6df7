"""What customers want done, what they refuse, and what is no wish."""

from __future__ import annotations

from typing import Dict, List

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entity import add_entity
from bot.nlu.wished_outcome import REFUSED, WishedOutcomeExtractor
from tests.bot.components import understand

EXTRACTOR = WishedOutcomeExtractor()


def _wishes(text: str) -> Dict[str, List[str]]:
    found: Dict[str, List[str]] = {"wished": [], "refused": []}
    for one in understand(EXTRACTOR, text).get("entities", []):
        found["refused" if one.get("role") == REFUSED else "wished"].append(one["value"])
    return found


@pytest.mark.parametrize(
    ("text", "wished", "refused"),
    [
        ("I want my money back", ["refund"], []),
        ("I don't want a repair, just my money back", ["refund"], ["repair"]),
        ("I dont want a repair just my money back", ["refund"], ["repair"]),
        ("no refund, I want it fixed", ["repair"], ["refund"]),
        ("instead of a refund I'd take a new one", ["replace"], ["refund"]),
        ("rather exchanged than repaired", ["replace"], ["repair"]),
        ("can't you fix it?", ["repair"], []),
        ("don't fix it", [], ["repair"]),
        ("it doesn't work, please repair it", ["repair"], []),
        ("I'd like to have it replaced", ["replace"], []),
        ("fix it or refund me", ["repair", "refund"], []),
        ("quero meu dinheiro de volta", ["refund"], []),
        ("não quero reembolso, quero que arrumem", ["repair"], ["refund"]),
        ("nao quero reembolso quero que arrumem", ["repair"], ["refund"]),
        ("não quero conserto nem troca", [], ["repair", "replace"]),
        ("troca não, quero o estorno", ["refund"], ["replace"]),
        ("prefiro trocar a consertar", ["replace"], ["repair"]),
        ("não podem consertar?", ["repair"], []),
        ("não liga, preciso de conserto", ["repair"], []),
        ("esquece o reembolso, consertem", ["repair"], ["refund"]),
        # Told or asked, not wished.
        ("it leaks since the repair", [], []),
        ("it was repaired last month", [], []),
        ("I've had three repairs", [], []),
        ("já foi consertada", [], []),
        ("how do I replace it?", [], []),
        ("como faço para trocar?", [], []),
        ("the money is fine", [], []),
        ("vaza de novo", [], []),
        ("you charged me twice for the same repair", [], []),
        ("me cobraram duas vezes pelo mesmo conserto", [], []),
        ("the replacement leaks too", [], []),
        ("a troca veio errada", [], []),
        ("quero a troca", ["replace"], []),
        ("", [], []),
    ],
)
def test_wishes_are_told_from_what_is_refused(
    text: str, wished: List[str], refused: List[str]
) -> None:
    assert _wishes(text) == {"wished": wished, "refused": refused}


@pytest.mark.parametrize("text", ["please replace the filter", "I need a filter replacement"])
def test_replacement_of_a_part_is_no_wish(text: str) -> None:
    message = Message(data={"text": text})
    start = text.index("filter")
    add_entity(message, EXTRACTOR, "part", "filter", start, start + len("filter"))
    (done,) = EXTRACTOR.process([message])
    assert [one["entity"] for one in done.get("entities")] == ["part"]


def test_same_wish_twice_is_one() -> None:
    assert _wishes("refund! I said refund!")["wished"] == ["refund"]


def test_position_is_that_of_the_words() -> None:
    (wish,) = understand(EXTRACTOR, "é já: o ESTORNO!").get("entities")
    assert (wish["start"], wish["end"]) == (8, 15)
