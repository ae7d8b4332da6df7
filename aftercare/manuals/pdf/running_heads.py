"""Tells running heads, running feet and page numbers from the text of the pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from aftercare.manuals.pdf.lines import Span

#: Share of the page's height at its top and bottom where they stand.
_MARGIN = 0.12
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:page|página|pág\.?|p\.)?\s*(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]-\d{1,3}|\d{1,2}-\d{1,3})"
    r"(?:\s*(?:of|de|/)\s*\d{1,4})?[\W_]*$",
    re.IGNORECASE,
)
_NUMBERS_AT_ENDS = re.compile(r"^\W*\d+\b|\b\d+\W*$")


def without_running_heads(
    pages: Sequence[list[Span]], heights: Sequence[float]
) -> list[list[Span]]:
    """The spans of each page without what is printed on page after page in its margins."""
    margins = [
        [span for span in spans if _in_margin(span, height)]
        for spans, height in zip(pages, heights, strict=True)
    ]
    texts: Counter[str] = Counter()
    heights_with_numbers: defaultdict[int, set[int]] = defaultdict(set)
    for number, spans in enumerate(margins):
        texts.update({_key(span) for span in spans})
        for span in spans:
            if _PAGE_NUMBER.match(span.text):
                heights_with_numbers[_height(span)].add(number)
    often = max(2, min(3, len(pages)))
    # A running head names its chapter: few pages share the text, many the height.
    shared: defaultdict[int, set[int]] = defaultdict(set)
    for number, spans in enumerate(margins):
        for span in spans:
            if texts[_key(span)] >= 2:
                shared[_height(span)].add(number)

    def runs(span: Span) -> bool:
        height = _height(span)
        if _PAGE_NUMBER.match(span.text):
            return len(heights_with_numbers[height]) >= min(often, len(pages))
        times = texts[_key(span)]
        return times >= often or (times >= 2 and len(shared[height]) >= max(often, len(pages) // 3))

    kept = []
    for spans, margin in zip(pages, margins, strict=True):
        gone = {id(span) for span in margin if runs(span)}
        kept.append([span for span in spans if id(span) not in gone])
    return kept


def _in_margin(span: Span, height: float) -> bool:
    return not span.is_block and (
        span.box.bottom < _MARGIN * height or span.box.top > (1 - _MARGIN) * height
    )


def _key(span: Span) -> str:
    """The text without a page number before or behind it, bound to its height."""
    return f"{_height(span)} {_NUMBERS_AT_ENDS.sub('#', span.text.lower())}"


def _height(span: Span) -> int:
    return round(span.base / 4)
