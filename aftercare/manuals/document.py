"""What every reader makes of a file: its pieces in the order of reading, and what was odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from aftercare.guidance.sections import WarningLevel


@dataclass(frozen=True)
class Heading:
    """`level` 1 is the highest; `number` is the author's own, such as 3.2."""

    level: int
    text: str
    page: int | None = None
    number: str = ""


@dataclass(frozen=True)
class Passage:
    """A paragraph; `inside` tells that it belongs to the step or bullet before it."""

    text: str
    page: int | None = None
    inside: bool = False


@dataclass(frozen=True)
class Item:
    """A numbered step, or a bullet where `number` is None. `depth` 0 is the outermost list."""

    text: str
    number: int | None = None
    depth: int = 0
    page: int | None = None


@dataclass(frozen=True)
class Hazard:
    """A warning or a note; `inside` tells that it stands within the step before it."""

    level: WarningLevel
    text: str
    page: int | None = None
    inside: bool = False


@dataclass(frozen=True)
class Grid:
    """A table's cells row by row; the first row is the head."""

    rows: tuple[tuple[str, ...], ...]
    page: int | None = None


@dataclass(frozen=True)
class Figure:
    """A picture with the words under it; on a PDF page it is cut out of the drawn page."""

    image: bytes
    media_type: str
    caption: str = ""
    page: int | None = None
    inside: bool = False


Piece = Heading | Passage | Item | Hazard | Grid | Figure


class FindingKind(StrEnum):
    """What a person should look at; the words for it stand in report.py."""

    SCANNED_PAGE = "scanned_page"
    BLANK_PAGE = "blank_page"
    UNREADABLE_TEXT = "unreadable_text"
    TURNED_TEXT = "turned_text"
    NO_HEADINGS = "no_headings"
    TEXT_BEFORE_HEADING = "text_before_heading"
    STEP_MISSING = "step_missing"
    WARNING_WITHOUT_TEXT = "warning_without_text"
    EMPTY_CELLS = "empty_cells"
    LONG_SECTION = "long_section"
    EMPTY_SECTION = "empty_section"
    OTHER_LANGUAGE = "other_language"
    FIGURE_LEFT_OUT = "figure_left_out"


@dataclass(frozen=True)
class Finding:
    """Something that may have been read wrongly, with its page and the words it is about."""

    kind: FindingKind
    page: int | None = None
    detail: str = ""


@dataclass
class Document:
    """`pages` is 0 for files that have none, such as web pages."""

    title: str = ""
    pieces: list[Piece] = field(default_factory=list)
    pages: int = 0
    findings: list[Finding] = field(default_factory=list)
