"""Conditions that find a text inside another, whatever the case of the letters."""

from __future__ import annotations

import unicodedata

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from aftercare.tables.conversations import Customer, Message
from aftercare.tables.tickets import Ticket

#: A column of text, whether or not it may be empty.
TextColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
#: A table whose texts an index finds.
type Searched = Ticket | Message | Customer

#: The texts that are found by an index, which the migrations make on either database.
_INDEXED: dict[type[Searched], tuple[TextColumn, ...]] = {
    Ticket: (Ticket.number, Ticket.description),
    Message: (Message.text,),
    Customer: (Customer.name, Customer.email, Customer.phone),
}
#: The index knows runs of three characters; for less it is no use.
_SHORTEST = 3
#: On SQLite no more than so many rows, the newest, are found, for it sorts all that it finds.
MOST_FOUND = 2000


def mentions(session: Session, table: type[Searched], words: str) -> ColumnElement[bool]:
    """Whether one of the row's searched texts holds the words, quickly among millions of rows."""
    columns = _INDEXED[table]
    words = unicodedata.normalize("NFC", words)
    if session.get_bind().dialect.name != "sqlite" or len(words) < _SHORTEST:
        return or_(*(contains(session, column, words) for column in columns))
    index = f"{table.__tablename__}_trigrams"
    phrase = '"' + words.replace('"', '""') + '"'
    newest: Select[tuple[int]] = (
        select(literal_column("rowid"))
        .select_from(text(index))
        .where(text(f"{index} MATCH :phrase").bindparams(phrase=phrase))
        .order_by(literal_column("rowid").desc())
        .limit(MOST_FOUND)
    )
    return table.id.in_(newest)


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


def _either_case(letter: str) -> str:
    lower, upper = letter.lower(), letter.upper()
    if lower != upper and len(lower) == len(upper) == 1:
        return f"[{lower}{upper}]"
    return f"[{letter}]" if letter in "*?[" else letter
