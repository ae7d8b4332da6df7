"""Finds the columns of a page and so the order in which its lines are read."""

from __future__ import annotations

from collections.abc import Sequence

from aftercare.manuals.pdf.lines import Line, Span, lines_of

#: Points: the least width of the white between two columns.
_LEAST_GUTTER = 7.0
_FEWEST_LINES = 4
#: Share of a column that its lines fill in the middle; cells of a table fill less.
_FILLED = 0.55
#: Shares of the page's width: narrower things are labels, not columns.
_NARROWEST = 0.18


def read_in_order(spans: Sequence[Span], page: int) -> list[Line]:
    """The lines of a page: column by column between whatever runs over all columns."""
    if not spans:
        return []
    right = max(span.box.x1 for span in spans)
    return _Order(page).read(list(spans), right)


class _Order:
    def __init__(self, page: int) -> None:
        self._page = page
        self._column = 0

    def read(self, spans: list[Span], right: float, depth: int = 0) -> list[Line]:
        gutter = _gutter(spans, right) if depth < 3 else None
        if gutter is None:
            lines = lines_of(spans, self._page, self._column)
            return lines
        lines = []
        for band in _bands(spans, gutter):
            if _are_columns(band, gutter, right):
                left = [span for span in band if span.box.x0 < gutter]
                lines += self.read(left, gutter, depth + 1)
                self._column += 1
                lines += self.read([s for s in band if s.box.x0 >= gutter], right, depth + 1)
            else:
                lines += lines_of(band, self._page, self._column)
            self._column += 1
        return lines


def _gutter(spans: list[Span], right: float) -> float | None:
    """Where the right column begins; None where the spans are one column."""
    starts: list[list[float]] = []
    for x in sorted(span.box.x0 for span in spans if not span.is_block):
        if starts and x - starts[-1][-1] <= 3:
            starts[-1].append(x)
        else:
            starts.append([x])
    for group in starts[1:]:
        edge = group[0] - 0.5
        if len(group) >= _FEWEST_LINES and any(
            _are_columns(band, edge, right) for band in _bands(spans, edge)
        ):
            return edge
    return None


def _bands(spans: list[Span], gutter: float) -> list[list[Span]]:
    """Parts of the page from the top down: with and without something over the gutter."""
    bands: list[tuple[bool, list[Span]]] = []
    for span in sorted(spans, key=lambda span: (span.base, span.box.x0)):
        over = span.box.x0 < gutter - 1 and span.box.x1 > gutter + 1
        if bands and bands[-1][0] == over:
            bands[-1][1].append(span)
        else:
            bands.append((over, [span]))
    return [band for _, band in bands]


def _are_columns(band: list[Span], gutter: float, right: float) -> bool:
    left = [span for span in band if span.box.x0 < gutter and not span.is_block]
    beside = [span for span in band if span.box.x0 >= gutter and not span.is_block]
    if min(len(left), len(beside)) < _FEWEST_LINES:
        return False
    if any(span.box.x1 > gutter for span in left):
        return False
    start, end = min(span.box.x0 for span in left), max(span.box.x1 for span in left)
    if gutter - end < _LEAST_GUTTER - 1:
        return False
    whole = right - start
    # The white between cells of a table is part of a cell's width; columns fill theirs.
    width_left, width_right = gutter - start, right - gutter
    if min(width_left, width_right) < _NARROWEST * whole:
        return False
    return (
        _usual_width(left) >= _FILLED * width_left and _usual_width(beside) >= _FILLED * width_right
    )


def _usual_width(spans: list[Span]) -> float:
    """Half of what is written stands in spans at least so wide: cells of a table count little."""
    widths = sorted((span.box.width for span in spans), reverse=True)
    written = 0.0
    for width in widths:
        written += width
        if 2 * written >= sum(widths):
            return width
    return 0.0
