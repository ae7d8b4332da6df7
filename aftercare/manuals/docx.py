"""Reads manuals written with a word processor (.docx)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
from docx.document import Document as WordFile
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from aftercare.errors import UnusableFile
from aftercare.guidance.sections import WarningLevel
from aftercare.manuals.document import (
    Document,
    Figure,
    Finding,
    FindingKind,
    Grid,
    Hazard,
    Heading,
    Item,
    Passage,
    Piece,
)
from aftercare.manuals.pictures import read_picture
from aftercare.manuals.signal_words import signal

#: A file that unpacks to more than this is no manual.
_MOST_BYTES = 400_000_000
_MOST_PARTS = 5000
_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\S)")
_TYPED_STEP = re.compile(r"^\(?(\d{1,2})[.)]\s+(?=\S)")
_TYPED_BULLET = re.compile(r"^[•●▪◦‣■–*·-]\s+(?=\S)")
_CAPTION = re.compile(r"^(?:fig\.?|figure|figura)\b", re.IGNORECASE)
_NOT_SHOWN = {qn("w:del"), qn("w:txbxContent"), qn("w:instrText"), qn("w:pPr")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACES = {qn("w:tab"), qn("w:br"), qn("w:cr")}


def read_docx(path: Path) -> Document:
    """The manual in a Word file. Raises UnusableFile where it is damaged or locked."""
    try:
        with zipfile.ZipFile(path) as parts:
            listed = parts.infolist()
        if len(listed) > _MOST_PARTS or sum(part.file_size for part in listed) > _MOST_BYTES:
            raise UnusableFile("The Word file is too large. Make its pictures smaller, or part it.")
        return _Reader(docx.Document(str(path))).read()
    except (zipfile.BadZipFile, OpcError, LxmlError, KeyError, ValueError, OSError) as error:
        raise UnusableFile(
            "This is no Word file (.docx) that can be read. Save it anew, without a password."
        ) from error


class _Reader:
    def __init__(self, file: WordFile) -> None:
        self._file = file
        self._document = Document()
        self._counters: dict[tuple[int, int], int] = {}
        self._signal: WarningLevel | None = None
        self._page = 1
        # Word notes where its pages ended when it last drew them; other programs do not.
        drawn = file.element.body.iter(qn("w:lastRenderedPageBreak"))
        self._has_pages = next(drawn, None) is not None

    def read(self) -> Document:
        for part in self._file.iter_inner_content():
            if isinstance(part, Paragraph):
                self._paragraph(part)
            else:
                self._table(part)
        self._miss_signal()
        if not self._document.title:
            self._document.title = self._file.core_properties.title or ""
        self._document.pages = self._page if self._has_pages else 0
        return self._document

    @property
    def _place(self) -> int | None:
        return self._page if self._has_pages else None

    def _paragraph(self, paragraph: Paragraph) -> None:
        element = paragraph._p
        self._page += sum(1 for _ in element.iter(qn("w:lastRenderedPageBreak")))
        text = _text(element)
        for box in element.iter(qn("w:txbxContent")):
            if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                self._text_box(" ".join(_text(part) for part in box.iter(qn("w:p"))))
        for blip in element.iter(qn("a:blip")):
            self._picture(blip.get(qn("r:embed")), paragraph)
        if not text:
            return
        style = (paragraph.style.name or "").lower() if paragraph.style else ""
        level = _heading_level(paragraph, style)
        if style == "title" and not self._document.title:
            self._document.title = text
        elif style.startswith("toc"):
            return
        elif level:
            self._miss_signal()
            number = _NUMBER.match(text)
            rest = text[number.end() :] if number else text
            self._add(Heading(level, rest, self._place, number[1] if number else ""))
        elif (style == "caption" or _CAPTION.match(text)) and self._caption(text):
            return
        else:
            self._words(paragraph, text)

    def _words(self, paragraph: Paragraph, text: str) -> None:
        listed = self._numbering(paragraph)
        if listed is not None:
            number, depth = listed
            self._miss_signal()
            self._add(Item(text, number, depth, self._place))
        elif step := _TYPED_STEP.match(text):
            self._add(Item(text[step.end() :], int(step[1]), 0, self._place))
        elif bullet := _TYPED_BULLET.match(text):
            self._add(Item(text[bullet.end() :], None, 0, self._place))
        elif found := signal(text):
            if found[1]:
                self._add(Hazard(found[0], found[1], self._place))
            else:
                self._miss_signal()
                self._signal = found[0]
        elif self._signal:
            self._add(Hazard(self._signal, text, self._place))
            self._signal = None
        else:
            self._add(Passage(text, self._place))

    def _text_box(self, text: str) -> None:
        found = signal(text.strip())
        if found and found[1]:
            self._add(Hazard(found[0], found[1], self._place))
        elif text.strip():
            self._add(Passage(text.strip(), self._place))

    def _caption(self, text: str) -> bool:
        last = self._document.pieces[-1] if self._document.pieces else None
        if not isinstance(last, Figure) or last.caption:
            return False
        figure = Figure(last.image, last.media_type, text, last.page, last.inside)
        self._document.pieces[-1] = figure
        return True

    def _picture(self, relation: str | None, paragraph: Paragraph) -> None:
        part = paragraph.part.related_parts.get(relation or "")
        figure = read_picture(part.blob, "", self._place) if part is not None else None
        if figure:
            self._add(figure)
        elif part is None or not part.content_type.startswith("image/"):
            self._document.findings.append(Finding(FindingKind.FIGURE_LEFT_OUT, self._place))

    def _table(self, table: Table) -> None:
        rows = []
        for row in table.rows:
            seen: set[int] = set()
            cells = []
            for cell in row.cells:
                # A cell over several columns comes once for each of them.
                fresh = id(cell._tc) not in seen
                seen.add(id(cell._tc))
                cells.append(_text(cell._tc) if fresh else "")
            if any(cells):
                rows.append(tuple(cells))
        texts = [cell for row in rows for cell in row if cell]
        found = signal(" ".join(texts)) if texts and len(texts) <= 3 and signal(texts[0]) else None
        if found and found[1]:
            self._add(Hazard(found[0], found[1], self._place))
        elif len(texts) > 1:
            self._add(Grid(tuple(rows), self._place))
        elif texts:
            self._add(Passage(texts[0], self._place))

    def _numbering(self, paragraph: Paragraph) -> tuple[int | None, int] | None:
        """A list item's number, None for a bullet, and its depth; None for other paragraphs."""
        found = _numbered_by(paragraph)
        if found is None:
            return None
        number_id, depth = found
        if number_id == 0 or self._level(number_id, depth) is None:
            return None
        form, start = self._level(number_id, depth) or ("bullet", 1)
        for key in [key for key in self._counters if key[0] == number_id and key[1] > depth]:
            del self._counters[key]
        if form in ("bullet", "none"):
            return None, depth
        count = self._counters.get((number_id, depth), start - 1) + 1
        self._counters[number_id, depth] = count
        return count, depth

    def _level(self, number_id: int, depth: int) -> tuple[str, int] | None:
        """How a list's level counts, and from which number on."""
        try:
            numbering = self._file.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return None
        chosen = next((n for n in numbering.iter(qn("w:num")) if _value(n, "w:numId") == str(number_id)), None)  # fmt: skip  # noqa: E501
        if chosen is None:
            return None
        abstract_id = _value(chosen.find(qn("w:abstractNumId")), "w:val")
        for abstract in numbering.iter(qn("w:abstractNum")):
            if _value(abstract, "w:abstractNumId") != abstract_id:
                continue
            for level in abstract.iter(qn("w:lvl")):
                if _value(level, "w:ilvl") == str(depth):
                    form = _value(level.find(qn("w:numFmt")), "w:val") or "decimal"
                    start = _value(level.find(qn("w:start")), "w:val")
                    return form, int(start) if start.isdecimal() else 1
        return None

    def _miss_signal(self) -> None:
        if self._signal:
            finding = Finding(FindingKind.WARNING_WITHOUT_TEXT, self._place, self._signal.value)
            self._document.findings.append(finding)
            self._signal = None

    def _add(self, piece: Piece) -> None:
        self._document.pieces.append(piece)


