"""The life of a return, up to its receipt; every move leaves a line in the ticket's history.

A case is held together with its ticket, ticket first, so that nobody moves it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed, NotFound
from aftercare.returns.files import ReturnsFile
from aftercare.returns.numbers import new_rma, read_rma
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus
from aftercare.tickets.checklist import tick
from aftercare.tickets.history import DESK, Actor, record
from aftercare.tickets.life import move

#: The service whose tickets are returns.
RETURN_SERVICE = "return"
#: The record in which its customer tells why.
REASON = "reason"

#: Where a return may go from each status.
MOVES: Mapping[ReturnStatus, frozenset[ReturnStatus]] = {
    ReturnStatus.REQUESTED: frozenset(
        {ReturnStatus.AUTHORISED, ReturnStatus.REFUSED, ReturnStatus.WITHDRAWN}
    ),
    # A refusal may be taken back, and a ticket be reopened.
    ReturnStatus.REFUSED: frozenset({ReturnStatus.AUTHORISED}),
    ReturnStatus.WITHDRAWN: frozenset({ReturnStatus.AUTHORISED, ReturnStatus.REFUSED}),
    ReturnStatus.AUTHORISED: frozenset({ReturnStatus.RECEIVED, ReturnStatus.EXPIRED}),
    # Authorised again: with more time, under the same number.
    ReturnStatus.EXPIRED: frozenset({ReturnStatus.RECEIVED, ReturnStatus.AUTHORISED}),
    ReturnStatus.RECEIVED: frozenset({ReturnStatus.INSPECTED}),
    # An inspection may be corrected until it is decided.
    ReturnStatus.INSPECTED: frozenset({ReturnStatus.INSPECTED, ReturnStatus.SETTLED}),
    ReturnStatus.SETTLED: frozenset(),
}


@dataclass(frozen=True)
class Deed:
    """What was done to a return: the line of history, and the step of the procedure it does."""

    kind: str
    step: str = ""


_DEEDS: Mapping[ReturnStatus, Deed] = {
    ReturnStatus.AUTHORISED: Deed("return_authorised", "authorise"),
    ReturnStatus.REFUSED: Deed("return_refused"),
    ReturnStatus.EXPIRED: Deed("return_expired"),
    ReturnStatus.WITHDRAWN: Deed("return_withdrawn"),
    ReturnStatus.RECEIVED: Deed("return_received"),
    ReturnStatus.INSPECTED: Deed("return_inspected", "inspect"),
    ReturnStatus.SETTLED: Deed("return_settled", "settle"),
}


def begin_return(session: Session, ticket: Ticket, now: datetime) -> None:
    """Begin the return of a ticket that was just opened, if its service is about one."""
    if ticket.service_id == RETURN_SERVICE:
        session.add(
            ReturnCase(ticket_id=ticket.id, status=ReturnStatus.REQUESTED, requested_at=now)
        )


def case_of(session: Session, ticket: Ticket) -> ReturnCase | None:
    """The return of a ticket; None for one that is none."""
    return session.scalar(select(ReturnCase).where(ReturnCase.ticket_id == ticket.id))


def hold_case(session: Session, ticket: Ticket) -> ReturnCase:
    """The return of a ticket as it stands now, held for a change. Raises NotFound."""
    # Two who change one return wait for each other here, each with the ticket first.
    session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    found = session.scalar(
        select(ReturnCase)
        .where(ReturnCase.ticket_id == ticket.id)
        .with_for_update(of=ReturnCase)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(f"ticket {ticket.number} is no return")
    return found


def find_by_rma(session: Session, text: str) -> ReturnCase | None:
    """The return whose number was typed or scanned, in any written form."""
    rma = read_rma(text)
    return session.scalar(select(ReturnCase).where(ReturnCase.rma == rma)) if rma else None


def authorise(
    session: Session,
    ticket: Ticket,
    terms: ReturnsFile,
    *,
    today: date,
    by: Actor,
    now: datetime,
    note: str = "",
) -> ReturnCase:
    """Give the return its number and the customer the days to send it; the ticket waits for them.

    `today` is the company's. Raises NotFound for a ticket that is no return, NotAllowed where it
    cannot be authorised any more or its ticket is done.
    """
    case = hold_case(session, ticket)
    check_move(case, ReturnStatus.AUTHORISED)
    if ticket.status in DONE_STATUSES:
        raise NotAllowed(f"ticket {ticket.number} is {ticket.status}; reopen it first")
    case.rma = case.rma or _unused_rma(session)
    case.send_by = today + timedelta(days=terms.days_to_send)
    case.expires_on = case.send_by + timedelta(days=terms.days_on_the_way)
    case.told = ""
    words = f"RMA {case.rma}, to be sent by {case.send_by}."
    put(session, ticket, case, ReturnStatus.AUTHORISED, by=by, now=now, note=_joined(words, note))
    _move_ticket(session, ticket, TicketStatus.WAITING, by, now)
    return case


def refuse(session: Session, ticket: Ticket, *, told: str, by: Actor, now: datetime) -> ReturnCase:
    """Refuse to take the goods back; `told` is the reason that the customer reads.

    Raises NotFound, and NotAllowed without a reason or where it is too late.
    """
    case = hold_case(session, ticket)
    check_move(case, ReturnStatus.REFUSED)
    if not told.strip():
        raise NotAllowed("a refusal tells the customer why")
    case.told = told.strip()
    put(session, ticket, case, ReturnStatus.REFUSED, by=by, now=now, note=case.told)
    return case


def receive(
    session: Session,
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    reopen_days: int,
    note: str = "",
) -> ReturnCase:
    """The goods are here, in time or late; the ticket goes on.

    Raises NotFound, and NotAllowed for a return that was never authorised or is here already.
    """
    case = hold_case(session, ticket)
    check_move(case, ReturnStatus.RECEIVED)
    case.received_at = now
    put(session, ticket, case, ReturnStatus.RECEIVED, by=by, now=now, note=note)
    if ticket.status != TicketStatus.NEW:
        _move_ticket(session, ticket, TicketStatus.IN_PROGRESS, by, now, reopen_days)
    return case


def expire(session: Session, ticket: Ticket, *, today: date, now: datetime) -> bool:
    """Note that nothing came until the last day; False where something did, or there is time."""
    case = hold_case(session, ticket)
    if case.status != ReturnStatus.AUTHORISED or case.expires_on is None:
        return False
    if case.expires_on >= today:
        return False
    put(session, ticket, case, ReturnStatus.EXPIRED, by=DESK, now=now)
    return True


def withdraw_case(session: Session, ticket: Ticket, *, now: datetime) -> bool:
    """End the return of a ticket that was closed before anybody authorised it."""
    case = hold_case(session, ticket)
    if case.status != ReturnStatus.REQUESTED or ticket.status != TicketStatus.CLOSED:
        return False
    put(session, ticket, case, ReturnStatus.WITHDRAWN, by=DESK, now=now)
    return True


def check_move(case: ReturnCase, to: ReturnStatus) -> None:
    """Raises NotAllowed where the return cannot go there."""
    if to not in MOVES[ReturnStatus(case.status)]:
        raise NotAllowed(f"the return cannot go from {case.status} to {to}")


def put(
    session: Session,
    ticket: Ticket,
    case: ReturnCase,
    to: ReturnStatus,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Put a held return into a status; for this package's own moves, which have checked it."""
    deed = _DEEDS[to]
    case.status = to
    record(session, ticket, deed.kind, by=by, now=now, about=case.rma, note=note)
    if deed.step:
        # Procedures without that step, and done tickets, keep their checklists as they are.
        with suppress(NotFound, NotAllowed):
            tick(session, ticket, deed.step, by=by, now=now)


def _move_ticket(
    session: Session,
    ticket: Ticket,
    to: TicketStatus,
    by: Actor,
    now: datetime,
    reopen_days: int = 0,
) -> None:
    if ticket.status == to:
        return
    # A service may forbid it, and a ticket may have been closed for too long: staff decide then.
    with suppress(NotAllowed):
        move(session, ticket, to, by=by, now=now, reopen_days=reopen_days)


def _unused_rma(session: Session) -> str:
    while True:
        rma = new_rma()
        if session.scalar(select(ReturnCase.id).where(ReturnCase.rma == rma)) is None:
            return rma


def _joined(words: str, note: str) -> str:
    return f"{words} {note}".strip()
