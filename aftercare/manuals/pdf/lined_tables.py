"""Tables whose rows are parted by level lines alone, as most programs draw them today."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence, Set

from aftercare.manuals.document import Grid
from aftercare.manuals.pdf.marks import Box, PageMarks
from aftercare.manuals.pdf.tables import RuledTable, cell_text
from aftercare.manuals.pdf.words import Word

#: Points.
_SAME = 2.5
_HIGHEST_ROW = 120.0
_FEWEST_LINES = 3
_LEAST_WIDTH = 60.0
#: In sizes of the letters: how far over the first line a head may reach, and the white of columns.
_HEAD = 2.6
_WHITE = 0.7


def lined_tables(
    marks: PageMarks, words: Sequence[Word], page: int, known: Set[str]
) -> list[RuledTable]:
    """The tables of a page that have level lines and no upright ones."""
    tables = []
    for stack in _stacks(marks.level):
        left, right = min(row[0].x0 for row in stack), max(row[-1].x1 for row in stack)
        downs = [row[0].top for row in stack]
        if any(
            line.touches(Box(left, downs[0], right, downs[-1]), -_SAME) for line in marks.upright
        ):
            continue
        within = [word for word in words if left - 2 <= word.middle[0] <= right + 2]
        inside = [word for word in within if downs[0] < word.middle[1] < downs[-1]]
        across = _columns(stack, inside, left, right)
        if len(across) < 3 or any(_straddles(word, across) for word in inside):
            continue
        head = _head(within, downs[0], across)
        top = min((word.top for word in head), default=downs[0])
        rows = _rows([*head, *inside], [top, *downs] if head else downs, across, known)
        if len(rows) >= 2 and sum(bool(cell) for row in rows for cell in row) > 3:
            tables.append(RuledTable(Box(left, top, right, downs[-1]), Grid(rows, page)))
    return tables


def _stacks(level: Sequence[Box]) -> list[list[list[Box]]]:
    """Lines of one width under each other; each line is the pieces that it is drawn in."""
    rows: list[list[Box]] = []
    for line in sorted(level, key=lambda line: (line.top, line.x0)):
        for row in rows[-6:]:
            close = abs(row[-1].top - line.top) <= _SAME and -_SAME <= line.x0 - row[-1].x1 <= _SAME
            if close:
                row.append(line)
                break
        else:
            rows.append([line])
    stacks: list[list[list[Box]]] = []
    for row in rows:
        for stack in stacks:
            last = stack[-1]
            if (
                abs(last[0].x0 - row[0].x0) <= _SAME
                and abs(last[-1].x1 - row[-1].x1) <= _SAME
                and _SAME < row[0].top - last[0].top < _HIGHEST_ROW
                and _parted_alike(last, row)
            ):
                stack.append(row)
                break
        else:
            stacks.append([row])
    return [
        stack
        for stack in stacks
        if len(stack) >= _FEWEST_LINES and stack[0][-1].x1 - stack[0][0].x0 >= _LEAST_WIDTH
    ]


def _parted_alike(first: list[Box], second: list[Box]) -> bool:
    """Whether two lines are drawn in pieces of the same widths, or one of them in one piece."""
    if len(first) == 1 or len(second) == 1:
        return True
    return len(first) == len(second) and all(
        abs(one.x1 - other.x1) <= _SAME for one, other in zip(first, second, strict=True)
    )


def _columns(
    stack: list[list[Box]], words: Sequence[Word], left: float, right: float
) -> list[float]:
    """The edges of the columns: where the lines are parted, else where no word stands."""
    edges: Counter[int] = Counter(round(piece.x1) for row in stack for piece in row[:-1])
    parted = sorted(edge for edge, times in edges.items() if times >= 0.8 * len(stack))
    if parted:
        return [left, *map(float, parted), right]
    found, reached = [left], left
    for word in sorted(words, key=lambda word: word.x0):
        if word.x0 - reached > _WHITE * word.size and reached > left:
            found.append((word.x0 + reached) / 2)
        reached = max(reached, word.x1)
    return [*found, right]


def _straddles(word: Word, across: list[float]) -> bool:
    return any(word.x0 < edge - 1 and word.x1 > edge + 1 for edge in across[1:-1])


def _head(words: Sequence[Word], first: float, across: list[float]) -> list[Word]:
    """The words of a head over the first line; none where a paragraph stands there."""
    above = [word for word in words if 0 <= first - word.middle[1] <= _HEAD * word.size]
    filled = {bisect(across, word.middle[0]) for word in above}
    if len(filled) < 2 or any(_straddles(word, across) for word in above):
        return []
    return above


def _rows(
    words: Sequence[Word], downs: list[float], across: list[float], known: Set[str]
) -> tuple[tuple[str, ...], ...]:
    cells: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        x, y = word.middle
        row = min(max(bisect(downs, y) - 1, 0), len(downs) - 2)
        column = min(max(bisect(across, x) - 1, 0), len(across) - 2)
        cells.setdefault((row, column), []).append(word)
    rows = [
        tuple(cell_text(cells.get((row, column), ()), known) for column in range(len(across) - 1))
        for row in range(len(downs) - 1)
    ]
    return tuple(row for row in rows if any(row))
