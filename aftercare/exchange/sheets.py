"""Reads a CSV file as spreadsheets of either language write it: encoding, separator, heading."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aftercare.accents import without_accents
from aftercare.errors import UnusableFile
from aftercare.exchange.cells import plain_text

#: So many lines are written in a few seconds, for which others wait on SQLite.
MOST_ROWS = 50_000
_LONGEST_CELL = 4000
_SEPARATORS = ";,\t"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Column:
    """A column of a kind of file, under any of its names."""

    name: str
    meaning: str
    also: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Mistake:
    """Why a line cannot be taken."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    """The cells of a line by the names of their columns; every column has one."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    rows: list[Row]
    mistakes: list[Mistake] = field(default_factory=list)


def read_sheet(content: bytes, columns: Sequence[Column], most_rows: int = MOST_ROWS) -> Sheet:
    """The lines of a file; cells that are missing or too long are mistakes.

    Raises UnusableFile where nothing can be read: it is no table of text, a column is missing,
    unknown or twice there, or there are too many lines.
    """
    lines = _lines(_text(content))
    heading = next(lines, None)
    if heading is None:
        raise UnusableFile("The file is empty. Its first line must name the columns.")
    places = _places(heading[1], columns)
    rows: list[Row] = []
    mistakes: list[Mistake] = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == most_rows:
            raise UnusableFile(f"The file has more than {most_rows} lines. Divide it into several.")
        mistakes += _mistakes(number, cells, heading[1], places, columns)
        rows.append(
            Row(
                number,
                {
                    column.name: plain_text(cells[places[column.name]])
                    if places.get(column.name, len(cells)) < len(cells)
                    else ""
                    for column in columns
                },
            )
        )
    if not rows:
        raise UnusableFile("The file has a heading and no lines.")
    return Sheet(rows, mistakes)


def _text(content: bytes) -> str:
    """Windows' Western letters (with Latin-1 in them) are what is not Unicode.

    Guessing by statistics is wrong too often where a file has few accents.
    """
    encoding = next((one for mark, one in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise UnusableFile("The file is no text. Save the table as CSV and try again.")
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.split("\n", 1)[0]
    # Excel may name the separator in a line of its own.
    told = re.fullmatch(r"sep=(.)\r?", first.strip("\ufeff"))
    separator = told[1] if told else max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if told and reader.line_num == 1:
                continue
            yield reader.line_num, cells
    except csv.Error as error:
        raise UnusableFile(f"Line {reader.line_num} cannot be read: {error}.") from error


def _places(heading: list[str], columns: Sequence[Column]) -> dict[str, int]:
    known = {_plain(name): one.name for one in columns for name in (one.name, *one.also)}
    places: dict[str, int] = {}
    for place, title in enumerate(heading):
        if not title.strip():
            continue
        name = known.get(_plain(title))
        if name is None:
            raise UnusableFile(
                f"There is no column '{title.strip()[:60]}'. The columns are: "
                f"{', '.join(one.name for one in columns)}."
            )
        if name in places:
            raise UnusableFile(f"The column '{name}' is there twice.")
        places[name] = place
    missing = [one.name for one in columns if one.required and one.name not in places]
    if missing:
        raise UnusableFile(f"The file lacks the column '{missing[0]}'.")
    return places


def _mistakes(
    line: int,
    cells: list[str],
    heading: list[str],
    places: dict[str, int],
    columns: Sequence[Column],
) -> Iterator[Mistake]:
    if len(cells) > len(heading) and any(cell.strip() for cell in cells[len(heading) :]):
        yield Mistake(line, "", "has more cells than the heading")
    for column in columns:
        place = places.get(column.name, len(cells))
        cell = cells[place] if place < len(cells) else ""
        if column.required and not cell.strip():
            yield Mistake(line, column.name, "is empty")
        elif len(cell) > _LONGEST_CELL or _has_control(cell):
            yield Mistake(line, column.name, "is too long or holds signs that are no text")


def _has_control(cell: str) -> bool:
    return any(ord(sign) < 32 and sign not in "\t\n\r" for sign in cell) or "\ufffd" in cell


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", without_accents(title.strip().lower())).strip("_")
