"""Quoting: warnings first and complete, long sections in parts."""

from __future__ import annotations

from sqlalchemy import select

from aftercare.database import reading
from aftercare.guidance.quoting import in_parts
from aftercare.guidance.sections import (
    Bullet,
    Notice,
    Paragraph,
    Step,
    Table,
    WarningLevel,
    notices_of,
    read_blocks,
)
from aftercare.tables.manuals import Manual, ManualSection
from tests.desks import Library


def test_every_section_is_quoted_with_all_its_warnings_first_and_all_its_steps(
    library: Library,
) -> None:
    words = {"danger": "PERIGO", "warning": "AVISO", "caution": "CUIDADO", "note": "Nota"}
    with reading(library.sessions) as session:
        rows = session.execute(
            select(Manual.language, ManualSection.anchor, ManualSection.markdown).join(
                ManualSection.manual
            )
        ).all()
    assert len(rows) > 500
    for language, anchor, markdown in rows:
        blocks = read_blocks(markdown)
        parts = in_parts(blocks, language)
        for notice in notices_of(blocks):
            assert notice.text in parts[0], (language, anchor)
            if language == "pt":
                assert f"{words[notice.level]}: {notice.text}" in parts[0]
        whole = "\n".join(parts)
        for step in (block for block in blocks if isinstance(block, Step)):
            assert f"{step.number}. {step.text}" in whole, (language, anchor)
        assert all(part.strip() for part in parts), (language, anchor)


def test_warnings_stand_before_the_first_step() -> None:
    caution = Notice(WarningLevel.CAUTION, "Hot water.")
    parts = in_parts([Step(1, "Open.", (caution,)), Step(2, "Close.", ())], "en")
    assert parts == ["CAUTION: Hot water.\n\n1. Open.\n2. Close."]


def test_long_section_comes_in_parts_cut_between_steps() -> None:
    steps = [Step(number, "Turn it. " * 5, ()) for number in range(1, 20)]
    last = Step(20, "Wait.", (Notice(WarningLevel.DANGER, "Unplug it."),))
    first, second = in_parts([*steps, last], "en")
    assert first.startswith("DANGER: Unplug it.")
    assert "12. Turn" in first
    assert "13. Turn" not in first
    assert second.startswith("DANGER: Unplug it.\n\n13. Turn")
    assert second.endswith("20. Wait.")


def test_step_longer_than_a_part_is_still_told_whole() -> None:
    long = Step(2, "Turn it. " * 400, ())
    assert len(in_parts([Step(1, "Open.", ()), long, Step(3, "Close.", ())], "en")) == 3


def test_bullets_and_tables_become_plain_lines() -> None:
    table = Table((("Programme", "Time"), ("Eco", "3 h"), ("Wool", "")))
    parts = in_parts([Paragraph("Choose."), Bullet("one"), table], "en")
    assert parts == ["Choose.\n• one\nProgramme · Time\nEco · 3 h\nWool"]
