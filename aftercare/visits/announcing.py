"""Tells customers in their chat of their visits: what staff agreed on, and the day before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from aftercare.announcements import Announcements, Carrier
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tables.visits import Visit, VisitStatus
from aftercare.tickets.life import DESK
from aftercare.visits.booking import booked_visit, cancel
from aftercare.visits.chat import INVITED, REMINDED, TOLD

_log = logging.getLogger(__name__)

#: How often to look for visits of which customers are to be reminded.
EVERY_SECONDS = 300.0
#: From this time of the day before, at the customer's place.
_REMIND_FROM = time(9)


def tell_of_visit(
    session: Session, announcements: Announcements, visit: Visit, now: datetime
) -> bool:
    """Let the bot tell what staff booked, moved or cancelled; whether it will."""
    return _announce(session, announcements, visit.ticket, TOLD, visit.key, now)


def invite(session: Session, announcements: Announcements, ticket: Ticket, now: datetime) -> bool:
    """Let the bot offer times for a visit; whether it will."""
    return _announce(session, announcements, ticket, INVITED, ticket.number, now)


class VisitReminders:
    """Reminds customers the day before, and frees the time of tickets that were closed.

    Several processes may do it at once: who marks the visit tells of it.
    """

    def __init__(
        self, sessions: SessionFactory, clock: Callable[[], datetime], carrier: Carrier
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._carrier = carrier

    def look(self) -> None:
        """Do what is due now. Raises StorageUnavailable."""
        now = self._clock()
        self._free_closed(now)
        for visit_id in self._due(now):
            self._remind(visit_id, now)

    def _due(self, now: datetime) -> list[int]:
        with reading(self._sessions) as session:
            found = session.scalars(
                select(Visit)
                .where(
                    Visit.status == VisitStatus.BOOKED,
                    Visit.starts_at > now,
                    Visit.starts_at < now + timedelta(days=2),
                    Visit.reminded_at.is_(None),
                )
                .order_by(Visit.starts_at)
                .options(joinedload(Visit.area))
            )
            return [visit.id for visit in found if now >= _reminded_from(visit)]

    def _remind(self, visit_id: int, now: datetime) -> None:
        announcements = Announcements(self._carrier)
        try:
            with writing(self._sessions) as session:
                marked = session.execute(
                    update(Visit)
                    .where(
                        Visit.id == visit_id,
                        Visit.status == VisitStatus.BOOKED,
                        Visit.reminded_at.is_(None),
                    )
                    .values(reminded_at=now)
                )
                if not cast(CursorResult[Any], marked).rowcount:
                    return
                visit = session.get_one(Visit, visit_id)
                _announce(session, announcements, visit.ticket, REMINDED, visit.key, now)
        except NotFound:  # the conversation was erased a moment ago
            return
        announcements.send()

    def _free_closed(self, now: datetime) -> None:
        """Visits of closed tickets go; that of a double goes on with the ticket that took it in."""
        with reading(self._sessions) as session:
            ids = list(
                session.scalars(
                    select(Visit.id)
                    .join(Ticket)
                    .where(
                        Visit.status == VisitStatus.BOOKED,
                        Visit.starts_at > now,
                        Ticket.status == TicketStatus.CLOSED,
                    )
                )
            )
        for visit_id in ids:
            with writing(self._sessions) as session:
                visit = session.get_one(Visit, visit_id, with_for_update=True)
                if visit.status != VisitStatus.BOOKED:
                    continue
                into = visit.ticket.merged_into_id
                other = session.get(Ticket, into) if into is not None else None
                goes_on = other is not None and other.status != TicketStatus.CLOSED
                if other and goes_on and booked_visit(session, other) is None:
                    visit.ticket_id = other.id
                    continue
                cancel(session, visit, by=DESK, now=now, note="The ticket is closed.")
                _log.info("visits.cancelled_with_ticket visit=%d", visit_id)


def _announce(
    session: Session,
    announcements: Announcements,
    ticket: Ticket,
    do: str,
    of: str,
    now: datetime,
) -> bool:
    if ticket.conversation_id is None or ticket.status == TicketStatus.CLOSED:
        return False
    return announcements.announce(session, ticket.conversation_id, do, of, now)


def _reminded_from(visit: Visit) -> datetime:
    zone = ZoneInfo(visit.area.time_zone)
    day = visit.window_begins_at.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day, _REMIND_FROM, zone)
