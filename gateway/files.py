"""Hands out the files of messages, to whoever holds a link that is still good."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from aftercare.attachments.headers import headers_of
from aftercare.attachments.kinds import KINDS
from aftercare.database import reading
from aftercare.errors import NotFound
from aftercare.tables.attachments import Attachment
from gateway.desk import desk_of
from gateway.trouble import described

router = APIRouter(tags=["chat"])


@router.get(
    "/files/{token}",
    summary="Open a file of a message",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file: images to be shown, all others to be saved.",
            "content": {kind: {} for kind in KINDS},
        },
        **described(
            (404, "not_found"),
            (410, "link_expired"),
            (429, "too_many_requests"),
            (500, "unexpected_error"),
            (503, "storage_unavailable"),
        ),
    },
)
def get_file(request: Request, token: str) -> StreamingResponse:
    """`token`: from the `url` of an attachment, which expires."""
    desk = desk_of(request)
    file_id, conversation_id = desk.links.read(token)
    with reading(desk.sessions) as session:
        found = session.get(Attachment, file_id)
    if found is None or found.conversation_id != conversation_id:
        raise NotFound("there is no such file")
    return StreamingResponse(
        desk.files.store.read(found.id),
        media_type=found.media_type,
        headers={
            **headers_of(found),
            # Websites that embed the chat show the images of its messages.
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "private, max-age=600",
        },
    )
