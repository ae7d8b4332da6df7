"""Reads manuals written as web pages, and through them those written in Markdown."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import lxml.etree
import lxml.html
from markdown_it import MarkdownIt

from aftercare.errors import UnusableFile
from aftercare.guidance.sections import WarningLevel
from aftercare.manuals.document import (
    Document,
    Finding,
    FindingKind,
    Grid,
    Hazard,
    Heading,
    Item,
    Passage,
    Piece,
)
from aftercare.manuals.pictures import read_picture
from aftercare.manuals.signal_words import signal

#: An element of lxml, which carries no type information.
_Element = Any

_PASSED_OVER = frozenset((
    "script", "style", "nav", "header", "footer", "form", "template", "noscript", "svg",
    "iframe", "object", "head", "button", "select", "input", "video", "audio", "canvas",
))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "details", "dd", "div", "dl", "dt",
    "fieldset", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p",
    "pre", "section", "summary", "table", "ul",
))  # fmt: skip
_HEADING = re.compile(r"^h([1-6])$")
_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\S)")
#: `## Care {#care}`, as the catalogue's own manuals have it.
_MARK = re.compile(r"\s*\{#[\w-]+\}\s*$")
_GIVEN_LEVEL = re.compile(r"^\s*\[!(DANGER|WARNING|CAUTION|NOTE|IMPORTANT|TIP)\]\s*", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_TITLE_LINE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_CLASS_LEVELS = {
    "danger": WarningLevel.DANGER,
    "warning": WarningLevel.WARNING,
    "caution": WarningLevel.CAUTION,
    "attention": WarningLevel.WARNING,
    "note": WarningLevel.NOTE,
    "important": WarningLevel.NOTE,
    "tip": WarningLevel.NOTE,
    "hint": WarningLevel.NOTE,
}


def read_html(path: Path) -> Document:
    """The manual in an HTML file; nothing is fetched. Raises UnusableFile."""
    return read_page(path.read_bytes())


def read_markdown(path: Path) -> Document:
    """The manual in a Markdown file, of the catalogue's form or any other. Raises UnusableFile."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableFile("The file is not UTF-8 text. Save it as UTF-8 and try again.") from error
    front = _FRONT_MATTER.match(text)
    title = _TITLE_LINE.search(front.group(1)) if front else None
    parser = MarkdownIt("commonmark").enable("table")
    page = parser.render(text[front.end() :] if front else text)
    return read_page(page.encode(), title.group(1) if title else "")


def read_page(content: bytes, title: str = "") -> Document:
    """The manual in a web page, with the title that is known otherwise.

    Raises UnusableFile where the page is empty.
    """
    try:
        text = content.decode("utf-8-sig")
        parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True)
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except UnicodeDecodeError:
        # The page itself may say which letters it is written in.
        root = lxml.html.document_fromstring(content, parser=lxml.html.HTMLParser(no_network=True))
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError) as error:
        raise UnusableFile("The file holds no text.") from error
    return _Page(root, title).read()


