from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordFile
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from aftercare.errors import UnusableFile
from aftercare.guidance.sections import WarningLevel
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
from aftercare.manuals.readers import read_file


@pytest.fixture
def read(tmp_path: Path) -> Callable[[WordFile], Document]:
    def save_and_read(file: WordFile) -> Document:
        file.save(str(tmp_path / "manual.docx"))
        return read_file(tmp_path / "manual.docx")

    return save_and_read


def test_headings_steps_bullets_and_tables(read: Callable[[WordFile], Document]) -> None:
    file = docx.Document()
    file.add_heading("Turbo 3", 0)
    file.add_heading("1 Care", 1)
    file.add_paragraph("Once a week.")
    file.add_paragraph("Open it.", style="List Number")
    file.add_paragraph("Close it.", style="List Number")
    file.add_paragraph("a cloth", style="List Bullet")
    file.add_heading("Data", 2)
    table = file.add_table(2, 2)
    for cell, text in zip(table._cells, ["Power", "Volts", "5 W", "220"], strict=True):
        cell.text = text
    document = read(file)
    assert document.title == "Turbo 3"
    assert document.pieces == [
        Heading(1, "Care", None, "1"),
        Passage("Once a week."),
        Item("Open it.", 1),
        Item("Close it.", 2),
        Item("a cloth", None),
        Heading(2, "Data"),
        Grid((("Power", "Volts"), ("5 W", "220"))),
    ]


def test_warnings_in_paragraphs_tables_and_text_boxes(
    read: Callable[[WordFile], Document],
) -> None:
    file = docx.Document()
    file.add_paragraph("PERIGO")
    file.add_paragraph("Alta tensão.")
    file.add_paragraph("Warning: hot steam.")
    file.add_table(1, 2).rows[0].cells[0].text = "CAUTION"
    file.tables[0].rows[0].cells[1].text = "Sharp edge."
    holder = file.add_paragraph("Words beside it.")
    holder._p.append(
        parse_xml(
            f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r>"
            "<w:t>NOTE: Keep this.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
        )
    )
    assert read(file).pieces == [
        Hazard(WarningLevel.DANGER, "Alta tensão."),
        Hazard(WarningLevel.WARNING, "hot steam."),
        Hazard(WarningLevel.CAUTION, "Sharp edge."),
        Hazard(WarningLevel.NOTE, "Keep this."),
        Passage("Words beside it."),
    ]


def test_inserted_words_count_and_deleted_ones_do_not(
    read: Callable[[WordFile], Document],
) -> None:
    file = docx.Document()
    paragraph = file.add_paragraph("Press ")
    for tag, kind, text in [("ins", "t", "Start"), ("del", "delText", "Stop")]:
        paragraph._p.append(
            parse_xml(
                f'<w:{tag} {nsdecls("w")} w:id="1" w:author="a"><w:r><w:{kind}>{text}</w:{kind}>'
                f"</w:r></w:{tag}>"
            )
        )
    assert read(file).pieces == [Passage("Press Start")]


def test_pictures_have_their_caption(read: Callable[[WordFile], Document]) -> None:
    held = io.BytesIO()
    Image.new("RGB", (200, 100), "blue").save(held, "JPEG")
    file = docx.Document()
    file.add_picture(held)
    file.add_paragraph("Figure 1: The tank", style="Caption")
    (figure,) = read(file).pieces
    assert isinstance(figure, Figure)
    assert figure.caption == "Figure 1: The tank"


def test_warning_word_alone_is_reported(read: Callable[[WordFile], Document]) -> None:
    file = docx.Document()
    file.add_paragraph("WARNING")
    file.add_heading("Care", 1)
    file.add_paragraph("Dry it.")
    assert [f.kind for f in read(file).findings] == [FindingKind.WARNING_WITHOUT_TEXT]


def test_damaged_and_swollen_files_are_refused(tmp_path: Path) -> None:
    other, bomb = tmp_path / "other.docx", tmp_path / "bomb.docx"
    with zipfile.ZipFile(other, "w") as parts:
        parts.writestr("readme.txt", "no Word file")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        for at in range(5001):
            parts.writestr(f"word/{at}.xml", "")
    for path, why in [(other, "no Word file"), (bomb, "too large")]:
        with pytest.raises(UnusableFile, match=why):
            read_file(path)
