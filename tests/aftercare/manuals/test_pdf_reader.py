from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption

from aftercare.catalogue.manual_files import read_manual
from aftercare.errors import UnusableFile
from aftercare.guidance.sections import WarningLevel, read_blocks
from aftercare.manuals.document import (
    Document,
    Figure,
    FindingKind,
    Grid,
    Hazard,
    Heading,
    Item,
    Passage,
)
from aftercare.manuals.pdf.reader import read_pdf
from aftercare.manuals.printing import print_manual
from aftercare.manuals.structure import structured
from aftercare.settings import PROJECT_ROOT
from tests.aftercare.manuals.paper import Paper


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path / "manual.pdf")


def headings(document: Document) -> list[tuple[int, str, str]]:
    found = [piece for piece in document.pieces if isinstance(piece, Heading)]
    return [(piece.level, piece.number, piece.text) for piece in found]


def texts(document: Document) -> list[str]:
    return [piece.text for piece in document.pieces if isinstance(piece, Passage)]


def kinds(document: Document) -> list[tuple[FindingKind, int | None]]:
    return [(finding.kind, finding.page) for finding in document.findings]


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("columns", [1, 2])
def test_printed_manual_is_read_as_it_was_written(
    tmp_path: Path, language: str, columns: int
) -> None:
    source = read_manual(PROJECT_ROOT / "catalogue" / "manuals" / "aroma-c200" / f"{language}.md")
    print_manual(source, tmp_path / "printed.pdf", columns)
    read = structured(read_pdf(tmp_path / "printed.pdf"), language)
    assert read.title == source.head.title
    assert [section.heading for section in read.sections] == [
        section.heading for section in source.sections
    ]
    for section, written in zip(read.sections, source.sections, strict=True):
        assert read_blocks(section.markdown) == read_blocks(written.markdown), section.heading


def test_headings_by_size_weight_and_numbering(paper: Paper) -> None:
    paper.line("Turbo 3 Manual", size=24, step=40)
    paper.heading("1 Safety", 16).lines("Read all of this before you switch it on.")
    paper.heading("1.1 Electricity", 12).lines("Keep the plug dry at all times.")
    paper.heading("2 Care", 16).lines("Clean it once a week with a cloth.")
    paper.heading("2.1 The filter and its", 12)
    paper.at -= 6
    paper.line("two little feet", size=12, bold=True, step=20)
    paper.lines("Rinse the filter under the tap.")
    document = read_pdf(paper.save())
    assert document.title == "Turbo 3 Manual"
    assert headings(document) == [
        (1, "1", "Safety"),
        (2, "1.1", "Electricity"),
        (1, "2", "Care"),
        (2, "2.1", "The filter and its two little feet"),
    ]


def test_outline_decides_where_looks_do_not(paper: Paper) -> None:
    paper.outline("First use").line("First use").lines("Fill the tank and wait a minute.")
    paper.gap().outline("Filling the tank", 1).line("Filling the tank")
    paper.lines("Use cold water only, up to the mark.")
    assert headings(read_pdf(paper.save())) == [(1, "", "First use"), (2, "", "Filling the tank")]


def test_bold_steps_and_bold_paragraphs_are_no_headings(paper: Paper) -> None:
    paper.heading("Use")
    paper.line("1. Open the lid.", bold=True).line("2. Close the lid.", bold=True).gap()
    paper.line("This machine is very hot while it works and for an hour", bold=True)
    paper.line("after that, so keep everybody away from it until it has", bold=True)
    paper.line("cooled down again", bold=True).gap().lines("Now it is ready.")
    document = read_pdf(paper.save())
    assert headings(document) == [(1, "", "Use")]
    assert [piece.number for piece in document.pieces if isinstance(piece, Item)] == [1, 2]


def test_columns_are_read_one_after_the_other(paper: Paper) -> None:
    left = [f"Left line {word} of a column that is filled well" for word in "abcdefgh"]
    right = [f"Right line {word} of the other column, filled too" for word in "abcdefgh"]
    paper.heading("A heading over both columns of this page", 18)
    top = paper.at
    paper.lines(*left)
    paper.at = top
    paper.lines(*right, x=310)
    text = " ".join(texts(read_pdf(paper.save())))
    assert text.index("Left line h") < text.index("Right line a")


def test_running_heads_and_page_numbers_are_left_out(paper: Paper) -> None:
    for page in range(1, 6):
        chapter = "Care of the Turbo" if page < 4 else "Repair of the Turbo"
        paper.furniture(chapter, page).lines(f"Only words number {page} stand here.")
        paper.turn_page()
    document = read_pdf(paper.save())
    assert texts(document) == [f"Only words number {page} stand here." for page in range(1, 6)]


