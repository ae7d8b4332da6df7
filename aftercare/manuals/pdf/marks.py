"""Takes lines, boxes, drawings and pictures of a page out of PDFium."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from aftercare.manuals.pdf.words import Turn

#: Points: a filled rectangle as thin as this is a line.
_THIN = 2.5
_SHORTEST_LINE = 6.0
_MOST_OBJECTS = 20_000
_MOST_SEGMENTS = 400
_DEEPEST = 3

_Matrix = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Box:
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(self.width, 0) * max(self.height, 0)

    def holds(self, x: float, y: float, slack: float = 0.0) -> bool:
        return (
            self.x0 - slack <= x <= self.x1 + slack and self.top - slack <= y <= self.bottom + slack
        )

    def within(self, other: Box, slack: float = 2.0) -> bool:
        return (
            self.x0 >= other.x0 - slack
            and self.x1 <= other.x1 + slack
            and self.top >= other.top - slack
            and self.bottom <= other.bottom + slack
        )

    def touches(self, other: Box, slack: float = 0.0) -> bool:
        return (
            self.x0 <= other.x1 + slack
            and other.x0 <= self.x1 + slack
            and self.top <= other.bottom + slack
            and other.top <= self.bottom + slack
        )

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.x0, other.x0),
            min(self.top, other.top),
            max(self.x1, other.x1),
            max(self.bottom, other.bottom),
        )


@dataclass
class PageMarks:
    """Level and upright lines, rectangles, drawn shapes and pictures, each with its place."""

    level: list[Box] = field(default_factory=list)
    upright: list[Box] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    drawings: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)


def read_marks(page: pdfium.PdfPage, turn: Turn) -> PageMarks:
    """What is drawn on a page beside its text."""
    marks = PageMarks()
    for thing, matrix, _ in _objects(page):
        kind = raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            marks.pictures.append(_bounds(thing, matrix, turn))
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            _note_path(thing, matrix, turn, marks)
    return marks


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[object, _Matrix, int]]:
    """Each object with the matrix of the forms around it."""
    waiting: list[tuple[object, _Matrix, int]] = [
        (raw.FPDFPage_GetObject(page.raw, at), _SAME, 0)
        for at in range(min(raw.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS))
    ]
    waiting.reverse()
    seen = 0
    while waiting and seen < _MOST_OBJECTS:
        thing, matrix, depth = waiting.pop()
        seen += 1
        if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_FORM:
            yield thing, matrix, depth
        elif depth < _DEEPEST:
            inner = _times(_matrix(thing), matrix)
            waiting.extend(
                (raw.FPDFFormObj_GetObject(thing, at), inner, depth + 1)
                for at in range(raw.FPDFFormObj_CountObjects(thing))
            )


def _matrix(thing: object) -> _Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(thing, found):
        return _SAME
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t,
        e * q + f * s + u,
    )  # fmt: skip


def _moved(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(thing: object, matrix: _Matrix, turn: Turn) -> Box:
    """The object's place; PDFium has applied the object's own matrix already."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
    ax, ay = _moved(matrix, left.value, bottom.value)
    bx, by = _moved(matrix, right.value, top.value)
    return Box(*turn.box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))


def _note_path(thing: object, around: _Matrix, turn: Turn, marks: PageMarks) -> None:
    bounds = _bounds(thing, around, turn)
    if max(bounds.height, bounds.width) < _SHORTEST_LINE:
        # A dot may be a bullet.
        marks.drawings.append(bounds)
        return
    if bounds.height <= _THIN or bounds.width <= _THIN:
        _note_line(bounds, marks)
        return
    lines, straight = _straight_lines(thing, _times(_matrix(thing), around), turn)
    if not straight:
        marks.drawings.append(bounds)
        return
    stroked = _is_stroked(thing)
    if stroked:
        for line in lines:
            _note_line(line, marks)
    # Four or five corners that fill their bounds are a rectangle.
    if len(lines) <= 5:
        marks.boxes.append(bounds)


def _note_line(line: Box, marks: PageMarks) -> None:
    if line.height <= _THIN and line.width >= _SHORTEST_LINE:
        marks.level.append(line)
    elif line.width <= _THIN and line.height >= _SHORTEST_LINE:
        marks.upright.append(line)


def _is_stroked(thing: object) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(thing, mode, stroke)
    return bool(stroke.value)


def _straight_lines(thing: object, matrix: _Matrix, turn: Turn) -> tuple[list[Box], bool]:
    """The level and upright lines of a path; False where it has others too."""
    count = raw.FPDFPath_CountSegments(thing)
    if not 0 < count <= _MOST_SEGMENTS:
        return [], False
    lines: list[Box] = []
    start = last = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(thing, at)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        here = turn.point(*_moved(matrix, x.value, y.value))
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            return [], False
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif not _add_line(lines, last, here):
            return [], False
        last = here
        if raw.FPDFPathSegment_GetClose(segment):
            if not _add_line(lines, last, start):
                return [], False
            last = start
    return lines, True


def _add_line(lines: list[Box], a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Note the line between two points; False where it is slanted."""
    box = Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
    if min(box.width, box.height) > _THIN / 2:
        return False
    if max(box.width, box.height) > _THIN:
        lines.append(box)
    return True
