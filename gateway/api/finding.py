"""Finds the one row that a call is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.tables.base import Base
from aftercare.tables.tickets import Ticket
from aftercare.ticket_numbers import read_number
from gateway.api.cursors import LARGEST_ID
from gateway.trouble import ApiError

KEY_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,59}$"
#: A text of one line that every database can hold.
LINE_PATTERN = r"^[^\x00-\x1f\x7f]+$"
#: The place of a key and of a number in an address.
Key = Annotated[str, Path(pattern=KEY_PATTERN)]
Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def find[Row: Base](
    session: Session,
    table: type[Row],
    key: str | int,
    what: str,
    *,
    to_change: bool = False,
    status: int = 404,
) -> Row:
    """The row with this key, held against others `to_change`.

    Raises ApiError (404, or the `status` that says better where a body names it).
    """
    found = session.get(table, key, with_for_update=to_change)
    if found is None:
        raise ApiError(
            status,
            f"{what}_unknown",
            f"There is no {what.replace('_', ' ')} with this id.",
        )
    return found


def find_ticket(session: Session, number: str, *, to_change: bool = False) -> Ticket:
    """The ticket with this number, however it is written. Raises ApiError (404)."""
    statement = select(Ticket).where(Ticket.number == read_number(number))
    found = session.scalar(statement.with_for_update(of=Ticket) if to_change else statement)
    if found is None:
        raise ApiError(404, "ticket_unknown", "There is no ticket with this number. Check it.")
    return found