def test_printed_contents_are_left_out(paper: Paper) -> None:
    paper.heading("Contents")
    for at, title in enumerate(["Safety", "First use", "Care", "Trouble"]):
        paper.line(f"{title} {'.' * 60} {at + 2}")
    paper.turn_page().heading("Safety").lines("Keep it dry.")
    document = read_pdf(paper.save())
    assert headings(document) == [(1, "", "Safety")]
    assert texts(document) == ["Keep it dry."]


def test_hyphens_at_line_ends(paper: Paper) -> None:
    paper.lines("The descaling takes an hour. Before you begin the des-", "caling empty the tank.")
    paper.gap().lines(
        "Use a lint-free cloth for the lens and never any other; a lint-", "free one."
    )
    paper.gap().lines("Abra a tampa devagar e depois do sinal sonoro feche-", "a de novo.")
    assert texts(read_pdf(paper.save())) == [
        "The descaling takes an hour. Before you begin the descaling empty the tank.",
        "Use a lint-free cloth for the lens and never any other; a lint-free one.",
        "Abra a tampa devagar e depois do sinal sonoro feche-a de novo.",
    ]


def test_steps_keep_numbers_warnings_and_their_lines_over_a_page(paper: Paper) -> None:
    paper.heading("Changing the filter")
    paper.step(1, "Switch the machine off and wait until the", "lamp is out.")
    paper.step(2, "Pull the filter out.")
    paper.frame("CAUTION", "The filter drips. Put a cloth", "under it.")
    paper.step(3, "Put the new filter in, with the arrow")
    paper.turn_page()
    paper.lines("upwards, until it clicks.", x=78)
    paper.step(4, "Close the flap.")
    paper.step(6, "Switch it on.")
    document = read_pdf(paper.save())
    read = structured(document, "en").sections[0]
    assert read.page == 1
    steps = [block for block in read_blocks(read.markdown) if hasattr(block, "number")]
    assert [(step.number, step.text) for step in steps][:4] == [
        (1, "Switch the machine off and wait until the lamp is out."),
        (2, "Pull the filter out."),
        (3, "Put the new filter in, with the arrow upwards, until it clicks."),
        (4, "Close the flap."),
    ]
    assert [notice.level for notice in steps[1].notices] == [WarningLevel.CAUTION]
    assert (FindingKind.STEP_MISSING, 2) in kinds(document)


def test_warnings_with_and_without_a_frame(paper: Paper) -> None:
    paper.heading("Safety")
    paper.frame("DANGER", "Live parts inside. Never open", "the housing.")
    paper.lines("WARNING: Steam burns. Keep your hands", "away from the nozzle.").gap()
    paper.line("CUIDADO", bold=True).lines("Superfície quente.").gap()
    paper.line("ATENÇÃO", bold=True).gap()
    paper.lines("Warning lights are explained in chapter 4.").gap()
    document = read_pdf(paper.save())
    hazards = [piece for piece in document.pieces if isinstance(piece, Hazard)]
    assert [(piece.level, piece.text) for piece in hazards] == [
        (WarningLevel.DANGER, "Live parts inside. Never open the housing."),
        (WarningLevel.WARNING, "Steam burns. Keep your hands away from the nozzle."),
        (WarningLevel.CAUTION, "Superfície quente."),
        (WarningLevel.WARNING, "Warning lights are explained in chapter 4."),
    ]


def test_warning_word_without_text_is_reported(paper: Paper) -> None:
    paper.heading("Safety").lines("Read this.").gap()
    paper.line("WARNING", bold=True).heading("Use").lines("Switch it on.")
    assert (FindingKind.WARNING_WITHOUT_TEXT, 1) in kinds(read_pdf(paper.save()))


def test_ruled_table_goes_on_over_the_page(paper: Paper) -> None:
    widths = [60.0, 70.0, 160.0]
    paper.heading("Errors").grid([["Code", "Lamp", "Meaning"], ["E1", "red", "no water"]], widths)
    paper.turn_page()
    paper.grid([["Code", "Lamp", "Meaning"], ["E2", "", "door open"]], widths)
    grids = [piece for piece in read_pdf(paper.save()).pieces if isinstance(piece, Grid)]
    assert [grid.rows for grid in grids] == [
        (("Code", "Lamp", "Meaning"), ("E1", "red", "no water"), ("E2", "", "door open"))
    ]


def test_table_without_lines_is_told_by_its_columns(paper: Paper) -> None:
    paper.heading("Data")
    for name, value in [("Voltage", "220 V"), ("Power", "1450 W"), ("Weight", "4.2 kg")]:
        top = paper.at
        paper.line(name)
        paper.at = top
        paper.line(value, x=220)
    paper.gap().lines("Values may change without notice and are not guaranteed.")
    document = read_pdf(paper.save())
    grid = next(piece for piece in document.pieces if isinstance(piece, Grid))
    assert grid.rows == (("Voltage", "220 V"), ("Power", "1450 W"), ("Weight", "4.2 kg"))
    assert texts(document) == ["Values may change without notice and are not guaranteed."]


