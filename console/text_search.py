"""Conditions that find a text inside another, whatever the case of the letters."""

from __future__ import annotations

import unicodedata

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

#: A column of text, whether or not it may be empty.
TextColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


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
