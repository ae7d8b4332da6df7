"""Hands the files of conversations and tickets to signed-in staff."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select

from aftercare.attachments.headers import headers_of
from aftercare.errors import NotFound
from aftercare.tables.attachments import Attachment, StoredFile, TicketFile
from aftercare.tables.conversations import Conversation
from aftercare.tables.tickets import Ticket
from console.access import Visit, open_visit, seen_conversations, seen_tickets

router = APIRouter()


@router.get("/files/{file_id}", name="file")
def show_file(request: Request, file_id: str) -> Response:
    with open_visit(request) as visit:
        found = _find(visit, file_id) if file_id.isalnum() else None
        if found is None:
            raise NotFound("no such file")
        store = visit.desk.files.store
    return StreamingResponse(
        store.read(found.id), media_type=found.media_type, headers=headers_of(found)
    )


def _find(visit: Visit, file_id: str) -> StoredFile | None:
    """The file, where this person may see the conversation or the ticket that it is of."""
    conversations = seen_conversations(visit).with_only_columns(Conversation.id)
    tickets = seen_tickets(visit).with_only_columns(Ticket.id)
    return visit.session.scalar(
        select(Attachment).where(
            Attachment.id == file_id, Attachment.conversation_id.in_(conversations)
        )
    ) or visit.session.scalar(
        select(TicketFile).where(TicketFile.id == file_id, TicketFile.ticket_id.in_(tickets))
    )