class _Page:
    def __init__(self, root: _Element, title: str) -> None:
        self._root = root
        self._document = Document(title)

    def read(self) -> Document:
        body = self._root.find("body")
        start = body if body is not None else self._root
        for name in ("main", "article"):
            found = start.findall(f".//{name}")
            if len(found) == 1:
                start = found[0]
                break
        self._walk(start, depth=0, inside=False)
        if not self._document.title:
            self._take_title()
        return self._document

    def _take_title(self) -> None:
        """The title is the one first heading of its level, else what the page's head says."""
        document = self._document
        headings = [piece for piece in document.pieces if isinstance(piece, Heading)]
        first = headings[0] if headings else None
        tops = [piece for piece in headings if first and piece.level <= first.level]
        if first and len(tops) == 1 and len(headings) > 1 and document.pieces[0] is first:
            document.title = first.text
            document.pieces = [
                Heading(max(piece.level - first.level, 1), piece.text, None, piece.number)
                if isinstance(piece, Heading)
                else piece
                for piece in document.pieces[1:]
            ]
            return
        document.title = _text(self._root.find(".//title"))

    def _walk(self, element: _Element, depth: int, inside: bool) -> None:
        """Read what is in an element: its blocks, and runs of text between them."""
        run = [element.text or ""]
        for child in element:
            name = _name(child)
            if name in _PASSED_OVER or _is_hidden(child):
                pass
            elif name in _BLOCKS or (name != "img" and _has_blocks(child)):
                self._passage("".join(run), inside)
                run = []
                self._block(child, name, depth, inside)
            elif name == "img":
                self._passage("".join(run), inside)
                run = []
                self._picture(child, _attribute(child, "alt"), inside)
            elif name == "br":
                run.append(" ")
            else:
                for picture in child.iter("img"):
                    self._picture(picture, _attribute(picture, "alt"), inside)
                run.append(_text(child, keep=True))
            run.append(child.tail or "")
        self._passage("".join(run), inside)

    def _block(self, element: _Element, name: str, depth: int, inside: bool) -> None:
        heading = _HEADING.match(name)
        if heading:
            self._heading(int(heading[1]), element)
        elif name in ("ol", "ul"):
            self._list(element, name, depth)
        elif name == "table":
            self._table(element, depth, inside)
        elif name == "figure":
            self._figure(element, inside)
        elif name == "dl":
            self._terms(element)
        elif (level := _given_level(element, name)) is not None:
            self._hazard(element, level, inside)
        else:
            self._walk(element, depth, inside)

    def _heading(self, level: int, element: _Element) -> None:
        text = _MARK.sub("", _text(element))
        number = _NUMBER.match(text)
        if text:
            rest = text[number.end() :] if number else text
            self._add(Heading(level, rest, None, number[1] if number else ""))

    def _list(self, element: _Element, name: str, depth: int) -> None:
        start = _attribute(element, "start")
        number = int(start) if start.isdecimal() and len(start) < 6 else 1
        for item in element:
            if _name(item) in ("ol", "ul"):
                self._list(item, _name(item), depth + 1)
            if _name(item) != "li":
                continue
            value = _attribute(item, "value")
            number = int(value) if value.isdecimal() and len(value) < 6 else number
            before = len(self._document.pieces)
            self._walk(item, depth + 1, inside=True)
            self._make_item(before, number if name == "ol" else None, depth)
            number += 1

    def _make_item(self, before: int, number: int | None, depth: int) -> None:
        """Turn the first text of what a list item gave into the item itself."""
        pieces = self._document.pieces
        first = pieces[before] if len(pieces) > before else None
        if isinstance(first, Passage):
            pieces[before] = Item(first.text, number, depth)
        elif isinstance(first, Hazard) and number is None and len(pieces) == before + 1:
            pieces[before] = Hazard(first.level, first.text, None, depth > 0)
        elif first is not None:
            pieces.insert(before, Item("", number, depth))

    def _table(self, element: _Element, depth: int, inside: bool) -> None:
        rows = [row for row in element.iter("tr") if _nearest_table(row) is element]
        cells = [[cell for cell in row if _name(cell) in ("td", "th")] for row in rows]
        widest = max((len(row) for row in cells), default=0)
        layout = _attribute(element, "role") in ("presentation", "none")
        if layout or widest < 2 or any(cell.find(".//table") is not None for r in cells for cell in r):  # fmt: skip  # noqa: E501
            found = signal(_text(element)) if widest <= 2 else None
            if found and found[1]:
                self._add(Hazard(found[0], found[1], None, inside))
                return
            for row in cells:
                for cell in row:
                    self._walk(cell, depth, inside)
            return
        caption = element.find("caption")
        if caption is not None:
            self._passage(_text(caption), inside)
        grid = tuple(row for row in (_spread(row) for row in cells) if any(row))
        texts = [text for row in grid for text in row if text]
        found = signal(" ".join(texts)) if len(texts) <= 2 and texts and signal(texts[0]) else None
        if found and found[1]:
            self._add(Hazard(found[0], found[1], None, inside))
        elif grid:
            self._add(Grid(grid))

    def _figure(self, element: _Element, inside: bool) -> None:
        caption = _text(element.find(".//figcaption"))
        pictures = list(element.iter("img"))
        for picture in pictures:
            self._picture(picture, caption or _attribute(picture, "alt"), inside)
        if not pictures:
            self._walk(element, 0, inside)

    def _picture(self, element: _Element, caption: str, inside: bool) -> None:
        """Only pictures within the file are taken: nothing is fetched from anywhere."""
        content = _data(_attribute(element, "src"))
        figure = read_picture(content, " ".join(caption.split()), None, inside) if content else None
        if figure:
            self._add(figure)
        elif content is None:
            self._document.findings.append(
                Finding(
                    FindingKind.FIGURE_LEFT_OUT, None, caption or _attribute(element, "src")[:80]
                )
            )

    def _terms(self, element: _Element) -> None:
        term = ""
        for child in element.iter("dt", "dd"):
            if child.tag == "dt":
                term = _text(child)
            elif text := _text(child):
                self._add(Item(f"{term}: {text}" if term else text))

    def _hazard(self, element: _Element, level: WarningLevel, inside: bool) -> None:
        lines = [_text(part) for part in _text_blocks(element)] or [_text(element)]
        text = "\n".join(line for line in lines if line)
        given = _GIVEN_LEVEL.match(text)
        if given:
            text = text[given.end() :]
            level = _CLASS_LEVELS[given[1].lower()]
        else:
            found = signal(text.split("\n")[0])
            if found:
                level = found[0]
                text = "\n".join([found[1], *text.split("\n")[1:]]).strip()
        if text:
            self._add(Hazard(level, text, None, inside))
        else:
            finding = Finding(FindingKind.WARNING_WITHOUT_TEXT, None, level.value)
            self._document.findings.append(finding)

    def _passage(self, run: str, inside: bool) -> None:
        text = " ".join(run.split())
        if not text:
            return
        found = signal(text)
        if found and found[1]:
            self._add(Hazard(found[0], found[1], None, inside))
        else:
            self._add(Passage(text, None, inside))

    def _add(self, piece: Piece) -> None:
        self._document.pieces.append(piece)


