"""What is on file of whoever talks, as an intake needs it when it begins."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import and_, bindparam, exists, select

from aftercare.attachments.tying import waits_for_ticket
from aftercare.customers import vouched_for
from aftercare.database import SessionFactory, glancing, reading
from aftercare.ownership.known import owned_by_talker
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Conversation

#: Most customers are strangers who sent no file: one look, without the object mapper, tells it.
_LOOK = select(
    and_(Conversation.identified, Conversation.customer_id.is_not(None)).label("vouched"),
    exists()
    .where(Attachment.conversation_id == Conversation.id, Attachment.ticket_id.is_(None))
    .label("has_files"),
).where(Conversation.id == bindparam("conversation"))


@dataclass(frozen=True)
class OnFile:
    known: dict[str, str] = field(default_factory=dict)
    """Of a customer whom the website vouches for (aftercare/customers.py)."""
    owned: list[dict[str, str]] = field(default_factory=list)
    """The products of such a customer (aftercare/ownership/known.py)."""
    files_wait: bool = False
    """Whether files of this conversation belong to the ticket before (attachments/tying.py)."""


def on_file(sessions: SessionFactory, conversation_id: str) -> OnFile:
    """Nothing of a conversation that is not on file itself, as in a trial without the website."""
    with glancing(sessions) as connection:
        found = connection.execute(_LOOK, {"conversation": conversation_id}).one_or_none()
    if found is None or not (found.vouched or found.has_files):
        return OnFile()
    with reading(sessions) as session:
        return OnFile(
            known=vouched_for(session, conversation_id),
            owned=owned_by_talker(session, conversation_id),
            files_wait=waits_for_ticket(session, conversation_id),
        )
