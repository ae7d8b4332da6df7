"""The figures about what is found in labelled messages, and what is said of an unusable file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

import pytest

from bot.evaluate_entities import (
    Found,
    found_in,
    main,
    measured,
    mistakes,
    read_texts,
    reading_on,
)
from bot.measurements import UnusableError
from bot.nlu.pattern_entities import PatternEntityExtractor
from tests.bot.components import entities


def _write(folder: Path, *lines: Dict[str, Any]) -> Path:
    path = folder / "labelled.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    return path


def _line(text: str, *labels: List[Any], **more: Any) -> Dict[str, Any]:
    return {"text": text, "entities": [{"entity": n, "value": v} for n, v in labels], **more}


def _found(name: str, value: str, **more: Any) -> Dict[str, Any]:
    return {"entity": name, "value": value, "start": 0, "end": 1, **more}


def _seen(*entities: Dict[str, Any]) -> Set[Found]:
    return found_in({"entities": list(entities)})


def _figures(folder: Path, lines: List[Dict[str, Any]], seen: List[Set[Found]]) -> Dict[str, Any]:
    return measured(read_texts(_write(folder, *lines)), seen)


def test_right_wrong_and_missed_are_counted(tmp_path: Path) -> None:
    lines = [
        _line("W900", ["product", "mare-w900"]),
        _line("the W700 leaks", ["product", "mare-w700"], ["symptom", "leak"]),
        _line("a breeze"),
    ]
    seen = [
        _seen(_found("product", "mare-w900"), _found("product", "mare-w900", start=9)),
        _seen(_found("product", "mare-w900"), _found("symptom", "leak")),
        _seen(_found("product", "brisa-a12")),
    ]
    figures = _figures(tmp_path, lines, seen)
    third, half = pytest.approx(1 / 3), pytest.approx(1 / 2)
    assert figures["messages"] == 3
    assert figures["entities"]["symptom"]["f1"] == 1.0
    assert figures["entities"]["product"] == {
        "precision": third,
        "recall": half,
        "f1": pytest.approx(0.4),
        "support": 2,
    }
    # Where a message names one: the breeze does not count.
    assert figures["product_where_named"]["precision"] == half


@pytest.mark.parametrize(
    ("labelled", "found", "f1"),
    [
        (["serial_number", "W912345678"], _found("serial_number", "w9 12345678"), 1.0),
        (["phone", "5511912345678"], _found("phone", "+55 (11) 91234-5678"), 1.0),
        (["email", "ana@a.example"], _found("email", "ANA@a.example"), 1.0),
        (["date", "2026-11-24"], _found("date", "2026-11-17"), 0.0),
        (
            ["date", "2026-11-24"],
            _found("date", "2026-11-17", additional_info={"future": "2026-11-24"}),
            1.0,
        ),
        (["part", ["filter", "pump_filter"]], _found("part", "filter"), 1.0),
        (["wish", "refund"], _found("wish", "refund", role="refused"), 0.0),
    ],
)
def test_values_are_compared_as_people_write_them(
    tmp_path: Path, labelled: List[Any], found: Dict[str, Any], f1: float
) -> None:
    figures = _figures(tmp_path, [_line("x", labelled)], [_seen(found)])
    assert figures["entities"][labelled[0]]["f1"] == f1


def test_optional_entity_is_no_loss_and_no_gain(tmp_path: Path) -> None:
    label = {"entity": "part", "value": "base", "optional": True}
    lines = [{"text": "x", "entities": [label]}] * 2
    figures = _figures(tmp_path, lines, [set(), _seen(_found("part", "base"))])
    assert figures["entities"]["part"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}


def test_entities_that_some_lines_are_kept_for_are_judged_there_only(tmp_path: Path) -> None:
    lines = [_line("a"), _line("b", ["feature", "drain"], only=["feature"])]
    seen = [
        _seen(_found("feature", "fill"), _found("language", "en")),
        _seen(_found("feature", "drain"), _found("product", "mare-w900")),
    ]
    figures = _figures(tmp_path, lines, seen)
    assert list(figures["entities"]) == ["feature"]
    assert figures["entities"]["feature"]["f1"] == 1.0


def test_mistakes_are_told_with_what_was_expected(tmp_path: Path) -> None:
    texts = read_texts(_write(tmp_path, _line("good"), _line("bad", ["wish", "refund"])))
    (told,) = mistakes(texts, [set(), _seen(_found("wish", "repair"))])
    assert json.loads(told) == {
        "text": "bad",
        "expected": [["wish", "refund"]],
        "found": [["wish", "repair"]],
    }


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"text": "a"}',
        '{"text": " ", "entities": []}',
        '{"text": "a", "entities": [{"entity": "wish"}]}',
        '{"text": "a", "entities": [], "day": "soon"}',
        '{"text": "\\ud83d", "entities": []}',
    ],
)
def test_unusable_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text('{"text": "a", "entities": []}\n' + line)
    with pytest.raises(UnusableError, match=r"labelled\.jsonl, line 2: "):
        read_texts(path)


def test_missing_and_empty_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="cannot be read"):
        read_texts(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(UnusableError, match="is empty"):
        read_texts(tmp_path / "empty.jsonl")


@pytest.mark.parametrize("day", [None, date(2026, 11, 20)])
def test_messages_are_read_on_the_day_of_their_labels(day: Optional[date]) -> None:
    with reading_on(day):
        found = entities(PatternEntityExtractor(), "today")
    assert found == [("date", (day or date.today()).isoformat())]
    assert PatternEntityExtractor().today() == date.today()


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["/nowhere/labelled.jsonl"]])
def test_a_mistake_leaves_standard_output_empty(
    capsys: pytest.CaptureFixture[str], arguments: List[str]
) -> None:
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)
