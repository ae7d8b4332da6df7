from __future__ import annotations

import pytest
from markdown_it.ruler import Ruler

from aftercare.guidance.sections import (
    Bullet,
    Figure,
    Notice,
    Paragraph,
    Step,
    Table,
    WarningLevel,
    markdown_parser,
    notices_of,
    read_blocks,
)


def test_paragraph_over_several_lines_is_one_line() -> None:
    assert read_blocks("First line\nsecond line.\n\nNext.") == [
        Paragraph("First line second line."),
        Paragraph("Next."),
    ]


def test_steps_keep_their_numbers() -> None:
    assert read_blocks("1. Open.\n2. Close.\n") == [Step(1, "Open.", ()), Step(2, "Close.", ())]


def test_warning_under_a_step_belongs_to_it_and_numbering_goes_on() -> None:
    blocks = read_blocks(
        "1. Open the flap.\n\n   > [!CAUTION]\n   > The water may\n   > be hot.\n\n2. Wait.\n"
    )
    assert blocks == [
        Step(1, "Open the flap.", (Notice(WarningLevel.CAUTION, "The water may be hot."),)),
        Step(2, "Wait.", ()),
    ]


def test_list_that_starts_later_keeps_its_first_number() -> None:
    assert [block.number for block in read_blocks("4. Four\n5. Five\n")] == [4, 5]  # type: ignore[union-attr]


def test_every_level_of_warning_is_known() -> None:
    for level in WarningLevel:
        (notice,) = read_blocks(f"> [!{level.upper()}]\n> Mind.")
        assert notice == Notice(level, "Mind.")


def test_quote_without_a_level_is_a_note() -> None:
    assert read_blocks("> Mind the gap.") == [Notice(WarningLevel.NOTE, "Mind the gap.")]


def test_bullets_and_tables_are_read() -> None:
    assert read_blocks("- one\n- two\n\n| A | B |\n|---|---|\n| 1 |  |\n") == [
        Bullet("one"),
        Bullet("two"),
        Table((("A", "B"), ("1", ""))),
    ]


def test_markup_is_taken_off_and_html_stays_text() -> None:
    assert read_blocks("Press **Start** and `Eco` <script>x</script>.") == [
        Paragraph("Press Start and Eco <script>x</script>.")
    ]


def test_notices_are_found_wherever_they_stand() -> None:
    blocks = read_blocks(
        "> [!DANGER]\n> Unplug.\n\n1. Open.\n\n   > [!NOTE]\n   > Slowly.\n\n> [!WARNING]\n> Hot.\n"
    )
    assert [notice.text for notice in notices_of(blocks)] == ["Unplug.", "Slowly.", "Hot."]


def test_empty_section_has_no_blocks() -> None:
    assert read_blocks("") == []


def test_figures_are_known_by_number_and_caption() -> None:
    blocks = read_blocks("![The *lid* \\<1\\>](figure:3)\n\n![x](https://elsewhere.example/a.png)")
    assert blocks == [Figure(3, "The lid <1>")]


def test_who_changes_the_blocks_changes_no_others() -> None:
    read_blocks("One.").append(Paragraph("Two."))
    assert read_blocks("One.") == [Paragraph("One.")]


def test_parser_is_put_together_before_two_threads_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rules are put together at its first text; one who reads meanwhile would lose blocks."""
    parser = markdown_parser()

    def too_late(_rules: Ruler) -> None:
        raise AssertionError("the rules are put together while somebody reads")

    monkeypatch.setattr(Ruler, "__compile__", too_late)
    assert parser.parse("> **Warning:** Hot.\n\n1. Press **Go**.\n\n| a |\n|---|\n| 1 |")