def test_table_with_level_lines_keeps_cells_of_two_lines_together(paper: Paper) -> None:
    rows = [
        ["Part", "Place", "Use"],
        ["Laser", "top", "measures walls\nand chairs"],
        ["Main\nbrush", "under the\ntank", "sweeps"],
    ]
    paper.heading("Parts").lines("These are the parts of it.").gap(4)
    paper.lined(rows, [70.0, 80.0, 110.0]).lines("All of them can be replaced.")
    document = read_pdf(paper.save())
    assert [piece.rows for piece in document.pieces if isinstance(piece, Grid)] == [
        (
            ("Part", "Place", "Use"),
            ("Laser", "top", "measures walls and chairs"),
            ("Main brush", "under the tank", "sweeps"),
        )
    ]
    assert texts(document) == ["These are the parts of it.", "All of them can be replaced."]


def test_drawn_bullets_are_bullets(paper: Paper) -> None:
    paper.heading("In the box").dot("The machine with its tank", "and its lid").dot("Two brushes")
    document = read_pdf(paper.save())
    assert [piece for piece in document.pieces if isinstance(piece, Item)] == [
        Item("The machine with its tank and its lid", None, 0, 1),
        Item("Two brushes", None, 0, 1),
    ]


def test_columns_with_a_table_in_one_of_them(paper: Paper) -> None:
    left = [f"Left line {word} of a column that is filled well" for word in "abcdefgh"]
    right = [f"Right line {word} of the other column, filled too" for word in "abcdef"]
    top = paper.at
    paper.lines(*left).gap(8)
    for row in ("Volts", "Watts", "Weight"):
        here = paper.at
        paper.line(row)
        paper.at = here
        paper.line("much", x=160)
    paper.at = top
    paper.lines(*right, x=310)
    document = read_pdf(paper.save())
    grid = next(piece for piece in document.pieces if isinstance(piece, Grid))
    assert grid.rows == (("Volts", "much"), ("Watts", "much"), ("Weight", "much"))
    assert [text.split()[0] for text in texts(document)] == ["Left", "Right"]


def test_warning_frame_that_is_parted_by_the_pages_end_is_one_warning(paper: Paper) -> None:
    paper.heading("Safety").frame("WARNING", "Close doors and keep small children away from")
    paper.turn_page().lines("the stairs.").gap().lines("Then begin.")
    document = read_pdf(paper.save())
    hazards = [piece.text for piece in document.pieces if isinstance(piece, Hazard)]
    assert hazards == ["Close doors and keep small children away from the stairs."]
    assert texts(document) == ["Then begin."]


def test_figure_is_cut_out_with_its_caption(paper: Paper) -> None:
    paper.heading("Parts").lines("These are the parts.")
    paper.picture(caption="Figure 1: The lid and the tank").gap()
    paper.lines("All parts can be replaced.")
    document = read_pdf(paper.save())
    figure = next(piece for piece in document.pieces if isinstance(piece, Figure))
    assert (figure.caption, figure.page) == ("Figure 1: The lid and the tank", 1)
    with Image.open(io.BytesIO(figure.image)) as image:
        assert image.width == pytest.approx(204 * 150 / 72, abs=4)
    assert texts(document) == ["These are the parts.", "All parts can be replaced."]


def test_scanned_and_blank_pages_are_reported_and_the_scan_is_kept(paper: Paper) -> None:
    paper.heading("Use").lines("Switch it on and wait for the sound.").turn_page()
    paper.scan().turn_page()
    paper.turn_page()
    paper.lines("The end of this manual.")
    document = read_pdf(paper.save())
    assert kinds(document) == [(FindingKind.SCANNED_PAGE, 2), (FindingKind.BLANK_PAGE, 3)]
    assert [piece.page for piece in document.pieces if isinstance(piece, Figure)] == [2]


def test_progress_hears_of_every_page(paper: Paper) -> None:
    for _ in range(4):
        paper.lines("Words.").turn_page()
    heard: list[tuple[int, int]] = []
    read_pdf(paper.save(), lambda done, of: heard.append((done, of)))
    assert heard[-1] == (4, 4)
    assert heard == sorted(heard)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nnothing", b"PK\x03\x04", b"<html>"])
def test_what_is_no_pdf_is_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match="no PDF file"):
        read_pdf(path)


def test_password_is_asked_to_be_taken_off(paper: Paper) -> None:
    paper.canvas._doc.encrypt = StandardEncryption("secret")
    paper.lines("Words.")
    with pytest.raises(UnusableFile, match="password"):
        read_pdf(paper.save())
