"""Tells customers in their chat how their return goes on, and ends the wait for what never came."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from aftercare.announcements import Announcements, Carrier
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.returns.cases import expire, withdraw_case
from aftercare.returns.chat import TOLD
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.tickets import Ticket, TicketStatus

_log = logging.getLogger(__name__)

#: How often to look for returns that nothing came of.
EVERY_SECONDS = 900.0
#: So many are ended at one look; the others at the next.
_BATCH = 500


def tell_of_return(
    session: Session, announcements: Announcements, case: ReturnCase, now: datetime
) -> bool:
    """Let the bot tell where the return stands now; whether it will."""
    ticket = case.ticket
    if ticket.conversation_id is None:
        return False
    of = f"{ticket.number} {case.status}"
    return announcements.announce(session, ticket.conversation_id, TOLD, of, now)


class ReturnWatch:
    """Ends returns that nothing came of, and requests whose ticket was closed.

    Several processes may do it at once: who ends one tells of it.
    """

    def __init__(
        self,
        sessions: SessionFactory,
        clock: Callable[[], datetime],
        carrier: Carrier,
        zone: ZoneInfo,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._carrier = carrier
        self._zone = zone

    def look(self) -> None:
        """Do what is due now. Raises StorageUnavailable."""
        for ticket_id in self._due():
            self._end(ticket_id)

    def _due(self) -> list[int]:
        today = self._clock().astimezone(self._zone).date()
        overdue = and_(ReturnCase.status == ReturnStatus.AUTHORISED, ReturnCase.expires_on < today)
        closed = and_(
            ReturnCase.status == ReturnStatus.REQUESTED, Ticket.status == TicketStatus.CLOSED
        )
        with reading(self._sessions) as session:
            return list(
                session.scalars(
                    select(ReturnCase.ticket_id)
                    .join(ReturnCase.ticket)
                    .where(or_(overdue, closed))
                    .order_by(ReturnCase.id)
                    .limit(_BATCH)
                )
            )

    def _end(self, ticket_id: int) -> None:
        now = self._clock()
        today = now.astimezone(self._zone).date()
        announcements = Announcements(self._carrier)
        try:
            with writing(self._sessions) as session:
                ticket = session.get_one(Ticket, ticket_id, with_for_update=True)
                if expire(session, ticket, today=today, now=now):
                    case = session.scalars(
                        select(ReturnCase).where(ReturnCase.ticket_id == ticket_id)
                    ).one()
                    tell_of_return(session, announcements, case, now)
                    _log.info("returns.expired case=%d", case.id)
                else:
                    withdraw_case(session, ticket, now=now)
        except NotFound:  # the conversation was erased a moment ago
            return
        announcements.send()