def _value(element: object, name: str) -> str:
    found = element.get(qn(name)) if element is not None else None  # type: ignore[attr-defined]
    return str(found) if found is not None else ""


def _numbered_by(paragraph: Paragraph) -> tuple[int, int] | None:
    """The list and the depth that a paragraph, or its style, names."""
    properties = [paragraph._p.pPr]
    style = paragraph.style
    for _ in range(10):
        if style is None:
            break
        properties.append(style.element.find(qn("w:pPr")))
        style = style.base_style
    for one in properties:
        listed = one.find(qn("w:numPr")) if one is not None else None
        if listed is not None:
            number = _value(listed.find(qn("w:numId")), "w:val")
            depth = _value(listed.find(qn("w:ilvl")), "w:val")
            if number.isdecimal():
                return int(number), int(depth) if depth.isdecimal() else 0
    return None


def _heading_level(paragraph: Paragraph, style: str) -> int:
    """1 to 6 for a heading, 0 for anything else."""
    named = re.match(r"(?:heading|título|titulo)\s*(\d)", style)
    if named:
        return min(max(int(named[1]), 1), 6)
    for element in (paragraph._p.pPr, paragraph.style.element.find(qn("w:pPr")) if paragraph.style else None):  # fmt: skip  # noqa: E501
        level = element.find(qn("w:outlineLvl")) if element is not None else None
        value = _value(level, "w:val")
        if value.isdecimal() and int(value) < 6:
            return int(value) + 1
    return 0


def _text(element: object) -> str:
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: object) -> Iterator[str]:
    for child in element:  # type: ignore[attr-defined]
        if child.tag in _NOT_SHOWN or child.tag == _FALLBACK:
            continue
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _SPACES:
            yield " "
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        else:
            yield from _pieces(child)
            if child.tag == qn("w:p"):
                yield " "
