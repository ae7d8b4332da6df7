"""Pages through long lists by the last row given, so that no row is lost or given twice."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query

from gateway.trouble import ApiError

Limit = Annotated[int, Query(ge=1, le=100, description="How many rows a page holds.")]
Cursor = Annotated[str | None, Query(max_length=120, description="The `next` of the page before.")]
LARGEST_ID = 2**31 - 1


def write_cursor(at: datetime | None, key: int) -> str:
    """The place after a row, in a form that nobody is tempted to write by hand."""
    text = f"{at.astimezone(UTC).isoformat() if at else ''}~{key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *, timed: bool) -> tuple[datetime | None, int]:
    """The place; `timed` where it begins with a moment. Raises ApiError (422)."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition("~")
        if not (key.isascii() and key.isdigit() and len(key) <= 10 and int(key) <= LARGEST_ID):
            raise ValueError("no key")
        moment = datetime.fromisoformat(at) if timed else None
        if moment is not None:
            moment = in_range(moment)
    except (ValueError, binascii.Error) as error:
        raise ApiError(
            422, "invalid_cursor", "The cursor is none of this desk. Begin without one."
        ) from error
    return moment, int(key)


def in_range(moment: datetime) -> datetime:
    """A moment that every database can compare. Raises ValueError."""
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        raise ValueError("a moment needs a zone, and a year that a database knows")
    return moment.astimezone(UTC)
