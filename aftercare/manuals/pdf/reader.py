"""Reads a PDF manual: page by page what stands there, then what it means in the whole document."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium

from aftercare.errors import UnusableFile
from aftercare.manuals.document import Document, Figure, Finding, FindingKind, Grid, Hazard
from aftercare.manuals.hyphens import vocabulary
from aftercare.manuals.pdf.bullets import with_drawn_bullets
from aftercare.manuals.pdf.columns import read_in_order
from aftercare.manuals.pdf.figures import CAPTION, cut_out, figure_boxes
from aftercare.manuals.pdf.flow import Flow
from aftercare.manuals.pdf.headings import OutlineEntry, find_headings, norm_of, without_contents
from aftercare.manuals.pdf.lined_tables import lined_tables
from aftercare.manuals.pdf.lines import Line, Span, spans_of
from aftercare.manuals.pdf.marks import Box, PageMarks, read_marks
from aftercare.manuals.pdf.running_heads import without_running_heads
from aftercare.manuals.pdf.tables import cell_text, open_tables, ruled_tables
from aftercare.manuals.pdf.words import PageWords, Turn, Word, read_words
from aftercare.manuals.signal_words import signal

MOST_PAGES = 2000
MOST_FIGURES = 600
#: A page with fewer characters and a picture over this share of it was scanned.
_FEW_CHARACTERS = 25
_SCANNED_SHARE = 0.5
#: From this share of unreadable characters on a page's text is told to be unreadable.
_UNREADABLE_SHARE = 0.1
#: A frame larger than this share of the page frames the page, not a warning.
_LARGEST_FRAME = 0.6
#: A picture in the same place of so many pages is an ornament.
_OFTEN = 4

#: PDFium may be used by one thread of a process at a time.
_ONE_AT_A_TIME = threading.Lock()

Progress = Callable[[int, int], None]


def read_pdf(path: Path, progress: Progress = lambda done, of: None) -> Document:
    """The manual in a PDF file; `progress` hears of each page that is done, and of how many.

    Raises UnusableFile where the file is damaged, locked by a password or has too many pages.
    """
    with _ONE_AT_A_TIME:
        try:
            file = pdfium.PdfDocument(path)
        except (pdfium.PdfiumError, OSError) as error:
            raise UnusableFile(_why_not(error)) from error
        try:
            if not 0 < len(file) <= MOST_PAGES:
                raise UnusableFile(
                    f"The file has {len(file)} pages; 1 to {MOST_PAGES} can be read. Part it."
                )
            return _Reader(file, progress).read()
        except pdfium.PdfiumError as error:
            raise UnusableFile(f"The PDF file is damaged: {error}. Save it anew.") from error
        finally:
            file.close()


def _why_not(error: Exception) -> str:
    if "password" in str(error).lower():
        return "The PDF file asks for a password. Save it without one and try again."
    return f"This is no PDF file that can be read ({error}). Save it anew and try again."


@dataclass
class _Page:
    number: int
    shape: Box
    found: PageWords
    marks: PageMarks
    spans: list[Span]


class _Reader:
    def __init__(self, file: pdfium.PdfDocument, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._findings: list[Finding] = []
        self._figures = 0

    def read(self) -> Document:
        pages = [self._page(at) for at in range(len(self._file))]
        known = vocabulary(word.text for page in pages for word in page.found.words)
        ornaments = _ornaments(pages)
        for page in pages:
            page.marks.pictures = [b for b in page.marks.pictures if _place(b) not in ornaments]
            self._note_oddities(page)
            page.spans = self._spans(page, known)
        kept = without_running_heads(
            [page.spans for page in pages], [page.shape.height for page in pages]
        )
        lines: list[Line | Grid] = []
        for page, spans in zip(pages, kept, strict=True):
            lines += open_tables(read_in_order(spans, page.number), known)
        lines = without_contents(lines)
        norm = norm_of(lines)
        marks = find_headings(lines, self._outline(), norm)
        pieces = Flow(norm, known, self._findings).read(lines, marks)
        title = next((mark.text for mark in marks.values() if mark.level == 0), "")
        if not title:
            title = str(self._file.get_metadata_value("Title") or "").strip()
        return Document(title, pieces, len(pages), self._findings)

    def _page(self, at: int) -> _Page:
        page = self._file[at]
        try:
            turn = Turn(page)
            width, height = page.get_size()
            found = read_words(page, turn)
            read = _Page(at + 1, Box(0, 0, width, height), found, read_marks(page, turn), [])
        finally:
            page.close()
        # Half of the way; the second half puts figures and text together.
        self._progress((at + 1) // 2, len(self._file))
        return read

    def _note_oddities(self, page: _Page) -> None:
        count = sum(len(word.text) for word in page.found.words)
        if count < _FEW_CHARACTERS:
            covered = max((box.area for box in page.marks.pictures), default=0.0)
            if covered >= _SCANNED_SHARE * page.shape.area:
                self._find(FindingKind.SCANNED_PAGE, page)
            elif not count and not page.marks.pictures and not page.marks.drawings:
                self._find(FindingKind.BLANK_PAGE, page)
        if page.found.unreadable > max(5, _UNREADABLE_SHARE * count):
            self._find(FindingKind.UNREADABLE_TEXT, page)
        if page.found.turned > 20:
            self._find(FindingKind.TURNED_TEXT, page)

    def _find(self, kind: FindingKind, page: _Page) -> None:
        self._findings.append(Finding(kind, page.number))

    def _spans(self, page: _Page, known: frozenset[str]) -> list[Span]:
        """What stands on a page: text, and in its place each table, warning frame and figure."""
        words = page.found.words
        blocks: list[Span] = []
        tables = ruled_tables(page.marks, words, page.number, known)
        tables += lined_tables(page.marks, words, page.number, known)
        words = with_drawn_bullets(words, page.marks)
        for table in tables:
            words = _outside(words, table.box)
            blocks.append(Span([], table.box, _hazard_in(table.grid) or table.grid))
        for frame in _frames(page):
            inside = [word for word in words if frame.holds(*word.middle)]
            hazard = _framed_hazard(inside, page.number, known)
            if hazard:
                words = _outside(words, frame)
                blocks.append(Span([], frame, hazard))
        spans = spans_of(words)
        spans, figures = self._cut_figures(page, spans, [block.box for block in blocks])
        self._progress((len(self._file) + page.number) // 2, len(self._file))
        return spans + blocks + figures

    def _cut_figures(
        self, page: _Page, spans: list[Span], taken: list[Box]
    ) -> tuple[list[Span], list[Span]]:
        pairs = [
            (box, caption)
            for box, caption in figure_boxes(page.marks, spans, page.shape)
            if not any(box.within(other, 6) for other in taken)
        ]
        if not pairs:
            return spans, []
        figures = []
        drawn = self._file[page.number - 1]
        try:
            for box, caption in pairs:
                if self._figures >= MOST_FIGURES:
                    self._find(FindingKind.FIGURE_LEFT_OUT, page)
                    break
                self._figures += 1
                words = self._caption(caption, spans) if caption else []
                text = " ".join(span.text for span in words)
                figure: Figure = cut_out(drawn, box, text, page.number)
                figures.append(Span([], box, figure))
                gone = {id(span) for span in words}
                # Words within the figure are part of the picture.
                spans = [
                    span
                    for span in spans
                    if id(span) not in gone
                    and (box.area > _SCANNED_SHARE * page.shape.area or not span.box.within(box))
                ]
        finally:
            drawn.close()
        return spans, figures

    def _caption(self, first: Span, spans: list[Span]) -> list[Span]:
        """The span that begins a caption and those close under it in the same letters."""
        found = [first]
        for span in sorted(spans, key=lambda span: span.base):
            last = found[-1]
            if (
                0 < span.base - last.base < 1.35 * last.size
                and span.size == first.size
                and abs(span.box.x0 - first.box.x0) < 40
                and not CAPTION.match(span.text)
                and span.words[0].bold == first.words[-1].bold
            ):
                found.append(span)
        return found

    def _outline(self) -> list[OutlineEntry]:
        entries = []
        try:
            for entry in self._file.get_toc():
                target = entry.get_dest()
                place = target.get_index() if target else None
                title = entry.get_title()
                if place is not None and title:
                    entries.append(OutlineEntry(entry.level + 1, title.strip(), place + 1))
        except pdfium.PdfiumError:
            # A damaged outline is as good as none: the headings are found by their looks.
            return []
        return entries


def _place(box: Box) -> tuple[int, int, int, int]:
    return (round(box.x0 / 4), round(box.top / 4), round(box.x1 / 4), round(box.bottom / 4))


def _ornaments(pages: list[_Page]) -> set[tuple[int, int, int, int]]:
    """Places of small pictures that are the same on many pages: logos."""
    times: dict[tuple[int, int, int, int], int] = {}
    for page in pages:
        for box in page.marks.pictures:
            if box.area < 0.25 * page.shape.area:
                times[_place(box)] = times.get(_place(box), 0) + 1
    return {place for place, count in times.items() if count >= _OFTEN}


def _outside(words: list[Word], box: Box) -> list[Word]:
    return [word for word in words if not box.holds(*word.middle)]


def _frames(page: _Page) -> list[Box]:
    """What may frame a warning, the largest first."""
    boxes = [
        box
        for box in [*page.marks.boxes, *page.marks.drawings]
        if box.area < _LARGEST_FRAME * page.shape.area and box.width > 60 and box.height > 14
    ]
    return sorted(boxes, key=lambda box: -box.area)[:200]


def _framed_hazard(words: list[Word], page: int, known: frozenset[str]) -> Hazard | None:
    if not words:
        return None
    found = signal(cell_text(words, known))
    return Hazard(found[0], found[1], page) if found and found[1] else None


def _hazard_in(grid: Grid) -> Hazard | None:
    """The warning that a small table is: the word in one cell, the text in the others."""
    cells = [cell for row in grid.rows for cell in row if cell]
    found = signal(" ".join(cells)) if len(cells) <= 3 else None
    alone = signal(cells[0]) if cells else None
    if found is None or alone is None or alone[1] or not found[1]:
        return None
    return Hazard(found[0], found[1], grid.page)