def _name(element: _Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _attribute(element: _Element, name: str) -> str:
    return str(element.get(name) or "").strip()


def _is_hidden(element: _Element) -> bool:
    return _name(element) == "" or "hidden" in element.attrib or _attribute(element, "aria-hidden") == "true"  # fmt: skip  # noqa: E501


def _has_blocks(element: _Element) -> bool:
    return any(_name(child) in _BLOCKS for child in element.iterdescendants())


def _text(element: _Element | None, keep: bool = False) -> str:
    """The words of an element; `keep` leaves the white space at its ends."""
    if element is None:
        return ""
    text = "".join(_pieces_of_text(element))
    if keep:
        return text
    return " ".join(text.split())


def _pieces_of_text(element: _Element) -> Iterator[str]:
    if _name(element) in _PASSED_OVER - {"header"} or _is_hidden(element):
        return
    yield element.text or ""
    for child in element:
        yield " " if _name(child) in _BLOCKS or _name(child) == "br" else ""
        yield from _pieces_of_text(child)
        yield (" " if _name(child) in _BLOCKS else "") + (child.tail or "")


def _text_blocks(element: _Element) -> list[_Element]:
    return [part for part in element.iter("p", "li", "h3", "h4", "h5", "h6") if part is not element]


def _given_level(element: _Element, name: str) -> WarningLevel | None:
    """The level of a block that is marked as a warning; None for every other block."""
    if name == "blockquote":
        return WarningLevel.NOTE
    if name not in ("div", "aside", "section", "p"):
        return None
    words = re.split(r"[\s_-]+", _attribute(element, "class").lower())
    named = next((_CLASS_LEVELS[word] for word in words if word in _CLASS_LEVELS), None)
    # A section about warnings is no warning.
    if named is not None and element.find(".//h1") is None and element.find(".//h2") is None:
        return named
    if _attribute(element, "role") in ("alert", "note") or name == "aside":
        return WarningLevel.NOTE
    return None


def _nearest_table(row: _Element) -> _Element | None:
    return next(row.iterancestors("table"), None)


def _spread(row: list[_Element]) -> tuple[str, ...]:
    """The texts of a row; cells behind one that runs over several columns are empty."""
    texts: list[str] = []
    for cell in row:
        span = _attribute(cell, "colspan")
        width = int(span) if span.isdecimal() and 0 < int(span[:3]) <= 50 else 1
        texts += [_text(cell), *[""] * (width - 1)]
    return tuple(texts)


def _data(address: str) -> bytes | None:
    """The content of a data: address; None for any other."""
    head, comma, body = address.partition(",")
    if not comma or not head.lower().startswith("data:image/"):
        return None
    try:
        if head.lower().endswith(";base64"):
            return base64.b64decode(body, validate=False)
        return unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return None
