"""The commands that measure the search, and learn when it knows."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from aftercare.guidance.decision import Decision, Outcome
from aftercare.guidance.index import IndexedSection
from tests.bench.guidance.calibrate import learn
from tests.bench.guidance.compare import Judged, recall, refused_rightly, reliability
from tests.bench.guidance.drawing import draw_recall, draw_reliability
from tests.bench.guidance.large import fill, measure
from tests.bench.guidance.plain_bm25 import PlainBm25
from tests.bench.guidance.questions import OwnQuestion, strangers_questions


def _judged(likelihood: float, place: int | None = None) -> Judged:
    question = OwnQuestion("p", "en", "?", frozenset({"a"} if place else ()))
    return Judged(question, place, None, Decision(Outcome.LIST, (), 0.0, likelihood))


def test_plain_bm25_prefers_rare_words_and_short_sections() -> None:
    sections = [
        IndexedSection("p", "long", "Pump", "pump water water water water water"),
        IndexedSection("p", "short", "Pump", "pump water"),
        IndexedSection("p", "rare", "Feet", "lock nut water"),
    ]
    plain = PlainBm25(sections)
    assert plain.search("pump", 5) == ["short", "long"]
    assert plain.search("water nut", 1) == ["rare"]
    assert plain.search("xylophone", 5) == []


def test_recall_counts_what_was_found_among_the_first() -> None:
    assert recall([1, 3, None, 4], 3) == 0.5


def test_share_refused_is_told_for_few_false_alarms() -> None:
    answerable = [_judged(at / 20, 1) for at in range(20)]
    assert refused_rightly(answerable, [_judged(0.04), _judged(0.06)]) == 0.5


def test_reliability_sets_promise_beside_truth() -> None:
    judged = [_judged(0.92, 1), _judged(0.98, None), _judged(0.1, 4)]
    assert reliability(judged) == [
        (pytest.approx(0.1), 0.0, 1),
        (pytest.approx(0.95), 0.5, 2),
    ]


def test_learning_finds_which_sign_tells_and_how_often_it_holds() -> None:
    rows = [{"tells": float(at % 2), "noise": float(at % 3)} for at in range(120)]
    right = [bool(row["tells"]) for row in rows]
    weights = learn(rows, right, [1.0] * len(rows))
    assert weights["tells"] > 3 > 0.5 > abs(weights["noise"])
    even = learn(rows, right, [3.0 if answer else 1.0 for answer in right])
    assert even["constant"] > weights["constant"]


def test_strangers_questions_go_to_manuals_without_such_a_section() -> None:
    asked = [
        OwnQuestion("aroma-c200", "en", "how do I make an espresso", frozenset({"espresso"})),
        OwnQuestion("aroma-c200", "en", "where do I throw it", frozenset({"disposal"})),
        OwnQuestion("aroma-c200", "en", "does it fly", frozenset()),
    ]
    (stranger,) = strangers_questions(asked)
    assert (stranger.text, stranger.answers) == ("how do I make an espresso", frozenset())
    assert stranger.product != "aroma-c200"


def test_pictures_are_drawn(tmp_path: Path) -> None:
    draw_recall(tmp_path / "recall.svg", [[("English", 7, 0.8, 0.5)], [("1-3 words", 2, 1, 0)]])
    draw_reliability(tmp_path / "reliability.svg", [(0.2, 0.1, 9)])
    recall_text = "".join(ElementTree.parse(tmp_path / "recall.svg").getroot().itertext())  # noqa: S314
    assert "English" in recall_text
    assert "80% / 50%  of 7" in recall_text
    assert "likelihood" in (tmp_path / "reliability.svg").read_text()


def test_made_catalogue_is_indexed_and_asked(tmp_path: Path) -> None:
    fill(tmp_path, 200)
    figures = measure(tmp_path, 200)
    assert figures["manuals"] >= 2
    assert 0 < figures["query_ms"]["p50"] <= figures["query_ms"]["p95"]
