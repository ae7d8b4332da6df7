"""Takes the person out of tickets and leaves what was done: service, product, dates, outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from aftercare.attachments.on_tickets import forget_files
from aftercare.clocks.keeping import follow_move
from aftercare.complaints.personal import forget_complaints
from aftercare.evaluation.correcting import WEIGHED_AGAIN
from aftercare.privacy.holdings import DONE
from aftercare.returns.personal import forget_words
from aftercare.satisfaction.privacy import forget_answers
from aftercare.tables.attachments import Attachment
from aftercare.tables.catalogue import ServiceRecord
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.tickets.history import Actor, EventKind
from aftercare.visits.personal import forget_sites

#: Kind of the line in the history that says so.
ANONYMISED = "anonymised"
#: Kinds of records that tell nothing of the person. Any other goes, also one yet unknown.
_IMPERSONAL = frozenset({"product", "choice", "symptom", "part", "past_date", "future_date"})
#: Kinds of lines in the history whose values before and after are of colleagues and scores.
_ABOUT_STAFF = frozenset({EventKind.ASSIGNED, EventKind.TEAM, WEIGHED_AGAIN})
_SOMEBODY = "customer"


@dataclass
class Anonymised:
    """How many records there were and what became of them."""

    tickets: int = 0
    records_removed: int = 0
    records_kept: int = 0
    events_changed: int = 0
    events_kept: int = 0


def anonymise_tickets(
    session: Session, tickets: Sequence[int], now: datetime, *, staff_id: int | None, actor: str
) -> Anonymised:
    """Take the person out of these tickets; open ones are closed, for nobody can be answered.

    Notes go as a whole: staff write names and numbers into them. The contents of files that staff
    put on them are to be removed before (remove_ticket_files).
    """
    done = Anonymised()
    impersonal = {
        (service, field)
        for service, field in session.execute(
            select(ServiceRecord.service_id, ServiceRecord.field).where(
                ServiceRecord.kind.in_(_IMPERSONAL)
            )
        )
    }
    found = session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(tickets))
        .options(selectinload(Ticket.records), selectinload(Ticket.events))
        .with_for_update(of=Ticket)
    )
    session.execute(
        update(Attachment).where(Attachment.ticket_id.in_(tickets)).values(ticket_id=None)
    )
    forget_files(session, tickets)
    forget_sites(session, tickets, now)
    forget_answers(session, tickets)
    forget_words(session, tickets)
    forget_complaints(session, tickets)
    for ticket in found:
        done.tickets += 1
        ticket.customer_id = None
        ticket.conversation_id = None
        ticket.owned_product_id = None
        ticket.description = ""
        _take_out_records(session, ticket, impersonal, done)
        _take_out_of_history(ticket, done)
        _note(session, ticket, now, staff_id, actor)
        ticket.region = None
    session.flush()
    return done


def _take_out_records(
    session: Session, ticket: Ticket, impersonal: set[tuple[str, str]], done: Anonymised
) -> None:
    for record in ticket.records:
        if (ticket.service_id, record.field) in impersonal:
            done.records_kept += 1
        else:
            session.delete(record)
            done.records_removed += 1


def _take_out_of_history(ticket: Ticket, done: Anonymised) -> None:
    for event in ticket.events:
        if event.kind == ANONYMISED:
            continue
        actor = event.actor if event.staff_id is not None else _SOMEBODY
        # What was changed tells of the person, unless it is known to tell of colleagues only.
        keeps = event.kind in _ABOUT_STAFF
        before, after = (event.before, event.after) if keeps else (None, None)
        if (event.actor, event.note, event.before, event.after) == (actor, "", before, after):
            done.events_kept += 1
            continue
        event.actor, event.note, event.before, event.after = actor, "", before, after
        done.events_changed += 1


def _note(
    session: Session, ticket: Ticket, now: datetime, staff_id: int | None, actor: str
) -> None:
    def add(kind: str, before: str | None = None, after: str | None = None) -> None:
        session.add(
            TicketEvent(
                ticket_id=ticket.id,
                at=now,
                kind=kind,
                staff_id=staff_id,
                actor=actor,
                from_status=before,
                to_status=after,
                note="",
            )
        )

    add(ANONYMISED)
    if ticket.status not in DONE:
        add("status", ticket.status, TicketStatus.CLOSED)
        ticket.status = TicketStatus.CLOSED
        ticket.closed_at = now
        ticket.updated_at = now
        follow_move(session, ticket, TicketStatus.CLOSED, by=Actor(actor, staff_id), now=now)
