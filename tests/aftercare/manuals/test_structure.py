from __future__ import annotations

import pytest

from aftercare.guidance.sections import Notice, Step, WarningLevel, read_blocks
from aftercare.manuals.document import (
    Document,
    Figure,
    FindingKind,
    Grid,
    Hazard,
    Heading,
    Item,
    Passage,
    Piece,
)
from aftercare.manuals.markdown_text import plain
from aftercare.manuals.structure import Structured, structured


def made(*pieces: Piece, language: str = "en") -> Structured:
    return structured(Document("Turbo", list(pieces), 1), language)


def test_sections_keep_path_page_and_number() -> None:
    read = made(
        Heading(1, "Care", 3, "4"),
        Heading(2, "Filter", 3, "4.1"),
        Passage("Rinse it."),
        Heading(1, "Filter", 5),
        Passage("Buy one."),
        Heading(2, "Filter", 6),
        Passage("Another."),
    )
    assert [(s.anchor, s.heading, s.path, s.number, s.page) for s in read.sections] == [
        ("filter", "Filter", ("Care",), "4.1", 3),
        ("filter-2", "Filter", (), "", 5),
        ("filter-filter", "Filter", ("Filter",), "", 6),
    ]


def test_warning_belongs_to_the_step_before_it_where_another_step_follows() -> None:
    (section,) = made(
        Heading(1, "Use"),
        Item("Open.", 1),
        Hazard(WarningLevel.WARNING, "Hot.\nVery."),
        Item("Close.", 2),
        Hazard(WarningLevel.NOTE, "For all."),
    ).sections
    first, second, last = read_blocks(section.markdown)
    assert first == Step(1, "Open.", (Notice(WarningLevel.WARNING, "Hot. Very."),))
    assert second == Step(2, "Close.", ())
    assert last == Notice(WarningLevel.NOTE, "For all.")


@pytest.mark.parametrize(
    "text",
    ["1. is a number", "# 5", "- 5 °C", "*a* _b_ `c` [d](e) <f> ![g](h)", "a | b", "&lt;", "---",
     "> 3", "+ 1", "\\ back", "| a |", "~~x~~", "==="],
)  # fmt: skip
def test_text_is_never_taken_for_markup(text: str) -> None:
    (block,) = read_blocks(plain(text))
    assert vars(block) == {"text": text}


def test_figures_are_numbered_over_the_whole_manual() -> None:
    picture = Figure(b"x", "image/png", "The lid")
    read = made(Heading(1, "A"), picture, Heading(1, "B"), Passage("Words."), picture)
    assert [section.markdown for section in read.sections] == [
        "![The lid](figure:1)",
        "Words.\n\n![The lid](figure:2)",
    ]
    assert len(read.figures) == 2


def test_counts_and_findings() -> None:
    read = made(
        Passage("Turbo 3, version 2"),
        Heading(1, "Use", 1),
        Item("Open.", 1),
        Item("slowly"),
        Grid((("a", ""), ("", ""))),
        Hazard(WarningLevel.NOTE, "Dry."),
        Heading(1, "Empty", 2),
    )
    counts = read.counts
    assert (counts.sections, counts.steps, counts.tables) == (1, 1, 1)
    assert counts.warnings == {"note": 1}
    assert {finding.kind for finding in read.findings} == {
        FindingKind.TEXT_BEFORE_HEADING,
        FindingKind.EMPTY_CELLS,
        FindingKind.EMPTY_SECTION,
    }


def test_text_in_another_language_is_noticed() -> None:
    words = "Feche a tampa e espere até que a luz se apague, depois abra a torneira de água. " * 3
    read = made(Heading(1, "Uso"), Passage(words))
    assert [finding.kind for finding in read.findings] == [FindingKind.OTHER_LANGUAGE]
    assert not made(Heading(1, "Uso"), Passage(words), language="pt").findings


def test_text_without_any_heading_is_one_section() -> None:
    read = made(Passage("Switch it on."), language="pt")
    assert [section.heading for section in read.sections] == ["Antes de começar"]
    assert [finding.kind for finding in read.findings] == [FindingKind.NO_HEADINGS]
