"""Puts words together to lines: first pieces without wide gaps, then whole lines of a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from aftercare.manuals.document import Piece
from aftercare.manuals.pdf.marks import Box
from aftercare.manuals.pdf.words import Word

#: In sizes of the letters: a gap from here on parts columns and cells.
_WIDE_GAP = 1.3
#: A number or bullet belongs to the text behind it over a gap of up to so many sizes.
_LABEL_GAP = 6.0
LABEL = re.compile(
    r"^(?:\(?\d{1,2}[.)]|\d{1,2}|[a-z][.)]|[•●▪◦‣■□○–—*·➢►▶-]|[①-⑳]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)$"
)


@dataclass
class Span:
    """Words side by side without a wide gap, or something that stands in the flow as a block."""

    words: list[Word]
    box: Box
    #: A table, a figure or a framed box in place of words.
    block: Piece | list[Line] | None = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def base(self) -> float:
        return self.words[0].base if self.words else self.box.bottom

    @property
    def size(self) -> float:
        return median(word.size for word in self.words) if self.words else 0.0

    @property
    def is_block(self) -> bool:
        return self.block is not None


@dataclass
class Line:
    """One line of a column; cells of a table without ruled lines are its spans."""

    spans: list[Span]
    page: int
    #: Number of the column on its page, so that a jump to another column is known.
    column: int = 0

    def __post_init__(self) -> None:
        words = [word for span in self.spans for word in span.words]
        boxes = [span.box for span in self.spans]
        self.x0 = min(box.x0 for box in boxes)
        self.x1 = max(box.x1 for box in boxes)
        self.top = min(box.top for box in boxes)
        self.bottom = max(box.bottom for box in boxes)
        self.text = " ".join(span.text for span in self.spans)
        self.base = self.spans[0].base
        self.size = _common_size(words)
        letters = sum(len(word.text) for word in words)
        self.bold = letters > 0 and 2 * sum(len(w.text) for w in words if w.bold) > 1.8 * letters
        self.block = self.spans[0].block


def _common_size(words: Sequence[Word]) -> float:
    sizes: dict[float, int] = {}
    for word in words:
        sizes[word.size] = sizes.get(word.size, 0) + len(word.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 0.0


def spans_of(words: Iterable[Word]) -> list[Span]:
    """The pieces of lines on a page, from the top down and from left to right."""
    spans: list[Span] = []
    for row in _rows(words):
        part = [row[0]]
        for word in row[1:]:
            gap = word.x0 - part[-1].x1
            if gap > _WIDE_GAP * max(word.size, part[-1].size) and not _is_label_of(part, gap):
                spans.append(_span(part))
                part = []
            part.append(word)
        spans.append(_span(part))
    return spans


def _is_label_of(part: list[Word], gap: float) -> bool:
    return len(part) == 1 and bool(LABEL.match(part[0].text)) and gap < _LABEL_GAP * part[0].size


def _rows(words: Iterable[Word]) -> list[list[Word]]:
    """Words on one height, each row from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.base, word.x0)):
        slack = max(1.5, 0.2 * word.size)
        if rows and word.base - rows[-1][0].base <= slack:
            rows[-1].append(word)
        else:
            rows.append([word])
    for row in rows:
        row.sort(key=lambda word: word.x0)
    return rows


def _span(words: list[Word]) -> Span:
    return Span(
        words,
        Box(
            min(word.x0 for word in words),
            min(word.top for word in words),
            max(word.x1 for word in words),
            max(word.bottom for word in words),
        ),
    )


def lines_of(spans: Iterable[Span], page: int, column: int = 0) -> list[Line]:
    """Spans of one column as lines; spans on one height are one line."""
    rows: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: (span.base, span.box.x0)):
        if (
            rows
            and not span.is_block
            and not rows[-1][0].is_block
            and span.base - rows[-1][0].base <= max(1.5, 0.2 * span.size)
        ):
            rows[-1].append(span)
        else:
            rows.append([span])
    lines = [Line(sorted(row, key=lambda span: span.box.x0), page, column) for row in rows]
    return sorted(lines, key=lambda line: line.top if line.block else line.base - line.size)
