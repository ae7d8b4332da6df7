"""Makes a manual's sections of a document: heading path, page, anchor, blocks, findings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aftercare.accents import without_accents
from aftercare.manuals.document import (
    Document,
    Figure,
    Finding,
    FindingKind,
    Grid,
    Hazard,
    Heading,
    Item,
    Passage,
    Piece,
)
from aftercare.manuals.markdown_text import write_blocks
from aftercare.small_words import SMALL_WORDS

_LONGEST_HEADING = 200
_LONGEST_ANCHOR = 60
#: Characters: what stands on a cover is no section.
_COVER = 400
_LONG_SECTION = 12_000
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL_WORDS = {code: frozenset(listed) for code, listed in SMALL_WORDS.items()}
_FIRST_SECTION = {"en": "Before you begin", "pt": "Antes de começar"}


@dataclass(frozen=True)
class Section:
    """`path` holds the headings above this one, the highest first."""

    anchor: str
    heading: str
    markdown: str
    path: tuple[str, ...] = ()
    number: str = ""
    page: int | None = None


@dataclass(frozen=True)
class Counts:
    pages: int
    sections: int
    steps: int
    warnings: dict[str, int]
    tables: int
    figures: int


@dataclass(frozen=True)
class Structured:
    """What was made of a document; figures are numbered from 1 in this order."""

    title: str
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    counts: Counts
    findings: tuple[Finding, ...]


@dataclass
class _Part:
    heading: Heading
    path: tuple[str, ...] = ()
    pieces: list[Piece] = field(default_factory=list)


def structured(document: Document, language: str) -> Structured:
    """The document as sections; whatever looks odd is among the findings."""
    findings = list(document.findings)
    parts = _parts(document, language, findings)
    figures: list[Figure] = []
    sections: list[Section] = []
    taken: set[str] = set()
    for part in parts:
        _look_at(part, language, findings)
        heading = part.heading.text[:_LONGEST_HEADING].strip()
        anchor = _anchor(heading, part.path, taken)
        taken.add(anchor)
        markdown = write_blocks(part.pieces, figures)
        sections.append(
            Section(anchor, heading, markdown, part.path, part.heading.number, part.heading.page)
        )
    return Structured(
        document.title.strip()[:_LONGEST_HEADING],
        tuple(sections),
        tuple(figures),
        _counted(document, parts),
        tuple(sorted(findings, key=lambda one: (one.page or 0, one.kind))),
    )


def _parts(document: Document, language: str, findings: list[Finding]) -> list[_Part]:
    """Pieces under their headings; headings with nothing under them are only part of a path."""
    first = Heading(1, _FIRST_SECTION[language])
    parts = [_Part(first)]
    above: list[Heading] = []
    for piece in document.pieces:
        if isinstance(piece, Heading):
            while above and above[-1].level >= piece.level:
                above.pop()
            parts.append(_Part(piece, tuple(heading.text for heading in above)))
            above.append(piece)
        else:
            parts[-1].pieces.append(piece)
    before = parts[0]
    text = " ".join(piece.text for piece in before.pieces if isinstance(piece, Passage | Item))
    cover = len(parts) > 1 and len(text) < _COVER and not _has_hazard(before)
    if cover and text:
        findings.append(Finding(FindingKind.TEXT_BEFORE_HEADING, 1, text[:120]))
    if len(parts) == 1:
        findings.append(Finding(FindingKind.NO_HEADINGS))
    # Shown pages without words (scanned ones) stay, wherever they are.
    if cover:
        before.pieces = [piece for piece in before.pieces if isinstance(piece, Figure)]
    kept = [part for part in parts if part.pieces]
    for at, part in enumerate(parts[1:], start=1):
        last = at + 1 == len(parts) or parts[at + 1].heading.level <= part.heading.level
        if not part.pieces and last:
            findings.append(
                Finding(FindingKind.EMPTY_SECTION, part.heading.page, part.heading.text)
            )
    return kept


def _has_hazard(part: _Part) -> bool:
    return any(isinstance(piece, Hazard) for piece in part.pieces)


def _look_at(part: _Part, language: str, findings: list[Finding]) -> None:
    length = 0
    for piece in part.pieces:
        if isinstance(piece, Grid):
            cells = [cell for row in piece.rows for cell in row]
            if sum(not cell for cell in cells) > 0.5 * len(cells):
                findings.append(Finding(FindingKind.EMPTY_CELLS, piece.page, part.heading.text))
        elif isinstance(piece, Passage | Item | Hazard):
            length += len(piece.text)
    if length > _LONG_SECTION:
        findings.append(Finding(FindingKind.LONG_SECTION, part.heading.page, part.heading.text))
    if _is_other_language(part, language):
        findings.append(Finding(FindingKind.OTHER_LANGUAGE, part.heading.page, part.heading.text))


def _is_other_language(part: _Part, language: str) -> bool:
    """Whether the small words of a section are another language's."""
    words = [
        word
        for piece in part.pieces
        if isinstance(piece, Passage | Item | Hazard)
        for word in _WORD.findall(piece.text.lower())
    ]
    counts = {code: sum(word in small for word in words) for code, small in _SMALL_WORDS.items()}
    own = counts.pop(language)
    return len(words) >= 30 and max(counts.values()) > 2 * own + 3


def _anchor(heading: str, path: tuple[str, ...], taken: set[str]) -> str:
    """A short name for addresses, told from others of the same heading by the one above it."""
    own = slug(heading)
    above = f"{slug(path[-1])[:28]}-{own}"[:_LONGEST_ANCHOR].strip("-") if path else own
    for anchor in (own, above):
        if anchor not in taken:
            return anchor
    number = 2
    while f"{above[:50]}-{number}" in taken:
        number += 1
    return f"{above[:50]}-{number}"


def slug(text: str) -> str:
    """A heading as lower-case letters, digits and hyphens."""
    bare = _NOT_SLUG.sub("-", without_accents(text.lower())).strip("-")
    return bare[:_LONGEST_ANCHOR].strip("-") or "section"


def _counted(document: Document, parts: list[_Part]) -> Counts:
    pieces = [piece for part in parts for piece in part.pieces]
    warnings: dict[str, int] = {}
    for piece in pieces:
        if isinstance(piece, Hazard):
            warnings[piece.level.value] = warnings.get(piece.level.value, 0) + 1
    return Counts(
        pages=document.pages,
        sections=len(parts),
        steps=sum(isinstance(piece, Item) and piece.number is not None for piece in pieces),
        warnings=warnings,
        tables=sum(isinstance(piece, Grid) for piece in pieces),
        figures=sum(isinstance(piece, Figure) for piece in pieces),
    )
