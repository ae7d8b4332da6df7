"""A customer who presses the desk's own buttons, and tickets of their chat."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.talk import Turn
from aftercare.tickets.history import DESK, EventKind
from aftercare.tickets.life import put_status
from tests.answers import EMAIL, pressed, told
from tests.desks import Caller
from tests.factories import make_ticket


class Customer(Caller):
    """Also presses the desk's own buttons and answers its own questions."""

    def press(self, do: str, of: str) -> Customer:
        said = pressed("postback", do=do, of=of)
        replies = self.desk.postbacks.answer(said, self.memory, self.talk)
        self._keep(Turn(self.turn.state, self.memory, replies))
        return self

    def reply(self, said: Any) -> Customer:
        said = told(said, intent="nlu_fallback", confidence=0.3) if isinstance(said, str) else said
        self._keep(self.desk.decide(said, self.memory, self.talk))
        return self


def ticket_of_chat(
    sessions: SessionFactory, status: TicketStatus = TicketStatus.NEW, **more: Any
) -> str:
    """A ticket of the conversation c-1, put into a status with its line of history."""
    with writing(sessions) as session:
        values = {"conversation_id": "c-1", "email": EMAIL, **more}
        ticket = make_ticket(session, **values)
        if status != TicketStatus.NEW:
            put_status(session, ticket, status, EventKind.STATUS, by=DESK, now=ticket.created_at)
        return ticket.number


def read_ticket(sessions: SessionFactory, number: str) -> tuple[str, list[str]]:
    """Status and history of a ticket."""
    with reading(sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        return ticket.status, [line.kind for line in ticket.events]
