"""The life of a complaint: where it may go, and its first steps; every move is told in the history.

A case is held together with its ticket, ticket first, so that nobody moves it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.complaints.beginning import case_of, next_due
from aftercare.complaints.order import put_in_order
from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.complaints import ComplaintCase, ComplaintStatus
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus
from aftercare.tickets.checklist import tick
from aftercare.tickets.history import Actor, record
from aftercare.tickets.life import move

__all__ = [
    "LAST_LEVEL",
    "MOVES",
    "OWED",
    "REOPENED",
    "Deed",
    "acknowledge",
    "case_of",
    "check_move",
    "hold_case",
    "hold_open_case",
    "move_ticket",
    "next_due",
    "put",
    "set_due",
    "tell",
]

#: After a proposal of this level is contested, only outside bodies can help.
LAST_LEVEL = 2
#: The kind of the line of history for a case that was closed and is taken up again.
REOPENED = "complaint_reopened"

#: Where a complaint may go from each status.
MOVES: Mapping[ComplaintStatus, frozenset[ComplaintStatus]] = {
    ComplaintStatus.RECEIVED: frozenset({ComplaintStatus.ACKNOWLEDGED, ComplaintStatus.CLOSED}),
    ComplaintStatus.ACKNOWLEDGED: frozenset({ComplaintStatus.ASSESSED, ComplaintStatus.CLOSED}),
    ComplaintStatus.ASSESSED: frozenset({ComplaintStatus.INVESTIGATED, ComplaintStatus.CLOSED}),
    ComplaintStatus.INVESTIGATED: frozenset({ComplaintStatus.PROPOSED, ComplaintStatus.CLOSED}),
    ComplaintStatus.PROPOSED: frozenset(
        {
            ComplaintStatus.ACCEPTED,
            ComplaintStatus.CONTESTED,
            ComplaintStatus.EXHAUSTED,
            ComplaintStatus.UNANSWERED,
            ComplaintStatus.INVESTIGATED,  # taken back
            ComplaintStatus.CLOSED,
        }
    ),
    ComplaintStatus.CONTESTED: frozenset({ComplaintStatus.PROPOSED, ComplaintStatus.CLOSED}),
    # Who contests too late is heard all the same; who accepts too late gets a new proposal.
    ComplaintStatus.UNANSWERED: frozenset(
        {
            ComplaintStatus.PROPOSED,
            ComplaintStatus.CONTESTED,
            ComplaintStatus.EXHAUSTED,
            ComplaintStatus.CLOSED,
        }
    ),
    ComplaintStatus.ACCEPTED: frozenset({ComplaintStatus.CLOSED}),
    ComplaintStatus.EXHAUSTED: frozenset({ComplaintStatus.CLOSED}),
    # Reopened with its ticket, back to the last step that was done.
    ComplaintStatus.CLOSED: frozenset(
        {
            ComplaintStatus.RECEIVED,
            ComplaintStatus.ACKNOWLEDGED,
            ComplaintStatus.ASSESSED,
            ComplaintStatus.INVESTIGATED,
        }
    ),
}
#: While these last, the company owes the customer an answer.
OWED = frozenset(
    {
        ComplaintStatus.RECEIVED,
        ComplaintStatus.ACKNOWLEDGED,
        ComplaintStatus.ASSESSED,
        ComplaintStatus.INVESTIGATED,
        ComplaintStatus.CONTESTED,
    }
)


@dataclass(frozen=True)
class Deed:
    """What was done: the kind of the line of history, its note, and the procedure's step."""

    kind: str
    note: str = ""
    step: str = ""
    about: str | None = None


def hold_case(session: Session, ticket: Ticket) -> ComplaintCase:
    """The complaint of a ticket as it stands now, held for a change. Raises NotFound."""
    # Two who change one complaint wait for each other here, each with the ticket first.
    session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    found = session.scalar(
        select(ComplaintCase)
        .where(ComplaintCase.ticket_id == ticket.id)
        .with_for_update(of=ComplaintCase)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(f"ticket {ticket.number} is no complaint")
    session.expire(found, ["proposals", "actions"])
    return found


def hold_open_case(session: Session, ticket: Ticket) -> ComplaintCase:
    """The same for a case that can be worked on. Raises NotFound, and NotAllowed at its end."""
    case = hold_case(session, ticket)
    if case.status == ComplaintStatus.CLOSED:
        raise NotAllowed(f"the complaint of ticket {ticket.number} is closed")
    if ticket.status in DONE_STATUSES:
        raise NotAllowed(f"ticket {ticket.number} is {ticket.status}; reopen it first")
    return case


def acknowledge(
    session: Session, ticket: Ticket, *, by: Actor, now: datetime, note: str = ""
) -> ComplaintCase:
    """Note that the customer knows the number, the date, and by when they hear next.

    Raises NotFound, and NotAllowed where that was noted before.
    """
    case = hold_open_case(session, ticket)
    put(session, ticket, case, ComplaintStatus.ACKNOWLEDGED, Deed("complaint_acknowledged", note),
        by=by, now=now)  # fmt: skip
    case.acknowledged_at = now
    return case


def check_move(case: ComplaintCase, to: ComplaintStatus) -> None:
    """Raises NotAllowed where the complaint cannot go there."""
    if to not in MOVES[ComplaintStatus(case.status)]:
        raise NotAllowed(f"the complaint cannot go from {case.status} to {to}")


def put(
    session: Session,
    ticket: Ticket,
    case: ComplaintCase,
    to: ComplaintStatus,
    deed: Deed,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Move a held complaint and tell it in the history; for this package's own moves.

    Raises NotAllowed where it cannot go there.
    """
    check_move(case, to)
    case.status = to
    tell(session, ticket, deed, by=by, now=now)


def tell(session: Session, ticket: Ticket, deed: Deed, *, by: Actor, now: datetime) -> None:
    """Write what was done into the ticket's history, and tick off its step."""
    record(session, ticket, deed.kind, by=by, now=now, about=deed.about, note=deed.note)
    if deed.step:
        # Procedures without that step, and done tickets, keep their checklists as they are.
        with suppress(NotFound, NotAllowed):
            tick(session, ticket, deed.step, by=by, now=now)


def set_due(case: ComplaintCase, due_at: datetime | None) -> None:
    """Tell anew by when the customer hears next; None: it is their turn, or the end."""
    case.due_at, case.late_at = due_at, None
    put_in_order(case)


def move_ticket(
    session: Session, ticket: Ticket, to: TicketStatus, *, by: Actor, now: datetime
) -> None:
    """Let the ticket follow its complaint where its service allows it."""
    if ticket.status != to:
        with suppress(NotAllowed):
            move(session, ticket, to, by=by, now=now)
