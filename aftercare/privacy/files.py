"""The files that people sent with their messages: found by their conversations, and removed."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.attachments.stores import FileStore
from aftercare.tables.attachments import Attachment


def remove_files(session: Session, store: FileStore, conversations: Collection[str]) -> int:
    """Remove the files' contents, and leave their rows to whoever removes the messages.

    How many were there; done again it removes the rest. Raises FilesUnavailable.
    """
    names = session.scalars(
        select(Attachment.id).where(Attachment.conversation_id.in_(conversations))
    )
    return store.remove(list(names))
