"""Prints a manual of the catalogue as a PDF file, with outline, running heads and page numbers.

`python -m aftercare.manuals.printing MANUAL.md FILE.pdf [COLUMNS]`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from aftercare.catalogue.manual_files import ManualText, read_manual
from aftercare.errors import CatalogueError
from aftercare.guidance import sections
from aftercare.guidance.sections import read_blocks
from aftercare.manuals.paper import BODY, HEADING, LIST, MARGIN, TITLE, framed

_PAGE = {"en": "Page", "pt": "Página"}
_GUTTER = 8 * mm
_CELL = ParagraphStyle("cell", BODY, fontSize=8.5, leading=11, spaceAfter=0)


class _Anchor(Flowable):  # type: ignore[misc]
    """Takes no room: a line of the outline that leads to where it stands."""

    def __init__(self, key: str, title: str) -> None:
        super().__init__()
        self._key, self._title = key, title

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self._key)
        self.canv.addOutlineEntry(self._title, self._key, 0)


def print_manual(manual: ManualText, target: Path, columns: int = 1) -> None:
    """Write the manual as a PDF file of A4 pages."""
    width, height = A4
    column = (width - 2 * MARGIN - (columns - 1) * _GUTTER) / columns
    frames = [
        Frame(MARGIN + at * (column + _GUTTER), MARGIN, column, height - 2 * MARGIN, 0, 0, 0, 0)
        for at in range(columns)
    ]

    def furnish(canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(MARGIN, height - 12 * mm, manual.head.title)
        canvas.drawRightString(width - MARGIN, height - 12 * mm, manual.head.version)
        number = f"{_PAGE[manual.head.language]} {canvas.getPageNumber()}"
        canvas.drawCentredString(width / 2, 10 * mm, number)

    document = BaseDocTemplate(
        str(target), pagesize=A4, title=manual.head.title, invariant=1, lang=manual.head.language
    )
    cover = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN, 0, 0, 0, 0)
    document.addPageTemplates(
        [PageTemplate("cover", [cover]), PageTemplate("text", frames, onPage=furnish)]
    )
    document.build(_story(manual, column))


def _story(manual: ManualText, width: float) -> list[Any]:
    head = manual.head
    story: list[Any] = [
        Spacer(0, 60 * mm),
        Paragraph(escape(head.title), TITLE),
        Paragraph(f"{escape(head.version)} · {head.date.isoformat()}", BODY),
        NextPageTemplate("text"),
        PageBreak(),
    ]
    for section in manual.sections:
        blocks = _flowables(section.markdown, width, head.language)
        heading = Paragraph(escape(section.heading), HEADING)
        story.append(_Anchor(section.anchor, section.heading))
        story.append(KeepTogether([heading, *blocks[:1]]))
        story.extend(blocks[1:])
    return story


def _flowables(markdown: str, width: float, language: str) -> list[Any]:
    made: list[Any] = []
    for block in read_blocks(markdown):
        match block:
            case sections.Paragraph(text):
                made.append(Paragraph(escape(text), BODY))
            case sections.Step(number, text, notices):
                made.append(Paragraph(escape(text), LIST, bulletText=f"{number}."))
                made.extend(framed(notice, width, language, 16) for notice in notices)
            case sections.Bullet(text):
                made.append(Paragraph(escape(text), LIST, bulletText="•"))
            case sections.Table(rows):
                made.append(_table(rows, width))
            case sections.Notice():
                made.append(framed(block, width, language, 0))
    return made


def _table(rows: Sequence[Sequence[str]], width: float) -> Table:
    cells = [
        [Paragraph(escape(cell) if at else f"<b>{escape(cell)}</b>", _CELL) for cell in row]
        for at, row in enumerate(rows)
    ]
    table = Table(cells, colWidths=_widths(rows, width), repeatRows=1, spaceAfter=8)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, HexColor("#888888")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), HexColor("#eeeeee")),
            ]
        )
    )
    return table


def _widths(rows: Sequence[Sequence[str]], width: float) -> list[float]:
    """Columns wide enough for their longest word; the rest goes to those with more text."""
    padding = 14.0
    columns = [" ".join(column) for column in zip(*rows, strict=True)]
    least = [padding + max(map(_word_width, column.split() or [""])) for column in columns]
    share = [len(column) + 1 for column in columns]
    spare = max(width - sum(least), 0.0)
    return [own + spare * part / sum(share) for own, part in zip(least, share, strict=True)]


def _word_width(word: str) -> float:
    return float(stringWidth(word, "Helvetica-Bold", _CELL.fontSize))


def main(arguments: Sequence[str]) -> int:
    if len(arguments) not in (2, 3):
        print("usage: python -m aftercare.manuals.printing MANUAL.md FILE.pdf [COLUMNS]")
        return 2
    try:
        manual = read_manual(Path(arguments[0]))
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 1
    print_manual(manual, Path(arguments[1]), int(arguments[2]) if len(arguments) == 3 else 1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
