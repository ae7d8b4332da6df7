"""Files of people's conversations and tickets: found, handed out, and removed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.attachments.stores import FileStore
from aftercare.errors import NotFound
from aftercare.privacy.holdings import Holdings
from aftercare.tables.attachments import Attachment, StoredFile, TicketFile


def remove_files(session: Session, store: FileStore, conversations: Collection[str]) -> int:
    """Remove the files' contents, and leave their rows to whoever removes the messages.

    How many were there; done again it removes the rest. Raises FilesUnavailable.
    """
    names = session.scalars(
        select(Attachment.id).where(Attachment.conversation_id.in_(conversations))
    )
    return store.remove(list(names))


def remove_ticket_files(session: Session, store: FileStore, tickets: Collection[int]) -> int:
    """The same for what staff put on these tickets; the rows go when these are anonymised."""
    names = session.scalars(select(TicketFile.id).where(TicketFile.ticket_id.in_(tickets)))
    return store.remove(list(names))


def files_of(session: Session, store: FileStore, held: Holdings) -> dict[str, Iterator[bytes]]:
    """The contents of the files by their names in the archive; what is gone is left out."""
    found: dict[str, Iterator[bytes]] = {}
    for file in (
        *session.scalars(
            select(Attachment).where(Attachment.conversation_id.in_(held.conversations))
        ),
        *session.scalars(select(TicketFile).where(TicketFile.ticket_id.in_(held.tickets))),
    ):
        with suppress(NotFound):
            found[name_in_archive(file)] = store.read(file.id)
    return found


def name_in_archive(file: StoredFile) -> str:
    """People send many a file of the same name."""
    return f"files/{file.id[:8]}-{file.name}"


def blot_descriptions(
    session: Session, held: Holdings, looks: re.Pattern[str], instead: str
) -> None:
    """Put something else in the place of what looks like a person's contact in others' files."""
    for file in (
        *session.scalars(select(Attachment).where(Attachment.message_id.in_(held.elsewhere))),
        *session.scalars(
            select(TicketFile).where(TicketFile.ticket_id.in_(held.tickets_elsewhere))
        ),
    ):
        file.description = looks.sub(instead, file.description)
