"""Tells headings from text: by the file's outline, by size and weight, by numbering."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from aftercare.manuals.document import Grid
from aftercare.manuals.pdf.lines import LABEL, Line
from aftercare.manuals.signal_words import signal

NUMBERED = re.compile(r"^(?:(?:chapter|capítulo|section|seção)\s+)?(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\S)", re.I)  # fmt: skip  # noqa: E501
_ENDS_LIKE_TEXT = (".", ",", ";", ":")
_LONGEST = 120
_DEEPEST = 6
_BIGGER = 1.15
_CONTENTS_TITLE = re.compile(
    r"^(?:table of )?(?:contents|índice|sumário|conteúdo|index)$", re.IGNORECASE
)
_CONTENTS_LINE = re.compile(r"(?:\.\s?){4,}\s*\d{1,4}$|…+\s*\d{1,4}$")
_ENDS_WITH_PAGE = re.compile(r"\S\s+\d{1,4}$")
_NOT_WORD = re.compile(r"[\W_]+")

Style = tuple[int, bool]


@dataclass(frozen=True)
class OutlineEntry:
    level: int
    title: str
    #: Counted from 1.
    page: int


@dataclass(frozen=True)
class Mark:
    """A heading of one or more lines, or with level 0 the title of the whole manual."""

    level: int
    text: str
    number: str
    lines: int


@dataclass(frozen=True)
class Norm:
    """What is ordinary in a document: letters and the way from line to line, in points."""

    size: float
    leading: float


def norm_of(lines: Sequence[Line | Grid]) -> Norm:
    """The size of most letters, and the leading of their lines."""
    plain = [line for line in lines if isinstance(line, Line) and line.block is None]
    sizes: Counter[float] = Counter()
    for line in plain:
        sizes[round(line.size * 2) / 2] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    ways = [
        round(line.base - last.base, 1)
        for last, line in itertools.pairwise(plain)
        if _same_place(last, line)
        and abs(line.size - size) < 1
        and 0.9 * size < line.base - last.base < 2.2 * size
    ]
    # Steps of one line each stand farther apart than lines: the least way that is common counts.
    common = [way for way, times in Counter(ways).items() if times >= 0.1 * len(ways)]
    return Norm(size, min(common, default=1.2 * size))


def without_contents(lines: list[Line | Grid]) -> list[Line | Grid]:
    """The lines without printed tables of contents: their lines are no text of their own."""
    dotted = {
        id(line) for line in lines if isinstance(line, Line) and _CONTENTS_LINE.search(line.text)
    }
    kept: list[Line | Grid] = []
    listing, misses = False, 0
    for line in lines:
        text = line.text.strip() if isinstance(line, Line) else ""
        if _CONTENTS_TITLE.match(text):
            listing, misses = True, 0
            continue
        if id(line) in dotted and len(dotted) >= 3:
            listing, misses = True, 0
            continue
        if listing and isinstance(line, Grid) and _is_contents_table(line):
            continue
        if listing and _ENDS_WITH_PAGE.search(text):
            misses = 0
            continue
        misses += 1
        listing = listing and misses < 2
        kept.append(line)
    return kept


def _is_contents_table(grid: Grid) -> bool:
    return sum(row[-1].strip().isdigit() for row in grid.rows) >= 0.7 * len(grid.rows)


def find_headings(
    lines: Sequence[Line | Grid], outline: Sequence[OutlineEntry], norm: Norm
) -> dict[int, Mark]:
    """The headings by the place of their first line."""
    return _Headings(lines, outline, norm).find()


class _Headings:
    def __init__(
        self, lines: Sequence[Line | Grid], outline: Sequence[OutlineEntry], norm: Norm
    ) -> None:
        self._lines = lines
        self._outline = outline
        self._norm = norm

    def find(self) -> dict[int, Mark]:
        outlined = self._outlined()
        looks = self._by_looks(set(outlined))
        title = self._title(outlined, looks)
        levels = self._style_levels(outlined, looks)
        marks: dict[int, Mark] = {}
        for at, count in looks.items():
            if at == title:
                text = self._joined(at, count)
                marks[at] = Mark(0, text, "", count)
                continue
            marks[at] = self._mark(at, count, levels)
        for at, (level, count) in outlined.items():
            number, text = _numbered(self._joined(at, count))
            marks[at] = Mark(level, text, number, count)
        return marks

    def _line(self, at: int) -> Line | None:
        line = self._lines[at] if 0 <= at < len(self._lines) else None
        return line if isinstance(line, Line) and line.block is None else None

    def _joined(self, at: int, count: int) -> str:
        return " ".join(
            line.text.strip() for n in range(count) if (line := self._line(at + n)) is not None
        )

    def _outlined(self) -> dict[int, tuple[int, int]]:
        """Lines that the outline names: the level and the count of lines, by place."""
        pages: defaultdict[int, list[int]] = defaultdict(list)
        for at, line in enumerate(self._lines):
            pages[line.page or 0].append(at)
        found: dict[int, tuple[int, int]] = {}
        after = -1
        for entry in self._outline:
            places = [*pages[entry.page], *pages[entry.page + 1], *pages[entry.page - 1]]
            # In order of the outline, so that two headings of one name are both found.
            for at in sorted(places, key=lambda at: (at <= after, at)):
                count = self._matches(at, entry.title) if at not in found else 0
                if count:
                    found[at] = (min(entry.level, _DEEPEST), count)
                    after = at
                    break
        return found

    def _matches(self, at: int, title: str) -> int:
        """How many lines from a place on make up a title; 0 where they do not."""
        wanted = {_bare(title), _bare(NUMBERED.sub("", title))} - {""}
        have = ""
        for count in range(1, 4):
            line = self._line(at + count - 1)
            if line is None:
                return 0
            have += _bare(line.text)
            without = have.lstrip("0123456789") if NUMBERED.match(line.text) else have
            if have in wanted or without in wanted:
                return count
            if not any(title.startswith((have, without or " ")) for title in wanted):
                return 0
        return 0

    def _by_looks(self, known: set[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        at = 0
        while at < len(self._lines):
            if at in known or not self._looks_like_heading(at):
                at += 1
                continue
            count = 1
            while count < 3 and at + count not in known and self._goes_on(at, at + count):
                count += 1
            found[at] = count
            at += count
        return found

    def _goes_on(self, first: int, at: int) -> bool:
        line, last, head = self._line(at), self._line(at - 1), self._line(first)
        if line is None or last is None or head is None or not _same_place(last, line):
            return False
        return (
            _style(line) == _style(head)
            and line.base - last.base < 1.5 * line.size
            and not NUMBERED.match(line.text)
            and len(line.text) < _LONGEST
            and not line.text.rstrip().endswith(_ENDS_LIKE_TEXT)
        )

    def _looks_like_heading(self, at: int) -> bool:
        line = self._line(at)
        if line is None:
            return False
        text = line.text.strip()
        first = text.split(" ", 1)[0]
        if not 2 <= len(text) <= _LONGEST or not re.search(r"[^\W\d_]{2}", text) or signal(text):
            return False
        numbered = NUMBERED.match(text)
        if LABEL.match(first) and not numbered:
            return False
        bigger = line.size >= _BIGGER * self._norm.size
        if text.endswith((".", ",", ";")) or (text.endswith(":") and not bigger):
            return False
        if bigger:
            return True
        if line.size < 0.95 * self._norm.size or len(line.spans) > 1:
            return False
        deep = numbered is not None and "." in numbered[1]
        if line.bold and deep:
            return True
        if not self._stands_alone(at, line):
            return False
        if numbered and not deep:
            return line.bold and self._text_begins_under(at, line)
        return line.bold or (deep and len(text) < 80 and not self._next_goes_on(at))

    def _stands_alone(self, at: int, line: Line) -> bool:
        above, below = self._line(at - 1), self._line(at + 1)
        if above and _same_place(above, line):
            far = line.base - above.base > 1.25 * self._norm.leading
            if not far and not self._is_big(above):
                return False
        # Two or three bold lines may be a heading; more are a paragraph in bold.
        return not (
            below
            and below.bold
            and (after := self._line(at + 2))
            and after.bold
            and after.base - line.base < 2.6 * self._norm.leading
        )

    def _is_big(self, line: Line) -> bool:
        return line.size >= _BIGGER * self._norm.size

    def _text_begins_under(self, at: int, line: Line) -> bool:
        below = self._line(at + 1)
        return below is not None and not below.bold and abs(below.x0 - line.x0) < 3

    def _next_goes_on(self, at: int) -> bool:
        below = self._line(at + 1)
        return below is not None and below.text[:1].islower()

    def _title(self, outlined: dict[int, tuple[int, int]], looks: dict[int, int]) -> int | None:
        """The biggest words of the first page, where nothing else in the manual is as big."""
        others = [line.size for at in [*outlined, *looks] if (line := self._line(at))]
        on_first = [at for at in looks if (line := self._line(at)) and line.page == 1]
        if len(others) < 2 or not on_first:
            return None
        biggest = max(on_first, key=lambda at: (self._lines[at].size, -at))  # type: ignore[union-attr]
        line = self._line(biggest)
        if line is None or line.size < 1.3 * self._norm.size or NUMBERED.match(line.text):
            return None
        as_big = sum(size >= line.size - 0.5 for size in others)
        return biggest if as_big == 1 else None

    def _style_levels(
        self, outlined: dict[int, tuple[int, int]], looks: dict[int, int]
    ) -> dict[Style, int]:
        votes: defaultdict[Style, Counter[int]] = defaultdict(Counter)
        for at, (level, _) in outlined.items():
            if line := self._line(at):
                votes[_style(line)][level] += 1
        for at in looks:
            line = self._line(at)
            if line and (numbered := NUMBERED.match(line.text)):
                votes[_style(line)][numbered[1].count(".") + 1] += 1
        title = self._title(outlined, looks)
        styles = {_style(line) for at in looks if at != title and (line := self._line(at))} | set(
            votes
        )
        levels: dict[Style, int] = {}
        deepest = 0
        for style in sorted(styles, reverse=True):
            levels[style] = votes[style].most_common(1)[0][0] if votes[style] else deepest + 1
            deepest = max(deepest, levels[style])
        return levels

    def _mark(self, at: int, count: int, levels: dict[Style, int]) -> Mark:
        line = self._line(at)
        joined = self._joined(at, count)
        number, text = _numbered(joined)
        level = levels[_style(line)] if line else 1
        if number:
            level = number.count(".") + 1
        return Mark(min(level, _DEEPEST), text, number, count)


def _style(line: Line) -> Style:
    return round(line.size), line.bold


def _numbered(text: str) -> tuple[str, str]:
    found = NUMBERED.match(text)
    return (found[1], text[found.end() :].strip()) if found else ("", text.strip())


def _bare(text: str) -> str:
    return _NOT_WORD.sub("", text).casefold()


def _same_place(last: Line, line: Line) -> bool:
    return last.page == line.page and last.column == line.column and line.base > last.base
