"""Bullets that are drawn as little shapes instead of written."""

from __future__ import annotations

from collections.abc import Sequence

from aftercare.manuals.pdf.marks import Box, PageMarks
from aftercare.manuals.pdf.words import Word

#: Points: the size of a drawn bullet, and its distance from the words.
_SMALLEST = 1.2
_LARGEST = 8.0
_FARTHEST = 30.0


def with_drawn_bullets(words: list[Word], marks: PageMarks) -> list[Word]:
    """The words, and a written bullet for each drawn one before the first word of a line."""
    bullets = []
    for shape in [*marks.drawings, *marks.boxes]:
        if not (_is_small(shape.width) and _is_small(shape.height)):
            continue
        word = _first_behind(shape, words)
        if word is not None:
            bullets.append(
                Word("•", shape.x0, shape.x1, word.top, word.bottom, word.base, word.size, False)
            )
    return [*words, *bullets]


def _is_small(length: float) -> bool:
    return _SMALLEST <= length <= _LARGEST


def _first_behind(shape: Box, words: Sequence[Word]) -> Word | None:
    """The word behind a shape, where nothing stands before it on its line nearby."""
    middle = (shape.top + shape.bottom) / 2
    row = [word for word in words if word.top <= middle <= word.bottom]
    behind = [word for word in row if 0 <= word.x0 - shape.x1 <= _FARTHEST]
    before = [word for word in row if -_FARTHEST / 2 <= word.x1 - shape.x0 <= 1]
    if not behind or before:
        return None
    return min(behind, key=lambda word: word.x0)
