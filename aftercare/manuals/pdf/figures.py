"""Cuts figures out of the drawn page, with the words under them as their caption."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pypdfium2 as pdfium

from aftercare.manuals.document import Figure
from aftercare.manuals.pdf.lines import Span
from aftercare.manuals.pdf.marks import Box, PageMarks
from aftercare.manuals.pictures import encode

CAPTION = re.compile(r"^(?:fig\.?|figure|figura|illustration|ilustração|imagem|foto)\b", re.I)
#: Share of the page from which on a picture is more than an ornament.
_LEAST_AREA = 0.015
_LEAST_EDGE = 36.0
#: Points between a figure and its caption.
_NEAR = 40.0
_DOTS_PER_POINT = 150 / 72
_MOST_DOTS = 1600
_MARGIN = 2.0


def figure_boxes(marks: PageMarks, spans: Sequence[Span], page: Box) -> list[tuple[Box, Span | None]]:  # fmt: skip  # noqa: E501
    """Where a page's figures are, each with the span of its caption where it has one.

    Pictures count by themselves, drawings only over a caption: frames are drawn as well.
    """
    pictures = _clusters([box for box in marks.pictures if min(box.width, box.height) > 4], 6)
    found = [
        box
        for box in pictures
        if box.area >= _LEAST_AREA * page.area and min(box.width, box.height) >= _LEAST_EDGE
    ]
    captions = [span for span in spans if CAPTION.match(span.text)]
    pairs: list[tuple[Box, Span | None]] = [(box, _caption_of(box, captions)) for box in found]
    taken = {id(caption) for _, caption in pairs if caption}
    drawings = _clusters([*marks.drawings, *marks.boxes, *marks.level, *marks.upright], 15)
    for caption in captions:
        if id(caption) in taken:
            continue
        over = [
            box
            for box in drawings
            if box.area >= _LEAST_AREA * page.area
            and -5 <= caption.box.top - box.bottom <= _NEAR
            and box.x0 < caption.box.x1
            and caption.box.x0 < box.x1
        ]
        if over:
            pairs.append((max(over, key=lambda box: box.area), caption))
    return pairs


def _caption_of(box: Box, captions: Iterable[Span]) -> Span | None:
    near = [
        caption
        for caption in captions
        if caption.box.x0 < box.x1
        and box.x0 < caption.box.x1
        and (
            -3 <= caption.box.top - box.bottom <= _NEAR
            or -3 <= box.top - caption.box.bottom <= _NEAR / 2
        )
    ]
    return min(near, key=lambda caption: abs(caption.box.top - box.bottom), default=None)


def _clusters(boxes: Sequence[Box], slack: float) -> list[Box]:
    """Boxes that touch, as one."""
    clusters: list[Box] = []
    for box in boxes[:2000]:
        touching = [other for other in clusters if other.touches(box, slack)]
        clusters = [other for other in clusters if not other.touches(box, slack)]
        for other in touching:
            box = box.joined(other)
        clusters.append(box)
    return clusters


def cut_out(page: pdfium.PdfPage, box: Box, caption: str, number: int) -> Figure:
    """The part of the page as a picture."""
    width, height = page.get_size()
    crop = (
        max(box.x0 - _MARGIN, 0),
        max(height - box.bottom - _MARGIN, 0),
        max(width - box.x1 - _MARGIN, 0),
        max(box.top - _MARGIN, 0),
    )
    longest = max(box.width, box.height, 1.0)
    bitmap = page.render(scale=min(_DOTS_PER_POINT, _MOST_DOTS / longest), crop=crop)
    try:
        image, media_type = encode(bitmap.to_pil().convert("RGB"))
    finally:
        bitmap.close()
    return Figure(image, media_type, caption, number)
