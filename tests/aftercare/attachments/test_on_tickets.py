"""Files of staff stay with their ticket, in its history, and out of the sweep of strays."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.attachments.cleaning import remove_strays
from aftercare.attachments.kept import Kept
from aftercare.attachments.on_tickets import (
    digests_on,
    put_by_staff,
    put_on_ticket,
    take_off_ticket,
)
from aftercare.attachments.stores import FolderStore
from aftercare.database import SessionFactory, writing
from aftercare.errors import NotAllowed, NotFound
from aftercare.returns.pictures import add_pictures
from aftercare.tables.attachments import FileUse
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor, EventKind
from tests.aftercare.returns.conftest import returned_ticket
from tests.factories import make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """Nothing that a test does stays."""
    with company() as session:
        session.connection(execution_options={"write": True})
        yield session
        session.rollback()


@pytest.fixture
def rita(session: Session) -> Staff:
    return make_staff(session)


def kept(name: str, *, picture: bool = True) -> Kept:
    kind = "image/jpeg" if picture else "application/pdf"
    width = 60 if picture else None
    return Kept(uuid4().hex, name, kind, 4, width, width, uuid4().hex * 2)


def put(session: Session, ticket: Ticket, rita: Staff, *files: Kept) -> None:
    put_on_ticket(
        session,
        ticket,
        files,
        used_for=FileUse.NOTE,
        description="The hose",
        staff=rita,
        now=ticket.created_at,
    )


def test_files_are_kept_in_order_with_one_line_of_history(session: Session, rita: Staff) -> None:
    ticket = make_ticket(session)
    files = kept("b.jpg"), kept("a.pdf", picture=False)
    put(session, ticket, rita, *files)
    shown = put_by_staff(session, ticket)
    assert [(one.name, one.description) for one in shown] == [("b.jpg", "The hose"), ("a.pdf", "")]
    assert shown[0].staff is rita
    line = ticket.events[-1]
    assert (line.kind, line.about, line.after) == (EventKind.FILE, "note", "b.jpg, a.pdf")
    assert line.staff_id == rita.id
    assert digests_on(session, ticket, FileUse.NOTE) == {one.digest for one in files}
    assert digests_on(session, ticket, FileUse.INSPECTION) == set()


def test_closed_ticket_takes_no_file(session: Session, rita: Staff) -> None:
    ticket = make_ticket(session, status=TicketStatus.CLOSED)
    with pytest.raises(NotAllowed):
        put(session, ticket, rita, kept("b.jpg"))
    assert put_by_staff(session, ticket) == []


def test_file_is_taken_off_its_own_ticket_only(
    session: Session, rita: Staff, now: datetime
) -> None:
    ticket, other = make_ticket(session), make_ticket(session, intake_key="other")
    file = kept("b.jpg")
    put(session, ticket, rita, file)
    with pytest.raises(NotFound):
        take_off_ticket(session, other, file.id, by=Actor.of(rita), now=now)
    take_off_ticket(session, ticket, file.id, by=Actor.of(rita), now=now)
    assert put_by_staff(session, ticket) == []
    assert (ticket.events[-1].kind, ticket.events[-1].before) == (EventKind.FILE_REMOVED, "b.jpg")


def test_file_stays_on_a_closed_ticket(session: Session, rita: Staff, now: datetime) -> None:
    ticket, file = make_ticket(session), kept("b.jpg")
    put(session, ticket, rita, file)
    ticket.status = TicketStatus.CLOSED
    with pytest.raises(NotAllowed):
        take_off_ticket(session, ticket, file.id, by=Actor.of(rita), now=now)
    assert len(put_by_staff(session, ticket)) == 1


@pytest.mark.parametrize("settled", [False, True])
def test_picture_of_goods_stays_once_their_return_is_settled(
    session: Session, rita: Staff, now: datetime, settled: bool
) -> None:
    ticket, file = returned_ticket(session, ReturnStatus.RECEIVED), kept("b.jpg")
    add_pictures(session, ticket, [file], description="Scratch", staff=rita, now=now)
    if settled:
        session.scalars(select(ReturnCase)).one().settled_at = now
        with pytest.raises(NotAllowed):
            take_off_ticket(session, ticket, file.id, by=Actor.of(rita), now=now)
    else:
        take_off_ticket(session, ticket, file.id, by=Actor.of(rita), now=now)
    assert bool(put_by_staff(session, ticket)) == settled


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        (ReturnStatus.AUTHORISED, False),
        (ReturnStatus.RECEIVED, True),
        (ReturnStatus.INSPECTED, True),
    ],
)
def test_pictures_of_goods_are_taken_once_they_are_here(
    session: Session, rita: Staff, now: datetime, status: ReturnStatus, taken: bool
) -> None:
    ticket = returned_ticket(session, status)

    def add() -> None:
        add_pictures(session, ticket, [kept("b.jpg")], description="Scratch", staff=rita, now=now)

    if taken:
        add()
    else:
        with pytest.raises(NotAllowed):
            add()
    found = [(one.used_for, one.description) for one in put_by_staff(session, ticket)]
    assert found == ([(FileUse.INSPECTION, "Scratch")] if taken else [])


def test_sweep_leaves_what_a_ticket_has(
    company: SessionFactory, now: datetime, tmp_path: Path
) -> None:
    store, file, stray = FolderStore(tmp_path / "files"), kept("b.jpg"), uuid4().hex
    with writing(company) as session:
        own = make_staff(session, email=f"{stray}@marulho.example")
        put(session, make_ticket(session, intake_key=stray), own, file)
    for name in (file.id, stray):
        store.put(name, io.BytesIO(b"here"), 4, "image/jpeg")
    later = datetime.now(now.tzinfo) + timedelta(hours=2)
    assert remove_strays(company, store, later) == 1
    assert b"".join(store.read(file.id)) == b"here"
