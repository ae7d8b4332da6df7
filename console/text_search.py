"""Conditions that find a text inside another, whatever the case of the letters."""

from __future__ import annotations

import unicodedata

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from aftercare.tables.conversations import Customer, Message
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import Ticket
from aftercare.tables.training import Training

#: A column of text, whether or not it may be empty.
TextColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
#: A table whose texts an index finds.
type Searched = Ticket | Message | Customer | OwnedProduct | Training

#: The texts that are found by an index, which the migrations make on either database.
_INDEXED: dict[type[Searched], tuple[TextColumn, ...]] = {
    Ticket: (Ticket.number, Ticket.description),
    Message: (Message.text,),
    Customer: (Customer.name, Customer.email, Customer.phone),
    OwnedProduct: (OwnedProduct.serial,),
    Training: (Training.title,),
}
#: The index knows runs of three characters; for less it is no use.
_SHORTEST = 3
#: On SQLite no more than so many rows, the newest, are found, for it sorts all that it finds.
MOST_FOUND = 2000


def mentions(
    session: Session, table: type[Searched], words: str, only: TextColumn | None = None
) -> ColumnElement[bool]:
    """Whether one of the row's searched texts holds the words, quickly among millions of rows.

    `only` is the one text that is looked into.
    """
    words = unicodedata.normalize("NFC", words)
    fits = holds(session, table, words, only)
    if len(words) < _SHORTEST:
        return fits
    if _by_rows(session, words):
        return table.id.in_(_newest(table, words, only).limit(MOST_FOUND))
    # All at once: else PostgreSQL guesses how many there are, and walks along a list.
    found = select(table.id.label("id")).where(fits).cte().prefix_with("MATERIALIZED")
    return table.id.in_(select(found.c.id))


def holds(
    session: Session, table: type[Searched], words: str, only: TextColumn | None = None
) -> ColumnElement[bool]:
    """The same, to be looked up in each row: for few rows, or where most of them fit."""
    columns = _INDEXED[table] if only is None else (only,)
    return or_(*(contains(session, column, words) for column in columns))


def stops_short(session: Session, words: str, *tables: type[Searched]) -> bool:
    """Whether more rows of a table hold the words than `mentions` finds; on SQLite only."""
    words = unicodedata.normalize("NFC", words)
    if not _by_rows(session, words):
        return False
    return any(
        session.scalar(_newest(table, words).offset(MOST_FOUND).limit(1)) is not None
        for table in tables
    )


def contains(session: Session, column: TextColumn, words: str) -> ColumnElement[bool]:
    """Whether the column holds the words.

    SQLite ignores case in LIKE for A to Z only, which loses half of Portuguese; its GLOB can name
    both cases of each letter instead.
    """
    words = unicodedata.normalize("NFC", words)
    if session.get_bind().dialect.name == "sqlite":
        return column.bool_op("GLOB")(f"*{''.join(map(_either_case, words))}*")
    return column.icontains(words, autoescape=True)


def distinct_values(session: Session, column: TextColumn) -> list[str]:
    """The different values of an indexed column, found by one index step each."""
    walk = select(func.min(column).label("value")).cte("walk", recursive=True)
    following = select(func.min(column)).where(column > walk.c.value).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.value.is_not(None)))
    return list(session.scalars(select(walk.c.value).where(walk.c.value.is_not(None))))


def _by_rows(session: Session, words: str) -> bool:
    """Whether the index gives the numbers of rows, of which only so many are looked at."""
    return session.get_bind().dialect.name == "sqlite" and len(words) >= _SHORTEST


def _newest(
    table: type[Searched], words: str, only: TextColumn | None = None
) -> Select[tuple[int]]:
    """The numbers of the rows in SQLite's index, the newest first."""
    index = f"{table.__tablename__}_trigrams"
    phrase = '"' + words.replace('"', '""') + '"'
    if only is not None:
        phrase = f"{only.key} : {phrase}"
    return (
        select(literal_column("rowid"))
        .select_from(text(index))
        .where(text(f"{index} MATCH :phrase").bindparams(phrase=phrase))
        .order_by(literal_column("rowid").desc())
    )


def _either_case(letter: str) -> str:
    lower, upper = letter.lower(), letter.upper()
    if lower != upper and len(lower) == len(upper) == 1:
        return f"[{lower}{upper}]"
    return f"[{letter}]" if letter in "*?[" else letter
