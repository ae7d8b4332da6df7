"""Takes a section's Markdown apart: paragraphs, numbered steps, warnings bound to their step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: What a picture is called in Markdown: figure:3 is the manual's third.
FIGURE_ADDRESS = "figure:"
#: Sections whose blocks are kept at hand; one takes some kilobytes.
_READY_SECTIONS = 512
_WARNING = re.compile(r"^\[!(DANGER|WARNING|CAUTION|NOTE)\]\s*", re.IGNORECASE)


class WarningLevel(StrEnum):
    DANGER = "danger"
    WARNING = "warning"
    CAUTION = "caution"
    NOTE = "note"


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Notice:
    level: WarningLevel
    text: str


@dataclass(frozen=True)
class Step:
    """One numbered instruction with the warnings that stand under it."""

    number: int
    text: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Bullet:
    text: str


@dataclass(frozen=True)
class Table:
    """Cells row by row; the first row is the head."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A picture of the manual, by its number."""

    number: int
    caption: str


Block = Paragraph | Notice | Step | Bullet | Table | Figure


def markdown_parser() -> MarkdownIt:
    """The one Markdown dialect of manuals: CommonMark with tables, without HTML."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # It puts its rules together at its first text, and a second thread must not find half of them.
    parser.parse("*ready*")
    return parser


def read_blocks(markdown: str) -> list[Block]:
    """The blocks of a section in order of reading."""
    return list(_blocks(markdown))


@cache
def _parser() -> MarkdownIt:
    """Nothing of one text stays in it for the next, so all threads have this one."""
    return markdown_parser()


@lru_cache(maxsize=_READY_SECTIONS)
def _blocks(markdown: str) -> tuple[Block, ...]:
    tokens = _parser().parse(markdown)
    blocks: list[Block] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _end_of(tokens, at)
        inside = tokens[at : end + 1]
        if token.type == "paragraph_open":
            blocks.extend(_figures(inside))
            if text := _text(inside):
                blocks.append(Paragraph(text))
        elif token.type == "blockquote_open":
            blocks.append(_notice(inside))
        elif token.type == "ordered_list_open":
            blocks.extend(_steps(inside, int(token.attrGet("start") or 1)))
        elif token.type == "bullet_list_open":
            blocks.extend(Bullet(_text(item)) for item in _items(inside))
        elif token.type == "table_open":
            blocks.append(_table(inside))
        at = end + 1
    return tuple(blocks)


def caption_of(image: Token) -> str:
    """The words of a picture, as they are read."""
    return "".join(child.content for child in image.children or ())


def notices_of(blocks: list[Block]) -> list[Notice]:
    """Every warning of a section, those under a step included."""
    found: list[Notice] = []
    for block in blocks:
        if isinstance(block, Notice):
            found.append(block)
        elif isinstance(block, Step):
            found.extend(block.notices)
    return found


def _end_of(tokens: list[Token], start: int) -> int:
    depth = 0
    for at in range(start, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at
    return len(tokens) - 1


def _text(tokens: list[Token]) -> str:
    parts = [
        "".join(
            child.content if child.type in ("text", "code_inline") else " "
            for child in token.children or []
            if child.type in ("text", "code_inline", "softbreak", "hardbreak")
        )
        for token in tokens
        if token.type == "inline"
    ]
    return " ".join(part.strip() for part in parts).strip()


def _figures(tokens: list[Token]) -> list[Figure]:
    found = []
    for token in tokens:
        for child in token.children or []:
            address = str(child.attrGet("src") or "") if child.type == "image" else ""
            number = address.removeprefix(FIGURE_ADDRESS)
            if address.startswith(FIGURE_ADDRESS) and number.isdecimal():
                found.append(Figure(int(number), caption_of(child)))
    return found


def _notice(tokens: list[Token]) -> Notice:
    text = _text(tokens)
    marked = _WARNING.match(text)
    level = WarningLevel(marked.group(1).lower()) if marked else WarningLevel.NOTE
    return Notice(level, text[marked.end() :] if marked else text)


def _items(tokens: list[Token]) -> list[list[Token]]:
    items = []
    at = 1
    while at < len(tokens) - 1:
        end = _end_of(tokens, at)
        items.append(tokens[at : end + 1])
        at = end + 1
    return items


def _steps(tokens: list[Token], first: int) -> list[Step]:
    steps = []
    for number, item in enumerate(_items(tokens), start=first):
        plain: list[Token] = []
        notices: list[Notice] = []
        at = 1
        while at < len(item) - 1:
            end = _end_of(item, at)
            if item[at].type == "blockquote_open":
                notices.append(_notice(item[at : end + 1]))
            else:
                plain.extend(item[at : end + 1])
            at = end + 1
        steps.append(Step(number, _text(plain), tuple(notices)))
    return steps


def _table(tokens: list[Token]) -> Table:
    rows: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_text(tokens[at : at + 1]))
    return Table(tuple(tuple(row) for row in rows))
