from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotAllowed, StaleEdit
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.life import change_status
from aftercare.tickets.moves import ALLOWED_MOVES
from tests.factories import make_staff, make_ticket

FORBIDDEN_MOVES = [
    (present, to)
    for present in TicketStatus
    for to in TicketStatus
    if to not in ALLOWED_MOVES[present]
]


@pytest.mark.parametrize(
    ("present", "to"), [(present, to) for present, moves in ALLOWED_MOVES.items() for to in moves]
)
def test_allowed_move_is_made_and_written_into_the_history(
    stocked_sessions: SessionFactory, now: datetime, present: TicketStatus, to: TicketStatus
) -> None:
    later = now + timedelta(hours=2)
    with writing(stocked_sessions) as session:
        rita, ticket = make_staff(session), make_ticket(session, status=present)
        change_status(session, ticket, to, staff=rita, note="Called", seen=present, now=later)
        ticket_id = ticket.id
    with reading(stocked_sessions) as session:
        ticket = session.get_one(Ticket, ticket_id)
        line = ticket.events[-1]
        assert (ticket.status, ticket.updated_at) == (to, later)
        assert (line.from_status, line.to_status, line.note, line.at) == (
            present,
            to,
            "Called",
            later,
        )
        assert (line.kind, line.actor) == ("status", "Rita Prado")


@pytest.mark.parametrize(("present", "to"), FORBIDDEN_MOVES)
def test_forbidden_move_changes_nothing(
    stocked_sessions: SessionFactory, now: datetime, present: TicketStatus, to: TicketStatus
) -> None:
    with writing(stocked_sessions) as session:
        rita, ticket = make_staff(session), make_ticket(session, status=present)
        lines = len(ticket.events)
        with pytest.raises(NotAllowed):
            change_status(session, ticket, to, staff=rita, note="", seen=present, now=now)
        assert ticket.status == present
        session.expire(ticket)
        assert len(ticket.events) == lines


def test_no_ticket_becomes_new_again_and_none_stays_where_it_is() -> None:
    for present, moves in ALLOWED_MOVES.items():
        assert TicketStatus.NEW not in moves
        assert present not in moves
    assert set(ALLOWED_MOVES) == set(TicketStatus)


def test_change_on_an_outdated_page_is_refused(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        rita = make_staff(session)
        ticket = make_ticket(session, status=TicketStatus.IN_PROGRESS)
        with pytest.raises(StaleEdit):
            change_status(
                session,
                ticket,
                TicketStatus.CLOSED,
                staff=rita,
                note="",
                seen=TicketStatus.NEW,
                now=now,
            )
        assert ticket.status == TicketStatus.IN_PROGRESS
