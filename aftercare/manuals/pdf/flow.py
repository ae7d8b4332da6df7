"""Makes pieces of lines: paragraphs, steps, bullets, warnings, over columns and pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from aftercare.guidance.sections import WarningLevel
from aftercare.manuals.document import (
    Finding,
    FindingKind,
    Grid,
    Hazard,
    Heading,
    Item,
    Passage,
    Piece,
)
from aftercare.manuals.hyphens import join_lines, without_soft_hyphens
from aftercare.manuals.pdf.headings import Mark, Norm
from aftercare.manuals.pdf.lines import Line
from aftercare.manuals.pdf.tables import joined_over_pages
from aftercare.manuals.signal_words import signal

_STEP = re.compile(r"^(?:(?:step|passo|etapa)\s+(\d{1,2})\s*[:.)–—-]?|\(?(\d{1,2})[.)])\s+(?=\S)", re.I)  # fmt: skip  # noqa: E501
_BARE_NUMBER = re.compile(r"^(\d{1,2})\s+(?=\S)")
_CIRCLED = re.compile(r"^([①-⑳])\s*(?=\S)")
_BULLET = re.compile(r"^(?:[•●▪◦‣■□○–—*·➢►▶-])\s+(?=\S)")
_LETTER = re.compile(r"^[a-z][.)]\s+(?=\S)")
_ENDS = (".", "!", "?", ":", ";", "”", '"')
#: In leadings: lines farther apart than this are two paragraphs.
_CLOSE = 1.3
#: Points that an indent must differ by to mean something.
_INDENT = 5.0


@dataclass
class _Open:
    """The paragraph, step or bullet that is being read."""

    text: str
    last: Line
    indent: float
    #: Indent of the second and further lines, once there is one.
    hang: float | None = None
    #: Indent of the words behind a step's number or a bullet.
    edge: float | None = None
    number: int | None = None
    depth: int = 0
    listed: bool = False
    inside: bool = False
    page: int = 0


@dataclass
class _List:
    indent: float
    number: int


class Flow:
    """Takes the lines of a document in order and gives its pieces."""

    def __init__(self, norm: Norm, known: Set[str], findings: list[Finding]) -> None:
        self._norm = norm
        self._known = known
        self._findings = findings
        self._pieces: list[Piece] = []
        self._open: _Open | None = None
        self._lists: list[_List] = []
        self._signal: tuple[WarningLevel, int] | None = None
        #: The last piece is a warning that a list of bullets may belong to.
        self._listing_hazard = False
        self._grid_ends_on = 0
        self._lefts: dict[tuple[int, int], float] = {}

    def read(self, lines: Sequence[Line | Grid], marks: Mapping[int, Mark]) -> list[Piece]:
        self._lefts = _left_edges(lines)
        skip = 0
        for at, line in enumerate(lines):
            if skip:
                skip -= 1
            elif at in marks:
                skip = marks[at].lines - 1
                self._heading(marks[at], line.page)
            elif isinstance(line, Grid):
                self._grid(line)
            elif isinstance(line.block, Grid):
                self._grid(line.block)
            elif line.block is not None and not isinstance(line.block, list):
                self._close()
                self._pieces.append(line.block)
            else:
                self._line(line)
        self._close()
        self._miss_signal()
        return self._pieces

    def _heading(self, mark: Mark, page: int | None) -> None:
        self._close()
        self._miss_signal()
        self._lists = []
        if mark.level:
            text = without_soft_hyphens(mark.text)
            self._pieces.append(Heading(mark.level, text, page, mark.number))

    def _grid(self, grid: Grid) -> None:
        self._close()
        last = self._pieces[-1] if self._pieces else None
        page = grid.page or 0
        if isinstance(last, Grid):
            # In the next column only a repeated head tells that it is the same table.
            next_page = page - self._grid_ends_on == 1
            if next_page or grid.rows[0] == last.rows[0]:
                whole = joined_over_pages(last, grid)
                if whole:
                    self._pieces[-1] = whole
                    self._grid_ends_on = page
                    return
        self._pieces.append(grid)
        self._grid_ends_on = page

    def _line(self, line: Line) -> None:
        text = line.text.strip()
        indent = line.x0 - self._lefts[line.page, line.column]
        started = self._list_item(text, line, indent)
        if started is not None:
            self._close()
            self._open = started
            return
        open_ = self._open
        if open_ is not None and self._goes_on(open_, line, indent):
            open_.text = join_lines(open_.text, text, self._known)
            open_.hang = indent if open_.hang is None else open_.hang
            open_.last = line
            return
        belongs = open_ is not None and self._is_inside(open_, line, indent)
        self._close()
        self._open = _Open(text, line, indent, inside=belongs, page=line.page)
        if belongs and open_ is not None:
            self._open.edge = indent
            self._open.depth = open_.depth

    def _list_item(self, text: str, line: Line, indent: float) -> _Open | None:
        """The step or bullet that a line begins."""
        found = _STEP.match(text) or _CIRCLED.match(text) or self._bare_number(text, line)
        if found:
            sign = next(group for group in found.groups() if group)
            number = int(sign) if sign.isdecimal() else ord(sign) - ord("①") + 1
            depth = self._depth(number, indent, line)
            if depth is None:
                return None
            rest = text[found.end() :]
            return self._item(rest, line, indent, number, depth)
        found = _BULLET.match(text)
        if found or _LETTER.match(text):
            rest = text[found.end() :] if found else text
            inner = bool(self._lists) and indent > self._lists[-1].indent + _INDENT - 1
            if not inner:
                self._lists = []
            return self._item(rest, line, indent, None, int(inner))
        return None

    def _item(self, text: str, line: Line, indent: float, number: int | None, depth: int) -> _Open:
        words = line.spans[0].words
        edge = indent + words[1].x0 - words[0].x0 if len(words) > 1 else None
        return _Open(text, line, indent, None, edge, number, depth, True, page=line.page)

    def _bare_number(self, text: str, line: Line) -> re.Match[str] | None:
        """ "1  Open the door": a number alone counts only with a gap and in its turn."""
        found = _BARE_NUMBER.match(text)
        words = line.spans[0].words
        if not found or len(words) < 2 or words[1].x0 - words[0].x1 < 0.55 * words[0].size:
            return None
        number = int(found[1])
        in_turn = number == 1 or any(one.number == number - 1 for one in self._lists)
        return found if in_turn else None

    def _depth(self, number: int, indent: float, line: Line) -> int | None:
        """How deep in lists a numbered line stands; None where it is no step."""
        elsewhere = self._open is not None and not _same_column(self._open.last, line)
        for depth in range(len(self._lists) - 1, -1, -1):
            at = self._lists[depth]
            near = abs(at.indent - indent) <= _INDENT
            if (number == at.number + 1 and (near or elsewhere)) or (near and number == 1):
                pass
            elif near and number > at.number:
                self._findings.append(
                    Finding(FindingKind.STEP_MISSING, line.page, f"{at.number} → {number}")
                )
            else:
                continue
            self._lists = [*self._lists[:depth], _List(indent, number)]
            return depth
        if number != 1:
            return None
        deeper = bool(self._lists) and indent > self._lists[-1].indent + _INDENT
        self._lists = [*(self._lists if deeper else []), _List(indent, number)]
        return len(self._lists) - 1

    def _goes_on(self, open_: _Open, line: Line, indent: float) -> bool:
        last = open_.last
        if abs(line.size - last.size) > 0.15 * last.size:
            return False
        if not _same_column(last, line):
            begins_small = line.text[:1].islower()
            return open_.text.endswith("-") or (not open_.text.endswith(_ENDS) and begins_small)
        way = self._norm.leading * max(line.size / self._norm.size, 0.8)
        if line.base - last.base > _CLOSE * way:
            return False
        if signal(line.text) and line.bold:
            return False
        if signal(open_.text) and last.bold and not line.bold and open_.text.isupper():
            return True
        if open_.listed:
            if open_.edge is not None and indent >= open_.edge - _INDENT / 2:
                return True
            return not open_.text.endswith(_ENDS) or line.text[:1].islower()
        first = open_.hang is None
        return (
            first
            or abs(indent - (open_.hang or 0.0)) <= _INDENT
            or not (indent > (open_.hang or 0.0) + _INDENT and open_.text.endswith(_ENDS))
        )

    def _is_inside(self, open_: _Open, line: Line, indent: float) -> bool:
        """Whether a new paragraph still belongs to the step or bullet that is open."""
        if not (open_.listed or open_.inside):
            return False
        edge = open_.hang if open_.edge is None else open_.edge
        if edge is None or (not open_.inside and edge < open_.indent + _INDENT):
            return False
        return _same_column(open_.last, line) and indent >= edge - _INDENT / 2

    def _close(self) -> None:
        open_, self._open = self._open, None
        if open_ is None:
            return
        text = without_soft_hyphens(open_.text).strip()
        if open_.listed:
            self._close_item(open_, text)
            return
        found = signal(text)
        self._listing_hazard = False
        if found and not found[1]:
            self._miss_signal()
            self._signal = (found[0], open_.page)
        elif found:
            self._hazard(found[0], found[1], open_.page, open_.inside)
        elif self._signal:
            level, page = self._signal
            self._signal = None
            self._hazard(level, text, page, open_.inside)
        elif text and not self._ends_hazard(text, open_.page):
            self._pieces.append(Passage(text, open_.page, open_.inside))

    def _ends_hazard(self, text: str, page: int) -> bool:
        """Give a warning the end of its text, where its frame was parted by the page's end."""
        last = self._pieces[-1] if self._pieces else None
        if not isinstance(last, Hazard) or last.text.endswith(_ENDS) or not text[:1].islower():
            return False
        if last.page is None or page - last.page != 1:
            return False
        whole = join_lines(last.text, text, self._known)
        self._pieces[-1] = Hazard(last.level, whole, last.page, last.inside)
        return True

    def _close_item(self, open_: _Open, text: str) -> None:
        last = self._pieces[-1] if self._pieces else None
        if open_.number is None and self._signal:
            level, page = self._signal
            self._signal = None
            self._hazard(level, text, page, bool(open_.depth))
            self._listing_hazard = True
        elif open_.number is None and self._listing_hazard and isinstance(last, Hazard):
            self._pieces[-1] = Hazard(last.level, f"{last.text}\n{text}", last.page, last.inside)
        else:
            self._listing_hazard = False
            self._miss_signal()
            found = signal(text) if open_.number is None else None
            if found and found[1]:
                self._hazard(found[0], found[1], open_.page, bool(open_.depth))
            else:
                self._pieces.append(Item(text, open_.number, open_.depth, open_.page))

    def _hazard(self, level: WarningLevel, text: str, page: int, inside: bool) -> None:
        self._pieces.append(Hazard(level, text, page, inside))
        self._listing_hazard = text.endswith(":")

    def _miss_signal(self) -> None:
        if self._signal:
            level, page = self._signal
            self._signal = None
            self._findings.append(Finding(FindingKind.WARNING_WITHOUT_TEXT, page, level.value))


def _left_edges(lines: Sequence[Line | Grid]) -> dict[tuple[int, int], float]:
    edges: dict[tuple[int, int], float] = {}
    for line in lines:
        if isinstance(line, Line) and line.block is None:
            key = (line.page, line.column)
            edges[key] = min(edges.get(key, line.x0), line.x0)
    return edges


def _same_column(last: Line, line: Line) -> bool:
    return last.page == line.page and last.column == line.column and line.base > last.base
