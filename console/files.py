"""Hands the files of conversations to signed-in staff."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select

from aftercare.attachments.headers import headers_of
from aftercare.errors import NotFound
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Conversation
from console.access import open_visit, seen_conversations

router = APIRouter()


@router.get("/files/{file_id}", name="file")
def show_file(request: Request, file_id: str) -> Response:
    with open_visit(request) as visit:
        seen = seen_conversations(visit).with_only_columns(Conversation.id)
        found = None
        if file_id.isalnum():
            found = visit.session.scalar(
                select(Attachment).where(
                    Attachment.id == file_id, Attachment.conversation_id.in_(seen)
                )
            )
        if found is None:
            raise NotFound("no such file")
        store = visit.desk.stores().files.store
    return StreamingResponse(
        store.read(found.id), media_type=found.media_type, headers=headers_of(found)
    )
