"""Hands out all records as one ZIP of CSV files, row by row, whatever their number.

Every table is in it unless contents.py names it with the reason, so that what is added later is
never forgotten. Secrets, and pictures out of manuals, are left out of the tables that have them.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading
from aftercare.exchange.cells import harmless
from aftercare.exchange.contents import EXPORTED, LEFT_OUT
from aftercare.tables import Base

#: A column whose name has one of these words is a secret.
_SECRET = ("hash", "secret", "password", "token")
#: Secrets by what is in them, whatever they are called.
_SECRET_COLUMNS = frozenset({("technicians", "feed_key"), ("trainings", "code")})
_ROWS_AT_ONCE = 500
#: The moment of an entry in the archive begins here.
_EARLIEST_YEAR = 1980


def stream_everything(sessions: SessionFactory, now: datetime) -> Iterator[bytes]:
    """The archive in pieces of the state at one moment. Raises StorageUnavailable.

    A reader that is slow holds a connection for as long, and no lock that anybody waits for.
    """
    pipe = _Pipe()
    with reading(sessions) as session, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        counts: dict[str, int] = {}
        for table in exported_tables():
            entry = _entry(f"{table.name}.csv", now)
            with archive.open(entry, "w", force_zip64=True) as written:
                # The mark tells Excel that it is Unicode.
                written.write("\ufeff".encode())
                counts[table.name] = 0
                for text, rows in _pieces(session, table):
                    written.write(text.encode())
                    counts[table.name] += rows
                    yield from pipe.taken()
        archive.writestr(_entry("README.txt", now), _readme(counts, now))
        yield from pipe.taken()
    yield from pipe.taken()


def exported_tables() -> list[Table]:
    """Every table that is handed out, those before that others refer to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def exported_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table without secrets and without pictures."""
    return [
        column
        for column in table.columns
        if not any(word in column.name for word in _SECRET)
        and (table.name, column.name) not in _SECRET_COLUMNS
        and not isinstance(column.type, LargeBinary)
    ]


def _pieces(session: Session, table: Table) -> Iterator[tuple[str, int]]:
    """The heading, then some lines at a time, with the number of records in them."""
    columns = exported_columns(table)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in columns)
    yield text.getvalue(), 0
    found = session.execute(
        select(*columns).order_by(*table.primary_key.columns).execution_options(stream_results=True)
    ).yield_per(_ROWS_AT_ONCE)
    for rows in found.partitions():
        text.seek(0)
        text.truncate()
        writer.writerows([_cell(value) for value in row] for row in rows)
        yield text.getvalue(), len(rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return harmless(json.dumps(value, ensure_ascii=False))
    # Numbers may begin with a minus and are no formula.
    return harmless(value) if isinstance(value, str) else str(value)


def _readme(counts: dict[str, int], now: datetime) -> str:
    lines = [
        f"All records of this desk, as of {now:%Y-%m-%d %H:%M} UTC.",
        "",
        "One CSV file for each table: UTF-8, comma, the first line names the columns. Times are",
        "in UTC, amounts in minor units of the currency, what has a structure is JSON. A text that",
        "a spreadsheet would take for a formula has an apostrophe before it. Passwords, tokens and",
        "keys are left out, and so are the contents of files that customers sent: a backup has",
        "them (docs/operations.md). Whoever has this archive has personal data.",
    ]
    lines += ["", "Left out:", *(f"  {name}: {why}." for name, why in LEFT_OUT.items())]
    for table in exported_tables():
        meaning = EXPORTED.get(table.name, "Nobody has described it yet")
        lines += ["", f"{table.name}.csv: {counts.get(table.name, 0)} records. {meaning}."]
        lines += [f"  {_described(column)}" for column in exported_columns(table)]
    return "\n".join(lines) + "\n"


def _described(column: Column[Any]) -> str:
    kind = getattr(column.type, "impl", column.type).__class__.__name__
    words = _KINDS.get(kind, "text")
    refers = [f"; refers to {key.target_fullname}" for key in column.foreign_keys]
    optional = ", may be empty" if column.nullable else ""
    return f"{column.name}: {words}{optional}{''.join(refers)}"


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    moment = (max(now.year, _EARLIEST_YEAR), *now.timetuple()[1:6])
    entry = zipfile.ZipInfo(name, moment)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


class _Pipe(io.RawIOBase):
    """Takes what the archive writes and hands it on; it cannot be gone back in."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def taken(self) -> Iterator[bytes]:
        """What came in since the last time."""
        if self._waiting:
            yield bytes(self._waiting)
            self._waiting.clear()


_KINDS = {
    "Boolean": "yes or no",
    "Date": "day",
    "DateTime": "time",
    "Float": "number",
    "Integer": "whole number",
    "JSON": "JSON",
}
