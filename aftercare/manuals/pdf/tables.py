"""Tables of a page: those with ruled lines from the lines, the others from cells in columns."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence, Set
from dataclasses import dataclass

from aftercare.manuals.document import Grid
from aftercare.manuals.hyphens import join_lines
from aftercare.manuals.pdf.lines import LABEL, Line, spans_of
from aftercare.manuals.pdf.marks import Box, PageMarks
from aftercare.manuals.pdf.words import Word

_SLACK = 3.0
_MOST_LINES = 3000
_FEWEST_ROWS = 3


@dataclass(frozen=True)
class RuledTable:
    box: Box
    grid: Grid


def ruled_tables(
    marks: PageMarks, words: Sequence[Word], page: int, known: Set[str]
) -> list[RuledTable]:
    """Tables whose cells are drawn; a frame around a single cell is none."""
    tables = []
    for level, upright in _crossing(marks):
        across = _merged([(line.x0 + line.x1) / 2 for line in upright])
        down = _merged([(line.top + line.bottom) / 2 for line in level])
        if len(across) < 2 or len(down) < 2 or (len(across) == 2 and len(down) == 2):
            continue
        box = Box(across[0], down[0], across[-1], down[-1])
        rows = _cells(box, across, down, words, known)
        if sum(bool(cell) for row in rows for cell in row) > 1:
            tables.append(RuledTable(box, Grid(rows, page)))
    return tables


def _crossing(marks: PageMarks) -> list[tuple[list[Box], list[Box]]]:
    """Groups of level and upright lines that meet."""
    lines = [*marks.level, *marks.upright]
    if not marks.level or not marks.upright or len(lines) > _MOST_LINES:
        return []
    group = list(range(len(lines)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    order = sorted(range(len(lines)), key=lambda at: lines[at].top)
    living: list[int] = []
    for at in order:
        living = [other for other in living if lines[other].bottom + _SLACK >= lines[at].top]
        for other in living:
            if lines[at].touches(lines[other], _SLACK):
                group[root(at)] = root(other)
        living.append(at)
    found: dict[int, tuple[list[Box], list[Box]]] = {}
    for at, line in enumerate(lines):
        level, upright = found.setdefault(root(at), ([], []))
        (level if at < len(marks.level) else upright).append(line)
    return [(level, upright) for level, upright in found.values() if level and upright]


def _merged(places: list[float]) -> list[float]:
    merged: list[float] = []
    for place in sorted(places):
        if not merged or place - merged[-1] > _SLACK:
            merged.append(place)
    return merged


def _cells(
    box: Box, across: list[float], down: list[float], words: Sequence[Word], known: Set[str]
) -> tuple[tuple[str, ...], ...]:
    cells: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        x, y = word.middle
        if box.holds(x, y):
            row = min(max(bisect(down, y) - 1, 0), len(down) - 2)
            column = min(max(bisect(across, x) - 1, 0), len(across) - 2)
            cells.setdefault((row, column), []).append(word)
    rows = [
        tuple(cell_text(cells.get((row, column), ()), known) for column in range(len(across) - 1))
        for row in range(len(down) - 1)
    ]
    return tuple(row for row in rows if any(row))


def cell_text(words: Sequence[Word], known: Set[str]) -> str:
    """The words of a cell as one text."""
    text, base = "", 0.0
    for span in spans_of(words):
        same_line = text and abs(span.base - base) < 2
        text = f"{text} {span.text}" if same_line else join_lines(text, span.text, known)
        base = span.base
    return text.strip()


def open_tables(lines: list[Line], known: Set[str]) -> list[Line | Grid]:
    """The lines with runs of lines whose cells stand in columns taken together as tables."""
    found: list[Line | Grid] = []
    at = 0
    while at < len(lines):
        end, columns = _run(lines, at)
        if end - at >= _FEWEST_ROWS:
            found.append(Grid(_rows(lines[at:end], columns, known), lines[at].page))
            at = end
        else:
            found.append(lines[at])
            at += 1
    return found


def _run(lines: list[Line], start: int) -> tuple[int, list[Box]]:
    """The end of the table that begins at a line, and its columns."""
    first = lines[start]
    columns = [span.box for span in first.spans]
    if len(columns) < 2 or first.block is not None or LABEL.match(first.spans[0].text):
        return start, columns
    full, end = 1, start + 1
    while end < len(lines) and _continues(lines[end - 1], lines[end]):
        places = [_column(columns, span.box) for span in lines[end].spans]
        if None in places or len(set(places)) != len(places):
            break
        # A line in the first column alone may be the paragraph behind the table.
        if len(places) == 1 and (places[0] == 0 or _is_far(lines[end - 1], lines[end])):
            break
        for place, span in zip(places, lines[end].spans, strict=True):
            if place is not None:
                columns[place] = columns[place].joined(span.box)
        full += len(places) > 1
        end += 1
    return (end if full >= _FEWEST_ROWS else start), columns


def _continues(last: Line, line: Line) -> bool:
    return (
        line.block is None
        and line.page == last.page
        and line.column == last.column
        and line.base - last.base < 3 * max(line.size, last.size)
    )


def _is_far(last: Line, line: Line) -> bool:
    return line.base - last.base > 1.5 * line.size


def _column(columns: list[Box], box: Box) -> int | None:
    """The one column that a cell lies in; None where it lies over two or beside all."""
    hits = [
        place
        for place, column in enumerate(columns)
        if box.x0 <= column.x1 + 1 and column.x0 - 1 <= box.x1
    ]
    return hits[0] if len(hits) == 1 else None


def _rows(lines: list[Line], columns: list[Box], known: Set[str]) -> tuple[tuple[str, ...], ...]:
    rows: list[list[str]] = []
    last: Line | None = None
    for line in lines:
        cells = [""] * len(columns)
        for span in line.spans:
            place = _column(columns, span.box)
            cells[place or 0] = span.text
        # Without a first cell and close under the last line it goes on with that row.
        if rows and not cells[0] and last is not None and not _is_far(last, line):
            rows[-1] = [join_lines(a, b, known) for a, b in zip(rows[-1], cells, strict=True)]
        else:
            rows.append(cells)
        last = line
    return tuple(tuple(row) for row in rows)


def joined_over_pages(first: Grid, second: Grid) -> Grid | None:
    """One table of two on pages that follow each other, where the second goes on with the first."""
    if len(first.rows[0]) != len(second.rows[0]):
        return None
    rows = second.rows[1:] if second.rows[0] == first.rows[0] else second.rows
    return Grid(first.rows + rows, first.page)
