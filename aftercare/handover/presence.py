"""Which staff members are there: they say so by a switch, and their open console proves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.staff.roles import CONVERSATIONS
from aftercare.tables.staff import Staff

#: Pages of the console tell every half a minute that they are open; browsers slow down hidden ones.
PRESENT_FOR = timedelta(minutes=5)


def set_available(staff: Staff, available: bool, now: datetime) -> None:
    staff.available = available
    staff.present_at = now


def note_presence(staff: Staff, now: datetime) -> None:
    """A page of the console is open in this person's browser."""
    staff.present_at = now


def count_available(session: Session, now: datetime) -> int:
    """How many would see a customer who waits."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Staff)
            .where(
                Staff.active,
                Staff.available,
                Staff.role.in_(CONVERSATIONS),
                Staff.present_at > now - PRESENT_FOR,
            )
        )
        or 0
    )
