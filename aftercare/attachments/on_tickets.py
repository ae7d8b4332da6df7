"""Files that staff put on tickets for colleagues; customers are sent theirs in a message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from aftercare.attachments.kept import Kept
from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.attachments import FileUse, TicketFile
from aftercare.tables.returns import ReturnCase
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor, EventKind, record

#: Letters of what an image shows, in words.
LONGEST_DESCRIPTION = 300


def put_on_ticket(
    session: Session,
    ticket: Ticket,
    kept: Sequence[Kept],
    *,
    used_for: FileUse,
    description: str,
    staff: Staff,
    now: datetime,
    note: str = "",
) -> None:
    """Keep the files with the ticket, with one line in its history.

    `description` is what the images among them show, `note` what else is said of them. Raises
    NotAllowed where the ticket is closed,
    after which nothing is added to it until it is forgotten.
    """
    if ticket.status == TicketStatus.CLOSED:
        raise NotAllowed(f"ticket {ticket.number} is closed: reopen it first")
    session.add_all(
        TicketFile(
            **asdict(file),
            ticket_id=ticket.id,
            used_for=used_for,
            position=place,
            description=description_for(file, description),
            staff_id=staff.id,
            created_at=now,
        )
        for place, file in enumerate(kept)
    )
    record(
        session,
        ticket,
        EventKind.FILE,
        by=Actor.of(staff),
        now=now,
        about=used_for,
        after=names_of(kept),
        note=note,
    )


def take_off_ticket(
    session: Session, ticket: Ticket, file_id: str, *, by: Actor, now: datetime
) -> None:
    """Let go of a file; its content is the caller's to remove once that is committed.

    Raises NotFound, and NotAllowed where it stays (`may_take_off`).
    """
    file = session.get(TicketFile, file_id)
    if file is None or file.ticket_id != ticket.id:
        raise NotFound("the ticket has no such file")
    if not may_take_off(session, ticket, file):
        raise NotAllowed("the file stays with what was decided by it")
    record(
        session,
        ticket,
        EventKind.FILE_REMOVED,
        by=by,
        now=now,
        about=file.used_for,
        before=file.name,
    )
    session.delete(file)
    session.flush()


def may_take_off(session: Session, ticket: Ticket, file: TicketFile) -> bool:
    """Whether a file may still be let go of: not from a closed ticket, and no picture of the goods
    after their return is settled.
    """
    if ticket.status == TicketStatus.CLOSED:
        return False
    settled = select(ReturnCase.id).where(
        ReturnCase.ticket_id == ticket.id, ReturnCase.settled_at.is_not(None)
    )
    return file.used_for != FileUse.INSPECTION or session.scalar(settled) is None


def put_by_staff(session: Session, ticket: Ticket) -> list[TicketFile]:
    """The ticket's files in the order in which they came."""
    return list(
        session.scalars(
            select(TicketFile)
            .where(TicketFile.ticket_id == ticket.id)
            .order_by(TicketFile.created_at, TicketFile.position)
            .options(joinedload(TicketFile.staff))
        )
    )


def digests_on(session: Session, ticket: Ticket, used_for: FileUse) -> set[str]:
    """By which a file is recognised that is sent a second time."""
    return set(
        session.scalars(
            select(TicketFile.digest).where(
                TicketFile.ticket_id == ticket.id, TicketFile.used_for == used_for
            )
        )
    )


def forget_files(session: Session, tickets: Collection[int]) -> None:
    """Let go of all files of these tickets; their contents are to be removed before."""
    session.execute(delete(TicketFile).where(TicketFile.ticket_id.in_(tickets)))


def description_for(file: Kept, description: str) -> str:
    """What is kept of the words: only images need them."""
    return description[:LONGEST_DESCRIPTION] if file.width is not None else ""


def names_of(kept: Sequence[Kept]) -> str:
    """For a line of history."""
    return ", ".join(file.name for file in kept)
