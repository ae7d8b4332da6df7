"""Writes pieces as Markdown in the one dialect of manuals, so that it says what they say."""

from __future__ import annotations

import re

from aftercare.guidance.sections import FIGURE_ADDRESS
from aftercare.manuals.document import Figure, Grid, Hazard, Item, Passage, Piece

#: Signs that Markdown would take for markup within a line, or at its beginning.
_WITHIN = re.compile(r"([\\`*_\[\]<>|~]|&(?=#?\w+;))")
_FIRST = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([#+>-])(?=\s|$)|^([-=])(?=\4*$)")
_LINES = re.compile(r"\s*\n\s*")


def plain(text: str) -> str:
    """The text, so that Markdown shows it as it is."""
    escaped = _WITHIN.sub(r"\\\1", " ".join(text.split()))
    return _FIRST.sub(_masked_first, escaped)


def _masked_first(found: re.Match[str]) -> str:
    number, dot, *_ = found.groups()
    return f"{number}\\{dot}" if number else f"\\{found.group()}"


def write_blocks(pieces: list[Piece], figures: list[Figure]) -> str:
    """Markdown of a section's pieces; each figure is put behind `figures` and named by its place.

    A warning that stands within a step is written under it.
    """
    parts: list[str] = []
    #: Indents of the list items around the present place, by depth.
    indents: list[int] = []
    for place, piece in enumerate(pieces):
        within = bool(indents) and _belongs_inside(piece, pieces[place + 1 :])
        indent = " " * sum(indents) if within else ""
        if isinstance(piece, Item):
            indents = indents[: piece.depth]
            indent = " " * sum(indents)
            label = f"{piece.number}." if piece.number is not None else "-"
            parts.append(f"{indent}{label} {plain(piece.text)}")
            indents.append(len(label) + 1)
            continue
        if not within:
            indents = []
        parts.append(_indented(_block(piece, figures), indent))
    return _spaced(parts)


def _belongs_inside(piece: Piece, following: list[Piece]) -> bool:
    """Whether a block is part of the step before it: it says so, or the next step comes after."""
    if isinstance(piece, Passage | Hazard | Figure) and piece.inside:
        return True
    if isinstance(piece, Hazard | Figure | Passage | Grid):
        for later in following:
            if isinstance(later, Item):
                return later.number is not None and later.number > 1
            if not isinstance(later, Hazard | Figure | Passage):
                return False
    return False


def _block(piece: Piece, figures: list[Figure]) -> str:
    match piece:
        case Hazard(level, text):
            lines = [line for line in _LINES.split(text) if line]
            return "\n>\n".join(
                [f"> [!{level.name}]\n> {plain(lines[0] if lines else '')}"]
                + [f"> {plain(line)}" for line in lines[1:]]
            )
        case Grid(rows):
            return _table(rows)
        case Figure(caption=caption):
            figures.append(piece)
            return f"![{plain(caption)}]({FIGURE_ADDRESS}{len(figures)})"
        case Passage(text):
            return plain(text)
        case _:
            raise TypeError(f"{type(piece).__name__} is no block of a section")


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    width = max(len(row) for row in rows)
    lines = [
        "| " + " | ".join([plain(cell) for cell in row] + [""] * (width - len(row))) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])


def _indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line else line for line in text.split("\n"))


def _spaced(parts: list[str]) -> str:
    """Blocks with an empty line between them; items of one list stand close together."""
    text = ""
    last_item = False
    for part in parts:
        item = bool(re.match(r"\s*(\d+\.|-) ", part))
        text += ("\n" if item and last_item else "\n\n") if text else ""
        text += part
        last_item = item
    return text
