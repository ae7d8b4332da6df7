"""Lets a member of staff go, and back in; what they did stays under their name."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.staff.roles import Role
from aftercare.tables.staff import Staff, StaffSession
from aftercare.tables.teams import TeamMember
from aftercare.tickets.assignment import require_no_tickets


def let_go(session: Session, staff: Staff, *, by: Staff) -> None:
    """From now on the person signs in no more, is in no team and gets no tickets.

    A conversation that they have goes back to the bot as soon as the customer waits for too long.
    Raises HasTickets while open tickets are theirs, and NotAllowed for oneself and for somebody
    whom only an administrator lets go.
    """
    _check_may(staff, by)
    if not staff.active:
        return
    require_no_tickets(session, staff)
    staff.active = staff.available = False
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
    session.execute(delete(TeamMember).where(TeamMember.staff_id == staff.id))
    session.flush()


def let_back_in(session: Session, staff: Staff, *, by: Staff) -> None:
    """The person works here again, with the password of before. Raises NotAllowed, as above."""
    _check_may(staff, by)
    staff.active = True
    session.flush()


def may_let_go(staff: Staff, by: Staff) -> bool:
    """Whether `by` decides about this person: nobody about themselves or their superiors."""
    return staff.id != by.id and (by.role == Role.ADMIN or staff.role == Role.AGENT)


def _check_may(staff: Staff, by: Staff) -> None:
    if not may_let_go(staff, by):
        raise NotAllowed(f"a {by.role} does not decide about this {staff.role}")
