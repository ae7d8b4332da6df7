"""Draws the figures of the search as SVG, with reportlab, which prints the manuals too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Circle, Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor

_OURS, _PLAIN, _INK, _GRID = map(HexColor, ("#1d4e89", "#c9ced6", "#222222", "#dddddd"))
_ROW, _NAME, _BAR, _MARGIN = 26, 130, 420, 30
_SIDE = 320


def draw_recall(path: Path, groups: Sequence[Sequence[tuple[str, int, float, float]]]) -> None:
    """Bars of recall at 3, ours over plain BM25's; rows are name, questions, ours, plain."""
    rows = sum(len(group) for group in groups)
    height = rows * _ROW + (len(groups) - 1) * _ROW + 3 * _MARGIN
    drawing = Drawing(_NAME + _BAR + 110, height)
    top = height - _MARGIN
    drawing.add(_text(10, top, "Recall at 3, questions held out:"))
    drawing.add(Rect(235, top - 1, 12, 9, fillColor=_OURS, strokeColor=None))
    drawing.add(_text(252, top, "this search"))
    drawing.add(Rect(335, top - 1, 12, 9, fillColor=_PLAIN, strokeColor=None))
    drawing.add(_text(352, top, "plain BM25"))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _NAME + share * _BAR
        drawing.add(Line(x, _MARGIN, x, top - 14, strokeColor=_GRID))
        drawing.add(_text(x - 10, _MARGIN - 14, f"{share:.0%}"))
    y = top - _ROW - 8
    for group in groups:
        for name, count, ours, plain in group:
            drawing.add(_text(10, y + 4, name))
            drawing.add(Rect(_NAME, y + 7, ours * _BAR, 9, fillColor=_OURS, strokeColor=None))
            drawing.add(Rect(_NAME, y - 3, plain * _BAR, 9, fillColor=_PLAIN, strokeColor=None))
            drawing.add(_text(_NAME + _BAR + 8, y + 4, f"{ours:.0%} / {plain:.0%}  of {count}"))
            y -= _ROW
        y -= _ROW
    renderSVG.drawToFile(drawing, str(path))


def draw_reliability(path: Path, bins: Sequence[tuple[float, float, int]]) -> None:
    """What the likelihood promises and what was found; on the line both are equal."""
    drawing = Drawing(_SIDE + 3 * _MARGIN, _SIDE + 3 * _MARGIN)
    left = bottom = 2 * _MARGIN
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = share * _SIDE
        drawing.add(Line(left + at, bottom, left + at, bottom + _SIDE, strokeColor=_GRID))
        drawing.add(Line(left, bottom + at, left + _SIDE, bottom + at, strokeColor=_GRID))
        drawing.add(_text(left + at - 10, bottom - 14, f"{share:.0%}"))
        drawing.add(_text(left - 32, bottom + at - 3, f"{share:.0%}"))
    drawing.add(
        Line(left, bottom, left + _SIDE, bottom + _SIDE, strokeColor=_INK, strokeDashArray=[4, 4])
    )
    for promised, found, count in bins:
        x, y = left + promised * _SIDE, bottom + found * _SIDE
        drawing.add(Circle(x, y, 5, fillColor=_OURS, strokeColor=None))
        drawing.add(_text(x + 8, y - 3, str(count)))
    drawing.add(_text(left, bottom - 32, "likelihood told that one of three answers"))
    drawing.add(_text(left, bottom + _SIDE + 12, "share of the questions where one did"))
    renderSVG.drawToFile(drawing, str(path))


def _text(x: float, y: float, text: str) -> String:
    return String(x, y, text, fontName="Helvetica", fontSize=11, fillColor=_INK)
