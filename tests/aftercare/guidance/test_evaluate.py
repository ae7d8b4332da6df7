from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aftercare.errors import UnusableFile
from aftercare.guidance.evaluate import PRODUCT, main, measured, read_questions, read_sections
from aftercare.guidance.index import IndexedSection
from aftercare.guidance.terms import terms

SMART_TV = Path(__file__).resolve().parents[4] / "shared" / "eval" / "retrieval" / "smart_tv"
SECTIONS = [
    {"id": "clean", "heading": "Cleaning the filter", "text": "Rinse the filter.", "page": 3},
    {"id": "drain", "heading": "The machine does not drain", "text": "Check the hose."},
    {"id": "timer", "heading": "Delaying the start", "text": "Press Timer until the hour shows."},
]
QUESTIONS = [
    {"question": "how do I wash the filter", "section_ids": ["clean"], "kind": "easy"},
    {"question": "it won't drain", "section_ids": ["nowhere", "drain"]},
    {"question": "filter hose", "section_ids": ["drain"]},
    {"question": "xylophone", "section_ids": ["timer"]},
]


def _write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


@pytest.fixture
def sections(tmp_path: Path) -> Path:
    return _write(tmp_path / "sections.jsonl", SECTIONS)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return _write(tmp_path / "questions.jsonl", QUESTIONS)


# The command -----------------------------------------------------------------


def test_command_prints_one_json_object_and_nothing_else(
    sections: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(sections), str(questions)]) == 0
    output = capsys.readouterr()
    figures = json.loads(output.out)
    assert list(figures) == ["recall_at_1", "recall_at_3", "recall_at_5", "mrr", "query_ms"]
    assert (figures["recall_at_1"], figures["recall_at_3"], figures["recall_at_5"]) == (
        0.5,
        0.75,
        0.75,
    )
    assert figures["mrr"] == pytest.approx((1 + 1 + 1 / 2 + 0) / 4)
    assert 0 < figures["query_ms"]["p50"] <= figures["query_ms"]["p95"]
    assert "line 2: there is no section 'nowhere'" in output.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "usage"),
        (["one"], "usage"),
        (["/nowhere/s.jsonl", "/nowhere/q.jsonl"], "s.jsonl cannot be read: No such file"),
        (["s.jsonl", "q.jsonl", "fr"], "LANGUAGE is 'fr'; it can be en or pt"),
    ],
)
def test_mistake_leaves_standard_output_empty(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err


# Files -----------------------------------------------------------------------


def test_ids_may_be_numbers_and_are_compared_as_text(tmp_path: Path) -> None:
    sections = read_sections(_write(tmp_path / "s", [{"id": 7, "heading": "A", "text": "b"}]))
    assert sections == [IndexedSection(PRODUCT, "7", "A", "b")]
    asked = read_questions(
        _write(tmp_path / "q", [{"question": "?", "section_ids": [7, "7"]}]), sections
    )
    assert [question.answers for question in asked] == [frozenset({"7"})]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xff", "line 1: this is not UTF-8"),
        (b'\n{"id": ', "line 2: this is not JSON"),
        (b"[" * 100_000, "line 1: this is not JSON"),
        (b"3", "line 1: this is not a JSON object"),
        (b'{"heading": "a", "text": "b"}', "line 1: the id of a section"),
        (b'{"id": "1", "text": "b"}', 'line 1: "heading" is missing'),
        (b'{"id": "1", "heading": "a", "text": 3}', 'line 1: "text" must be a text'),
        (b'{"id": "1", "heading": "", "text": " "}', "line 1: .* neither heading nor text"),
        (
            b'{"id": 1, "heading": "a", "text": ""}\n{"id": "1", "heading": "a", "text": ""}',
            "line 2: there is a section '1' already",
        ),
    ],
)
def test_sections_that_cannot_be_used_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "sections.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match=said):
        read_sections(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"section_ids": ["1"]}, '"question" is missing'),
        ({"question": " ", "section_ids": ["1"]}, '"question" must not be empty'),
        ({"question": "a"}, '"section_ids" must be a list'),
        ({"question": "a", "section_ids": []}, '"section_ids" must be a list'),
        ({"question": "a", "section_ids": "1"}, '"section_ids" must be a list'),
        ({"question": "a", "section_ids": [None]}, "the id of a section"),
    ],
)
def test_questions_that_cannot_be_used_are_named(
    tmp_path: Path, line: dict[str, Any], said: str
) -> None:
    path = _write(tmp_path / "questions.jsonl", [line])
    with pytest.raises(UnusableFile, match=said):
        read_questions(path, [IndexedSection(PRODUCT, "1", "a", "b")])


# Figures ---------------------------------------------------------------------


def test_name_of_the_measured_product_takes_no_word_from_a_question() -> None:
    assert terms(PRODUCT, "en") == terms(PRODUCT, "pt") == []


def test_portuguese_is_measured_as_portuguese(tmp_path: Path) -> None:
    sections = [
        IndexedSection(PRODUCT, "a", "Limpar os filtros", "Lave com água."),
        IndexedSection(PRODUCT, "b", "Guardar", "Em lugar seco."),
    ]
    path = _write(tmp_path / "q", [{"question": "como limpo o filtro", "section_ids": ["a"]}])
    assert measured(sections, read_questions(path, sections), "pt")["recall_at_1"] == 1.0


@pytest.mark.skipif(
    not SMART_TV.is_dir(), reason=f"the questions to a television manual are not at {SMART_TV}"
)
def test_search_stays_ten_points_above_plain_bm25() -> None:
    sections = read_sections(SMART_TV / "sections.jsonl")
    figures = measured(sections, read_questions(SMART_TV / "questions.jsonl", sections), "en")
    # Plain BM25 on whole sections finds 0.38, 0.65 and 0.74 of them there.
    assert figures["recall_at_1"] >= 0.60
    assert figures["recall_at_3"] >= 0.77
    assert figures["recall_at_5"] >= 0.84
    assert figures["mrr"] >= 0.71
